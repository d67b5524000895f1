# Two commands do everything on a fresh machine: `make demo` and `make test`. All of it lives in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install install-dev demo test lint bench bench-identity bench-quality bench-rules bench-backfill bench-web pictures schemas lock clean

help: ## what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

install: .venv/.runtime ## the product, in .venv
install-dev: .venv/.dev

demo: install ## a simulated authority on the embedded broker and database, and the page
	$(BIN)/send-integration demo

lint: install-dev ## style, types and the walls between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install-dev ## every test this machine can run; says which it could not, and why
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

bench: install-dev ## events a second, latency and memory, beside an idiomatic Faust agent
	$(BIN)/python -m benchmarks.end_to_end

bench-identity: install-dev ## how well people are matched, beside Splink and exact matching, and what a record costs
	$(BIN)/python -m benchmarks.identity
	$(BIN)/python -m benchmarks.identity.stream

bench-quality: install-dev ## which injected faults the gate finds, by which rule and how soon, and what judging costs
	$(BIN)/python -m benchmarks.quality.throughput
	$(BIN)/python -m benchmarks.quality

bench-rules: install-dev ## what alerts ask of people, how precise each risk is, and what evaluating 100,000 children costs
	$(BIN)/python -m benchmarks.rules.load
	$(BIN)/python -m benchmarks.rules.cost

bench-backfill: install-dev ## how fast a million events of history are loaded, beside reading and parsing them alone
	$(BIN)/python -m benchmarks.backfill

bench-web: install-dev ## how fast every page is for fifty readers at once, with 100,000 children and 3 million events
	$(BIN)/python -m benchmarks.web

pictures: install-dev ## take the docs' pictures anew, of a demonstration that runs (`make demo`) and was just begun
	$(BIN)/python -m tests.browser.pictures

schemas: install ## write schemas/ anew from the models
	$(BIN)/send-integration schemas write

lock: install-dev ## write all lock files anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml --group build -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate benchmarks/identity/corpora.in -o benchmarks/identity/corpora.lock

clean: ## remove .venv
	rm -rf .venv
