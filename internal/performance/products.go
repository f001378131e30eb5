package main

import (
	"fmt"
	"strings"
)

// product is what bench says of a product.
type product struct {
	M, N, K, Threads int
	Op               string
	GFLOPS           float64
	ShareOfPeak      float64 `json:"share_of_peak"`
	Ratio            float64
}

func (p product) name() string {
	if p.M == p.N && p.N == p.K {
		return fmt.Sprint(p.M)
	}
	return fmt.Sprintf("%d×%d×%d %s", p.M, p.N, p.K, p.Op)
}

// products compares products with numpy's BLAS, in both types, on one thread and
// on all.
func products(b *program) (string, error) {
	columns := []string{}
	rows, means := []string{}, []string{}
	cells := map[string][]string{} // by product
	for _, dtype := range []string{"float32", "float64"} {
		var r struct {
			Peaks []struct {
				Threads int
				GFLOPS  float64
			}
			Products []product
			Ratios   []struct {
				Threads int
				Mean    float64 `json:"geometric_mean"`
			}
		}
		if err := b.bench(&r, "--gemm --peers numpy --dtype "+dtype); err != nil {
			return "", err
		}
		for _, p := range r.Peaks {
			columns = append(columns, fmt.Sprintf("%s on %d, peak %.0f", dtype, p.Threads, p.GFLOPS))
		}
		for _, p := range r.Products {
			if _, ok := cells[p.name()]; !ok {
				rows = append(rows, p.name())
			}
			cells[p.name()] = append(cells[p.name()], fmt.Sprintf("%.0f, %.0f %%, **%.2f**", p.GFLOPS, 100*p.ShareOfPeak, p.Ratio))
		}
		for _, m := range r.Ratios {
			means = append(means, fmt.Sprintf("**%.2f**", m.Mean))
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "GFLOP/s, share of the peak, **numpy's time ÷ ours**, by type and number of threads:\n\n| product | %s |\n|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, name := range rows {
		fmt.Fprintf(&text, "| %s | %s |\n", name, strings.Join(cells[name], " | "))
	}
	fmt.Fprintf(&text, "| geometric mean | %s |\n", strings.Join(means, " | "))
	return text.String(), nil
}
