PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PACKAGES := qaengine plugins/qaengine_encoders plugins/qaengine_memories tasks/qaengine_tasks

.DEFAULT_GOAL := help
.PHONY: help setup ask demo pictures test e2e test-all lint types clean

help:  ## Say what there is
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY)  ## Make .venv with everything that is needed, once

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[dev]'
	touch $@

ask: setup  ## Ask the lecture's seven questions: one set of weights, five kinds of answers
	@$(BIN)/python benchmarks/lecture.py

demo: setup  ## Open the web page: ask anything, see why
	@$(BIN)/qaengine demo

pictures: setup  ## Take the pictures of the page, for docs/pictures (needs Chromium)
	$(BIN)/python docs/screenshots.py

test: setup  ## Run the quick tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto -m "not slow and not e2e"

e2e: setup  ## Run the tests in a browser; without Chromium they are skipped
	$(BIN)/python -m pytest tests/e2e

test-all: setup  ## Run all tests
	$(BIN)/python -m pytest

lint: setup  ## Check style, and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=.:plugins:tasks $(BIN)/lint-imports

types: setup  ## Check types
	$(BIN)/mypy

clean:  ## Remove .venv and what the tools left
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
