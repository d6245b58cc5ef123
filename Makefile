# The two commands of the README are `make run` and `make test`; the others are their parts.
# `make` alone lists them.

MAKEFLAGS += --no-print-directory
BUNDLER = cargo run --quiet --locked --profile tool --target-dir target/tools -p bundler --
# The browser's compiler can be another one than the native (scripts/wasm-toolchain says why).
WASM = --target wasm32-unknown-unknown --target-dir target/wasm
PARTS = format licences lint generated-check test-rust test-browser

help: ## lists the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

run: server spa ## builds and starts everything on an SQLite file under ./data, on http://127.0.0.1:8080
	CHANTIERS_DATA_DIR=$${CHANTIERS_DATA_DIR:-./data} CHANTIERS_SPA_DIR=frontend/dist target/debug/chantiers serve

server: ## builds the server for development: target/debug/chantiers
	cargo build --locked --bin chantiers

spa: ## builds the SPA for development: frontend/dist
	$(BUNDLER)

build: ## builds for use: target/release/chantiers, and frontend/dist within 450 kB
	cargo build --locked --release --bin chantiers
	$(BUNDLER) --release --budget 450

test: ## everything below; installs what is missing
	@scripts/test $(PARTS)

format: ## formatting (`cargo fmt` mends it)
	@scripts/install clippy
	cargo fmt --check

licences: ## every dependency's licence is one of deny.toml
	@scripts/install python
	scripts/licences

lint: ## clippy for the server, the browser and the tools; scripts and containers read without running them
	@scripts/install clippy
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked -p bundler --all-targets --profile tool --target-dir target/tools -- -D warnings
	toolchain=$$(scripts/wasm-toolchain) && \
	  RUSTUP_TOOLCHAIN=$$toolchain cargo clippy --locked -p frontend $(WASM) --profile wasm-dev -- -D warnings
	for script in .ci/run $$(grep -l '^#!.*bash' scripts/*); do bash -n $$script || exit 1; done
	scripts/check-docker

generated: ## writes schema.graphql, openapi.json and the policy grid
	scripts/generated

generated-check: ## the same, and fails when that changes what is committed, or breaks the partners' contract
	scripts/generated --check

contract-note: ## writes what contract/changes.csv does not tell yet of changes to the contract
	cargo run --quiet --locked -p contract -- note

contract-release: ## makes the present contract the released one, from which nothing may break
	cargo run --quiet --locked -p contract -- release

schema: ## writes schema.graphql and the other generated files
	scripts/generated

documents: ## writes frontend/documents.json, the GraphQL documents that the pages send
	cargo test --quiet --locked -p frontend --profile wasm-dev --target-dir target/wasm the_list_beside || \
	  cargo test --quiet --locked -p frontend --profile wasm-dev --target-dir target/wasm the_list_beside

test-rust: ## unit and store tests on SQLite and PostgreSQL, stories over HTTP
	@scripts/install postgres nextest node python
	scripts/with-postgres scripts/test-rust

test-browser: server spa ## the SPA in Chromium, with axe
	@scripts/install node browser
	cd tests/browser && npx --no-install playwright test

bench: build ## start, memory, and the exchange at the size of a region: writes docs/benchmarks.md
	@scripts/install python postgres
	scripts/bench
	cargo build --locked --release -p bench
	CHANTIERS_POSTGRES_DURABLE=1 scripts/with-postgres target/release/bench

.PHONY: help run server spa build test $(PARTS) generated schema documents contract-note contract-release bench
