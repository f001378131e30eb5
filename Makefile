# The commands of the project. `make help` lists them.

.PHONY: help train test lint bits bench performance generate size module latex

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

train: ## train a network on iris
	go run ./cmd/train --layers 4,8,1 --data iris.csv

test: ## run all tests
	go test ./...

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt would change: $$unformatted"; exit 1; }
	go vet ./...
	go vet -C internal/kernel/gen .
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bits: ## check that training gives the same bits in every build
	go run ./internal/bits

bench: ## run the benchmarks of the packages
	go test -run '^$$' -bench . -benchmem ./...

performance: ## measure docs/performance.md anew, on a machine that does nothing else
	go run ./internal/performance

generate: ## make all generated files again; must leave no diff
	go generate ./...

latex: ## set the derivations of all test cases with pdflatex
	go test -count=1 -v -run TestLaTeXCompiles ./matcalc

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
	gofmt -w .
