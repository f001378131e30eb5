// Command gen writes the assembly of package kernel, ../*_amd64.s, with the Go
// declarations of its functions. Each file is one part of it:
//
//	peak        multiply-adds and nothing else
//	spin        the pause of a waiting thread
//	gemm, pack  the tiles of the products
//	elementary  exp, log and their kin over whole slices
//	activation  the derivatives of the activations, and what is composed
//	update      the optimizers, and other arithmetic over whole slices
//	loss        the losses and softmax
//	reduce      sums over slices and rows
//
// Run it with go generate in package kernel.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// The parts, by the names of their files.
var parts = []struct {
	file string
	emit func(c *build.Context)
}{
	{"peak", peak},
	{"spin", spin},
	{"gemm", gemm},
	{"pack", pack},
	{"elementary", func(c *build.Context) { write(c, "elementary", elementaryKernels()) }},
	{"activation", func(c *build.Context) { write(c, "activation", activationKernels()) }},
	{"update", func(c *build.Context) { write(c, "update", updateKernels()) }},
	{"loss", func(c *build.Context) { write(c, "loss", lossKernels()) }},
	{"reduce", func(c *build.Context) { write(c, "reduce", reduceKernels()) }},
}

func main() {
	for _, p := range parts {
		c := build.NewContext()
		c.ConstraintExpr("!noasm")
		p.emit(c)
		file, err := c.Result()
		if err != nil {
			log.Fatal(err)
		}
		if err := pass.Compile.Execute(file); err != nil {
			log.Fatal(err)
		}
		if err := checkTiers(file); err != nil {
			log.Fatal(err)
		}
		config := printer.Config{Name: "internal/kernel/gen", Argv: []string{"go", "generate"}, Pkg: "kernel"}
		for name, printed := range map[string]printer.Printer{
			p.file + "_amd64.s":        printer.NewGoAsm(config),
			p.file + "_stubs_amd64.go": printer.NewStubs(config),
		} {
			source, err := printed.Print(file)
			if err != nil {
				log.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join("..", name), append(bytes.TrimSpace(source), '\n'), 0o666); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Println(p.file, len(file.Functions()), "functions")
	}
	if err := os.WriteFile(filepath.Join("..", "calls_amd64.go"), calls(vectorKernels()), 0o666); err != nil {
		log.Fatal(err)
	}
}

// spin writes the pause of a waiting thread.
func spin(c *build.Context) {
	c.Function("pauseAMD64")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func()")
	c.Doc("pauseAMD64 tells the processor that the thread waits.")
	c.PAUSE()
	c.RET()
}
