# Needs Python 3.11 or newer, and make. Everything else comes hash-pinned into .venv, once: a second call finds the stamps and installs nothing.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed-to-run
DEV    := $(VENV)/.installed-to-develop
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check install

# Test processes at a time. Each starts servers of its own, so more than a few pay only on a large machine.
JOBS   ?= 2

.PHONY: up demo test check lock clean help
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

up: $(RUN) ## start everything on this machine; Ctrl-C stops it
	@$(BIN)/dirigent up

demo: $(RUN) ## play a month of field work on a system of its own
	@$(BIN)/dirigent demo

test: $(DEV) ## the whole suite, on real servers
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: $(DEV) ## formatting, lint, types, import rules, the library's journeys
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dirigent journeys lint journeys/library

# --universal: one lock for Linux and macOS and every Python from 3.11. The development lock comes first and binds the others.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url \
        --annotation-style line --custom-compile-command 'make lock' pyproject.toml

lock: $(DEV) ## resolve the newest allowed versions again and write requirements/
	$(LOCK) --upgrade --extra embedded --group build --group dev --output-file requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt --extra embedded --group build --output-file requirements/embedded.txt
	$(LOCK) --constraint requirements/dev.txt --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url \
	    --annotation-style line --custom-compile-command 'make lock' --constraint requirements/dev.txt \
	    --group build --output-file requirements/build.txt

clean: ## remove the environment, the caches and the data in .data
	rm -rf $(VENV) .data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Dirigent needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements/embedded.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --only-binary :all: -r requirements/embedded.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --only-binary :all: -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN)
