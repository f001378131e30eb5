package show

// What cells import beside gradlab's own packages: go mod tidy keeps the
// versions of all that is named here.
import (
	_ "gonum.org/v1/gonum/mat"
	_ "gonum.org/v1/plot"
	_ "gradlab/matcalc"
	_ "gradlab/nn"
	_ "gradlab/viz"
)
