# The two commands are `make demo` and `make test`; `make help` lists the rest. What each does stands in scripts/.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Compilers at a time, and more arguments for `swift test` (make test ARGS="--filter QueueTests").
export JOBS ?= 2
ARGS ?=
# Where `make install` puts the binaries and the system's files.
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: help demo up test lint model reference chaos ci bench build install clean

help: ## Lists the targets.
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Runs the whole way once on real input and prints what came of it.
	@scripts/demo.sh

up: ## Starts the same stack and serves until Ctrl-C.
	@scripts/up.sh

test: ## Builds and runs every test on a PostgreSQL cluster of its own.
	@scripts/test.sh $(ARGS)

lint: ## Checks format, docstrings and scripts.
	@scripts/lint.sh

model: ## Searches the model of claims and leases exhaustively.
	@scripts/model.sh

chaos: ## Runs real workers and schedulers under faults and checks the history (make chaos ARGS="--seconds 60").
	@scripts/chaos.sh $(ARGS)

reference: ## Compares every figure with the second implementation, on 200 random data sets.
	@scripts/reference.sh

ci: ## Runs what a change must pass: lint, model, reference and test.
	@scripts/ci.sh

bench: ## Measures the engine beside a floor in bare libpq (make bench ARGS="--only drain").
	@scripts/bench.sh $(ARGS)

build: ## Builds release binaries into bin/.
	@scripts/build-release.sh

install: ## Installs bin/, the units and an example configuration (PREFIX, DESTDIR).
	@scripts/install.sh "$(DESTDIR)" "$(PREFIX)"

clean: ## Stops the demo's cluster and deletes what was built and left lying: .build, bin and var.
	@scripts/clean.sh
