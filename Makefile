# Régie: what a person types. Each target does its own set-up; the second time that costs nothing.
#
#   make demo     a webinar in progress, and the console on it
#   make test     every check and every test
#   make bench    what the plane costs per packet
#   make check    the quick checks alone: style, types, import directions, generated code
#
# The rest: make build, bench-chat, bench-console, lock, protos, metrics, fuzz, test-kill, test-links, test-codecs, test-lipsync,
# test-targets, pictures, wheel, newcomer, deb, machine, ops, audit, licences, sbom, clean.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN   := .venv/bin
DONE  := .run/done
JOBS  ?= 2
CARGO := cargo --quiet
PLANE := node/plane

rust     := $(shell find $(PLANE) -name target -prune -o \( -name '*.rs' -o -name 'Cargo.*' \) -print 2>/dev/null) \
            protos/plane/v1/plane.proto protos/plane/v1/spool.proto

# Unit tests run beside each other, on files in memory (thousands of small databases would wait for the disk); what measures
# time or drives browsers runs alone.
alone := tests/e2e tests/bench
# What takes minutes and wants a machine that does nothing else: asked for by name.
apart := tests/e2e/test_bad_link.py tests/e2e/test_codecs.py

.PHONY: help
help:
	@sed -n '3,9s/^# \{0,1\}//p' Makefile

# ------------------------------------------------------------------ set-up

$(DONE):
	@mkdir -p $@

$(DONE)/system-build: ops/system.sh | $(DONE)
	@ops/system.sh build && touch $@

$(DONE)/system-test: ops/system.sh | $(DONE)
	@ops/system.sh test && touch $@

$(DONE)/system-ops: ops/system.sh | $(DONE)
	@ops/system.sh ops && touch $@

$(DONE)/system-machine: ops/system.sh | $(DONE)
	@ops/system.sh machine && touch $@

$(DONE)/system-bench: ops/system.sh | $(DONE)
	@ops/system.sh bench && touch $@

# The environment, exactly as locked.
$(DONE)/python: requirements.lock $(DONE)/system-build
	@echo "Python environment (.venv) …"
	@test -x $(BIN)/python || $$(ops/python.sh) -m venv .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    "uv==$$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)"
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@touch $@

# The packages (editable) and the plane beside `regie`; again when Rust sources change.
$(DONE)/plane: pyproject.toml setup.py $(rust) $(DONE)/python
	@echo "Plane (Rust, optimised; some minutes the first time) …"
	@cargo build --release --locked -j$(JOBS) --manifest-path $(PLANE)/driver/Cargo.toml
	@VIRTUAL_ENV=.venv CARGO_BUILD_JOBS=$(JOBS) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --no-index \
	    --reinstall-package regie --editable .
	@touch $@

# The type checker of the page; nothing of it is shipped.
$(DONE)/page: tests/page/package-lock.json $(DONE)/system-test
	@cd tests/page && npm ci --silent --no-audit --no-fund </dev/null
	@touch $@

.PHONY: build
build: $(DONE)/plane

# ------------------------------------------------------------------ run

.PHONY: demo
demo: build
	@$(BIN)/regie demo $(ARGS)

.PHONY: bench
bench: build $(DONE)/system-bench
	@$(BIN)/python tests/bench/run.py $(ARGS)

# A thousand people who chat, come and go: what the control process needs for them.
.PHONY: bench-chat
bench-chat: build
	@$(BIN)/python -m tests.bench.chat $(ARGS)

# A hundred played nodes and the console on them: what it costs, and how quick it is.
.PHONY: test-targets
test-targets: $(DONE)/python
	@echo "10,000 runs of each list of the console, and of the whole desk by keys and commands, with rows moving between look and key …"
	@REGIE_RUNS=$(or $(RUNS),10000) $(BIN)/python -m pytest -q -n0 -p no:cacheprovider --timeout 1800 tests/console/test_never_the_wrong_one*.py

.PHONY: bench-console
bench-console: build
	@$(BIN)/python -m tests.bench.console $(ARGS)

# ------------------------------------------------------------------ check

.PHONY: test
test: check test-rust test-python

.PHONY: check
check: check-python check-imports check-protos check-rust check-page

.PHONY: check-python
check-python: $(DONE)/plane
	@echo "ruff, mypy …"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary

.PHONY: check-imports
check-imports: $(DONE)/plane
	@echo "Import directions …"
	@$(BIN)/lint-imports --no-logo >.run/imports.txt 2>&1 || { cat .run/imports.txt; exit 1; }

.PHONY: check-rust
check-rust: $(DONE)/system-test
	@echo "cargo fmt, clippy …"
	@cargo fmt --manifest-path $(PLANE)/Cargo.toml --all --check
	@$(CARGO) clippy --locked -j$(JOBS) --manifest-path $(PLANE)/Cargo.toml --workspace --all-targets -- -D warnings

.PHONY: check-page
check-page: $(DONE)/page
	@echo "Types of the page …"
	@cd tests/page && npm run --silent check

# Generated code is committed beside its source and compared here.
generate = $(BIN)/python ops/contracts.py

.PHONY: check-protos
check-protos: $(DONE)/python
	@echo "Generated protos …"
	@$(generate) --check

.PHONY: test-rust
test-rust: $(DONE)/system-test
	@echo "cargo test …"
	@$(CARGO) test --locked -j$(JOBS) --manifest-path $(PLANE)/Cargo.toml --workspace

