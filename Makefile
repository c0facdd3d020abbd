# Deskwire. `make run` and `make test` set up what they need.

CARGO ?= cargo
DATA ?= data
E2E := tests/e2e
EXAMPLES := examples/js

.DEFAULT_GOAL := help
.PHONY: help run build check test test-rust test-e2e bench setup-node clean-data

help: ## Show this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Build and start the server with its demo organisation
	$(CARGO) build --release --package deskwire
	./target/release/deskwire serve --data $(DATA)

build:
	$(CARGO) build --release --workspace

check: ## Format, lints and the fast tests: before each commit
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	$(CARGO) test --workspace --quiet --lib

test: test-rust test-e2e ## Everything: unit, property, conformance and end to end

test-rust:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	$(CARGO) test --workspace --no-fail-fast

test-e2e: build setup-node
	cd $(EXAMPLES) && npm test
	cd $(E2E) && DESKWIRE_BIN=$(CURDIR)/target/release/deskwire npm test

setup-node:
	cd $(EXAMPLES) && npm ci --no-audit --no-fund
	cd $(E2E) && npm ci --no-audit --no-fund

bench: build ## Measure this machine; prints one JSON line per scenario
	./crates/bench/run.sh

clean-data: ## Forget the demo organisation
	rm -rf $(DATA)
