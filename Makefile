# `make` alone lists every command. The two that matter: `make run` and `make test`.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; PYTHON=/path/to/python chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$name" -c '$(NEW_ENOUGH)' 2>/dev/null && command -v "$$name" && break; done)
endif
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
# The engines that tests of a face run on; those of statements and locks run on both by default.
DB ?= default
FONTS := requirements/fonts.txt
SOURCES := $(shell find content templates site_builder -type f -not -name '*.pyc' 2>/dev/null) mkdocs.yml build.py

export HOST ?= 127.0.0.1
export PORT ?= 8000

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/run.stamp site/index.html ## Set everything up and serve it on http://127.0.0.1:8000 (HOST, PORT, FORMS_DATA_DIR)
	@$(BIN)/python -m forms_api init --if-needed
	@exec $(BIN)/python -m forms_api serve --with-worker

.PHONY: test
test: .venv/dev.stamp site/index.html ## Set up and run every test (DB=sqlite, postgresql, all; ARGS="…" for pytest)
	@$(BIN)/python -m tests.browser install
	$(PYTEST) --db $(DB) $(ARGS)

.PHONY: test-all
test-all: ## Run every test on both database engines: once a night, before a release
	@$(MAKE) test DB=all

.PHONY: lint
lint: .venv/dev.stamp ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: .venv/dev.stamp ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: site
site: site/index.html ## Build the static site into site/

site/index.html: .venv/run.stamp $(SOURCES)
	@echo "==> building the site"
	@$(BIN)/python build.py build
	@touch $@

.PHONY: preview
preview: .venv/run.stamp ## Show the site alone, rebuilt and reloaded at every change
	@$(BIN)/python build.py serve

.PHONY: check
check: .venv/run.stamp ## Look for mistakes in content/ and in an installation's settings, keys, disk
	@$(BIN)/python build.py check
	@$(BIN)/python -m forms_api check

.PHONY: bench
bench: .venv/dev.stamp site/index.html ## Measure against baselines in the same run; writes docs/benchmarks.md
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: soak
soak: .venv/dev.stamp site/index.html ## Load an installation for ten minutes, restart it, look for every report (ARGS="--minutes 2")
	@$(BIN)/python -m tests.soak $(ARGS)

.PHONY: fuzz
fuzz: .venv/fuzz.stamp ## Throw whatever comes from outside at its readers for 17 minutes (ARGS="--minutes 5 jpeg"); what breaks one is kept
	@$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: mutants
mutants: .venv/dev.stamp site/index.html ## Break each rule on purpose and say which tests notice (ARGS="--row P12"); about an hour
	@$(BIN)/python -m tests.browser install
	@$(BIN)/python -m tests.mutation $(ARGS)

.PHONY: coverage
coverage: .venv/dev.stamp site/index.html ## Run every test and show what none of them reaches
	@$(BIN)/python -m tests.browser install
	$(PYTEST) --db $(DB) --cov $(ARGS)

.PHONY: pins
pins: .venv/dev.stamp ## Compile requirements/*.in anew into hash-pinned *.txt
	@for name in run dev fuzz; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	    --no-emit-index-url --no-emit-find-links --no-header requirements/$$name.in -o requirements/$$name.txt; \
	done
	@$(BIN)/uv pip compile --quiet --upgrade --no-deps --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header $(FONTS:.txt=.in) -o $(FONTS)

.PHONY: clean
clean: ## Remove what can be made again; reports and keys in var/ stay
	rm -rf .venv .build site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

.venv/python.stamp:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(NEW_ENOUGH)'; then \
	  echo "Cần Python 3.11 trở lên / Python 3.11 or newer is needed; found: $$("$${PYTHON:-python3}" --version 2>&1 || echo none)." >&2; \
	  echo "Name another one:  make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@echo "==> making a virtual environment with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv .venv || { \
	  echo "This Python cannot make virtual environments. On Debian or Ubuntu:  apt install python3-venv" >&2; \
	  rm -rf .venv; exit 1; }
	@touch $@

.venv/run.stamp: requirements/run.txt $(FONTS) | .venv/python.stamp
	@echo "==> installing what the product needs (about a minute the first time)"
	@$(PIP) -r requirements/run.txt
	@$(PIP) --no-deps -r $(FONTS)
	@touch $@

.venv/dev.stamp: requirements/run.txt requirements/dev.txt $(FONTS) | .venv/python.stamp
	@echo "==> installing what tests and linters need (about a minute the first time)"
	@$(PIP) -r requirements/dev.txt
	@$(PIP) --no-deps -r $(FONTS)
	@touch $@ .venv/run.stamp

.venv/fuzz.stamp: requirements/fuzz.txt | .venv/dev.stamp
	@echo "==> installing the fuzzer"
	@$(PIP) -r requirements/fuzz.txt
	@touch $@