.PHONY: test-python
test-python: build $(DONE)/system-test $(DONE)/page
	@failed=0; scratch=$$(ops/scratch.sh); \
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile $(addprefix --ignore=,$(alone)) --junit-xml=.run/unit.xml \
	    --basetemp=$$scratch/t -o tmp_path_retention_policy=failed tests && rm -rf $$scratch || failed=1; \
	$(BIN)/pytest -q $(addprefix --ignore=,$(apart)) --junit-xml=.run/e2e.xml $(wildcard $(alone)) || failed=1; \
	$(BIN)/python ops/total.py .run/unit.xml .run/e2e.xml; \
	exit $$failed

.PHONY: test-links
test-links: build $(DONE)/system-test
	@$(BIN)/pytest -q tests/e2e/test_bad_link.py

.PHONY: test-codecs
test-codecs: build $(DONE)/system-test
	@$(BIN)/pytest -q tests/e2e/test_codecs.py

# ------------------------------------------------------------------ keep

.PHONY: protos
protos: $(DONE)/python
	@$(generate)

# The table of metrics and the dashboard, from node/metrics/table.py; a test compares.
.PHONY: metrics
metrics: $(DONE)/plane
	@PYTHONPATH=. $(BIN)/python ops/metrics.py

.PHONY: lock
lock: $(DONE)/python
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" --extra node --extra otel --group dev pyproject.toml --output-file requirements.lock
	@cd tests/page && npm install --silent --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

# The property tests of both languages with a thousand times the cases, and any bytes for the plane, led by coverage, for so
# many minutes each target: `make fuzz CASES=100000 MINUTES=60`. One alone: `node/plane/fuzz/engine/run.sh 600 rtcp`.
CASES ?= 20000
MINUTES ?= 10
.PHONY: fuzz
fuzz: build
	@PROPTEST_CASES=$(CASES) cargo test --locked --release -j$(JOBS) --manifest-path $(PLANE)/Cargo.toml -p regie-plane-core
	@JOBS=$(JOBS) $(PLANE)/fuzz/engine/run.sh $$(( $(MINUTES) * 60 ))
	@HYPOTHESIS_CASES=$(CASES) $(BIN)/pytest -q -n $(JOBS) --timeout 3600 -m hypothesis tests/media tests/features tests/signaling tests/rpc

# Planes, control processes and workers that are killed while they record and make files, each at so many random instants:
# `make test-kill COUNT=1000`.
COUNT ?= 200
.PHONY: test-kill
test-kill: build
	@$(BIN)/python -m tests.media.recorder $(COUNT)
	@$(BIN)/python -m tests.recorder.killed $(COUNT)
	@GRPC_VERBOSITY=ERROR $(BIN)/python -m tests.e2e.killed $(COUNT) 3

# An encoder that is nobody's browser publishes by WHIP and is recorded: how far are sound and picture apart in the files?
.PHONY: test-lipsync
test-lipsync: build $(DONE)/system-test
	@$(BIN)/python -m tests.e2e.networks $(BIN)/python -m tests.e2e.lipsync

.PHONY: pictures
pictures: build
	@$(BIN)/python ops/pictures.py

.PHONY: wheel
wheel: build
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --no-index --out-dir dist .
	@for wheel in dist/*.whl; do $(BIN)/python ops/wheel.py $$wheel; done

# From the wheel in a clean environment to a person in a room; the console alone, its size and its start.
.PHONY: newcomer
newcomer: wheel
	@$(BIN)/python ops/newcomer.py $$(ls -t dist/*.whl | head -n1)

# The package for Debian, from the wheel; built on what it is for.
.PHONY: deb
deb: wheel
	@WHEEL=$$(ls -t dist/*.whl | head -n1) ops/deb/build.sh dist

# The package on a bare Debian that systemd has booted in a container: units, watchdog, upgrade, backup. Needs root.
.PHONY: machine
machine: deb $(DONE)/system-machine
	@$(BIN)/python ops/booted.py $$(ls -t dist/*.deb | head -n1)

# Every shipped example by the program that it is for.
.PHONY: ops
ops: build $(DONE)/system-ops
	@ops/validate.sh

# Known holes in what is locked; says what it could not look at. Where PyPI's advisories or RustSec's list are out of reach:
# copies of github.com/pypa/advisory-database and github.com/rustsec/advisory-db.
PYTHON_ADVISORIES ?=
RUST_ADVISORIES ?=
.PHONY: audit
audit: $(DONE)/python
	@PATH="$$PWD/$(BIN):$$PATH" uv run --quiet --no-project --with pyyaml --with packaging python ops/audit.py \
	    $(if $(PYTHON_ADVISORIES),--python $(PYTHON_ADVISORIES)) $(if $(RUST_ADVISORIES),--rust $(RUST_ADVISORIES))

# Name, version and licence of all that is shipped; a test compares.
.PHONY: licences
licences: $(DONE)/plane
	@$(BIN)/python ops/bill.py licences

# The bill of materials (CycloneDX); a test holds it against the schema.
.PHONY: sbom
sbom: $(DONE)/plane
	@mkdir -p dist
	@$(BIN)/python ops/bill.py sbom >dist/regie.cdx.json
	@ls dist/regie.cdx.json

.PHONY: clean
clean:
	@rm -rf .venv .run build dist *.egg-info $(PLANE)/target tests/page/node_modules \
	    $(PLANE)/fuzz/engine/target .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find node console protos tests -name __pycache__ -type d -prune -exec rm -rf {} +
