# The commands of the project. `make help` lists them.

.PHONY: help train test lint vuln bits fuzz bench performance generate size module latex \
	notebooks notebooks-update notebooks-html jupyter

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

train: ## train a network on iris
	go run ./cmd/train --layers 4,8,1 --data iris.csv

test: ## run all tests
	go test ./...

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt would change: $$unformatted"; exit 1; }
	go vet ./...
	go vet -C internal/kernel/gen .
	go vet -C notebooks-go/show .
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

vuln: ## look for known vulnerabilities of what the project calls
	.ci/vuln

bits: ## check that training gives the same bits in every build
	go run ./internal/bits

FUZZTIME = 60s
fuzz: ## run every fuzz target for FUZZTIME=60s, as many at a time as there are cores
	@for p in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do echo $$p $$target; done; \
	done | xargs -P $$(nproc 2>/dev/null || echo 1) -L 1 sh -c \
		'out=$$(go test -run "^$$" -fuzz "^$$1\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x -parallel 1 $$0 2>&1) && echo "ok $$0 $$1" || { echo "$$out"; exit 1; }'

bench: ## run the benchmarks of the packages
	go test -run '^$$' -bench . -benchmem ./...

performance: ## measure docs/performance.md anew, on a machine that does nothing else
	go run ./internal/performance

generate: ## make all generated files again; must leave no diff
	go generate ./...

latex: ## set the derivations of all test cases with pdflatex
	go test -count=1 -v -run TestLaTeXCompiles ./matcalc

# LAB="2 3" on make's command line chooses labs by their numbers.
notebooks: ## execute the labs' notebooks; fails if an output is not the committed one
	go run ./internal/notebooks check $(LAB)

notebooks-update: ## make the notebooks from notebooks-go/src, with their outputs
	go run ./internal/notebooks update $(LAB)

notebooks-html: ## render the notebooks into notebooks-go/html
	go run ./internal/notebooks html $(LAB)

jupyter: ## open the labs in Jupyter
	go run ./internal/notebooks jupyter

size: ## lines a file and a function, by package
	@go run ./internal/size

# PATH on make's command line is the new name here, and must not be where the
# recipe looks for its programs.
ifeq ($(origin PATH),command line)
MODULE := $(PATH)
override PATH := $(shell env sh -c 'echo $$PATH'):/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin
endif

module: ## rename the module: make module PATH=example.org/gradlab
	@test -n "$(MODULE)" || { echo "usage: make module PATH=example.org/gradlab"; exit 2; }
	go mod edit -module $(MODULE)
	grep -rlE '"gradlab/|gradlab/\.\.\.' --include='*.go' . | xargs sed -i 's|"gradlab/|"$(MODULE)/|g; s|gradlab/\.\.\.|$(MODULE)/...|g'
	sed -i 's|"gradlab/|"$(MODULE)/|g; s| gradlab/notebooks-go| $(MODULE)/notebooks-go|g' notebooks-go/src/*.md notebooks-go/*.ipynb notebooks-go/solutions/*.ipynb internal/notebooks/testdata/*
	cd notebooks-go/show && go mod edit -module $(MODULE)/notebooks-go/show -droprequire gradlab -dropreplace gradlab -require $(MODULE)@v0.0.0 -replace $(MODULE)=../..
	gofmt -w .
