# Deskwire. `make run` and `make test` set up what they need.

CARGO ?= cargo
DATA ?= data
E2E := tests/e2e
EXAMPLES := examples/js
WEB := web
PYTHON_ENV := target/e2e-python

.DEFAULT_GOAL := help
.PHONY: help run build check test test-rust test-e2e bench setup setup-e2e setup-node setup-python setup-clients \
	setup-services setup-browser setup-web web test-web clean-data

# Installs Debian packages if a command is missing; elsewhere it says which command that is.
need = @command -v $(1) >/dev/null || { apt-get update -q && apt-get install -qy --no-install-recommends $(2); } || \
	{ echo "$(1) is missing: please install it" >&2; exit 1; }

help: ## Show this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	$(call need,cc,build-essential)
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: please install Rust 1.95 or newer" >&2; exit 1; }

# Without jemalloc, whose own build takes longer than that of the server.
run: setup web ## Build and start the server with its demo organisation and its web
	$(CARGO) build --profile quick --package deskwire --no-default-features
	./target/quick/deskwire serve --data $(DATA)

build: setup web ## Build everything, optimised
	$(CARGO) build --release --workspace

check: ## Format, lints and the fast tests: before each commit
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	$(CARGO) test --workspace --quiet --lib

test: test-rust test-e2e test-web ## Everything: unit, property, conformance, end to end, in a browser

test-rust: setup setup-services
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	$(CARGO) test --workspace --no-fail-fast

test-e2e: build setup-e2e
	cd $(EXAMPLES) && npm test
	cd $(E2E) && DESKWIRE_BIN=$(CURDIR)/target/release/deskwire npm test

web: setup-web ## Build the SDK, the widget and the demo shop into web/dist
	cd $(WEB) && npm run build && npm run budgets

test-web: build web
	cd $(WEB) && npm run check && DESKWIRE_BIN=$(CURDIR)/target/release/deskwire npm test
	cd $(WEB)/e2e && DESKWIRE_BIN=$(CURDIR)/target/release/deskwire npm run stories && DESKWIRE_BIN=$(CURDIR)/target/release/deskwire npm run stories:workbench

setup-web: setup-browser
	$(call need,npm,nodejs npm)
	cd $(WEB) && npm ci --no-audit --no-fund

setup-e2e: setup-node setup-python setup-clients setup-services setup-browser ## Install what the end-to-end tests need

setup-node:
	$(call need,npm,nodejs npm)
	cd $(EXAMPLES) && npm ci --no-audit --no-fund
	cd $(E2E) && npm ci --no-audit --no-fund

# Made anew when the pinned versions change.
setup-python: $(PYTHON_ENV)/made

$(PYTHON_ENV)/made: $(E2E)/requirements.txt
	@python3 -m venv --help >/dev/null 2>&1 && python3 -c 'import ensurepip' 2>/dev/null || \
		{ apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-venv; } || \
		{ echo "python3 with venv is missing: please install it" >&2; exit 1; }
	python3 -m venv --clear $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --requirement $(E2E)/requirements.txt
	touch $@

setup-clients:
	$(call need,openssl,openssl)
	$(call need,mosquitto_sub,mosquitto-clients)

# What a cluster stands on; tests run their own. PostgreSQL's programs are found where Debian has them, outside the path.
setup-services:
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || \
		{ apt-get update -q && apt-get install -qy --no-install-recommends postgresql; } || \
		{ echo "postgres is missing: please install PostgreSQL 15 or newer" >&2; exit 1; }
	$(call need,redis-server,redis-server)
	$(call need,haproxy,haproxy)

# Building and running need no browser, and the end-to-end tests skip what does. The stories of the web are all in one.
setup-browser:
	@test -x "$${CHROMIUM:-/usr/bin/chromium}" || \
		{ apt-get update -q && apt-get install -qy --no-install-recommends chromium; } || \
		{ echo "$${CHROMIUM:-/usr/bin/chromium} is missing and could not be installed:" \
			"please install Chromium, or say in CHROMIUM where it is." >&2; \
		echo "Without it test-web fails, and test-e2e skips its tests in a browser." >&2; \
		$(if $(filter test test-web,$(MAKECMDGOALS)),false,true); }

bench: build ## Measure this machine; prints one JSON line per scenario
	./crates/bench/run.sh

clean-data: ## Forget the demo organisation
	rm -rf $(DATA)
