# onrecord. `make run` and `make test` do all the set-up they need; both work on a fresh Debian with Python 3.11, make and curl.
SHELL := /bin/bash
PYTHON ?= python3
HOST := 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Left in the virtual environment when a set of requirements is installed, so that it is installed once.
RUNTIME := $(VENV)/.runtime
TOOLS := $(VENV)/.tools
export OMP_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help install run serve test check fuzz openapi docs evaluate gate bench load archive corpus screenshots

help: ## Show the targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

$(BIN)/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt install python3-venv" >&2; exit 1; }

$(RUNTIME): requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt requirements-corpus.txt requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(RUNTIME)

install: $(RUNTIME) ## Install what the service needs into .venv.

run: $(RUNTIME) ## Start the service, print the quotes of an example article, serve until Ctrl-C.
	@BIN=$(BIN) HOST=$(HOST) PORT=$(PORT) scripts/run

serve: $(RUNTIME) ## Start the service and nothing else.
	PORT=$(PORT) exec $(BIN)/gunicorn 'service:create_app()'

test: $(TOOLS) ## Install what the tests need and run them all.
	$(BIN)/pytest -q

check: $(TOOLS) ## Lint, types and the tests that load no models.
	$(BIN)/ruff check service models tests scripts gunicorn.conf.py
	$(BIN)/mypy
	$(BIN)/shellcheck bin/quotes scripts/run .ci/run
	$(BIN)/pytest -q -m 'not models and not server and not fuzz'

fuzz: $(TOOLS) ## 10,000 generated inputs against the HTTP edge.
	ONRECORD_FUZZ_EXAMPLES=10000 $(BIN)/pytest -q -m fuzz

openapi: $(TOOLS) ## Write openapi.yaml from the schemas.
	$(BIN)/python -c 'from service.contract import write_contract; print(write_contract(), end="")' > openapi.yaml

docs: $(TOOLS) ## Write the tables of docs/settings.md and docs/errors.md from the code.
	$(BIN)/python -m scripts.tables

evaluate: $(TOOLS) ## Score the engine on the development sets, with gains and losses.
	$(BIN)/python -m models.evaluate

gate: evaluate ## The same: a figure below its floor fails.

bench: $(TOOLS) ## Measure speed and memory beside references and write docs/benchmarks.md (about 6 minutes).
	$(BIN)/python -m scripts.bench $(ARGS)

load: $(TOOLS) ## Load a service on this machine with 1, 2, 4 and 8 clients.
	$(BIN)/python -m scripts.load $(ARGS)

archive: $(TOOLS) ## Time the archive on 100,000 generated quotes.
	$(BIN)/python -m scripts.archive_load $(ARGS)

corpus: $(TOOLS) ## Time the corpus job on 10,000 made-up articles and write docs/scale.md (about 20 minutes).
	$(BIN)/python -m scripts.corpus_load $(ARGS)

screenshots: $(TOOLS) ## Draw the pictures of the documents.
	$(BIN)/python -m scripts.screenshots
