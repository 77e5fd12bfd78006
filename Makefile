# Two commands for newcomers: `make demo` and `make test`. Both set up everything they need.

SHELL := /bin/bash
PYTHON ?= python3
# One test worker more than there are cores: some tests wait for a broker or a clock.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
# A developer's loop leaves out what takes long, and contracts that fit every model or ask every question.
QUICK := not (slow or road or kill or kafka or browser or market)
QUICK_WITHOUT := contracts/test_model_contract.py contracts/test_question_contract.py forecast/test_lstm.py \
  forecast/test_lstm_training.py forecast/test_leaks.py forecast/test_backtest.py jobs/test_disk.py deploy
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
export OMP_WAIT_POLICY := PASSIVE
export UV_PYTHON_DOWNLOADS ?= automatic
# Where a machine forbids Python to keep compiled modules, every start would compile some three thousand again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo serve test quick lint types check hooks endurance bench dagster kafka docs site site-serve wheel wheel-test clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

demo: .venv/ready ## A simulated market through the whole road, and a page to look at
	@.venv/bin/topheavy demo

serve: .venv/ready ## Serve the demo's page again
	@.venv/bin/topheavy serve --home .topheavy-demo

test: .venv/dev ## Run all tests
	@.venv/bin/python -m pytest -q -n $(WORKERS) --dist worksteal

quick: .venv/dev ## Style, types and the tests that need nothing, in under a minute: a developer's loop
	@.venv/bin/ruff check -q . && .venv/bin/ruff format -q --check . && .venv/bin/mypy
	@.venv/bin/python -m pytest -q -n $(WORKERS) --dist worksteal -m "$(QUICK)" $(QUICK_WITHOUT:%=--ignore=tests/%)

lint: .venv/dev ## Check style
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: .venv/dev ## Check types
	@.venv/bin/mypy

check: lint types test ## Style, types and all tests

hooks: .venv/dev ## Check style and types before every commit
	@.venv/bin/pre-commit install

endurance: .venv/dev ## Four hundred kills of a backfill, fifty of a stream, four hundred random walks, five hundred faults
	@TOPHEAVY_KILLS=200 .venv/bin/python -m pytest -q -s tests/jobs/test_killed_backfill.py
	@TOPHEAVY_FLIPS=400 .venv/bin/python -m pytest -q tests/jobs/test_flipped_bits.py tests/jobs/test_nothing_lost.py
	@TOPHEAVY_KILLS=50 TOPHEAVY_EVENTS=1000000 .venv/bin/python -m pytest -q -s tests/live/test_killed_stream.py
	@TOPHEAVY_TRIALS=400 .venv/bin/python -m pytest -q -s tests/forecast/test_leaks.py -k random_walks
	@TOPHEAVY_TRIALS=500 .venv/bin/python -m pytest -q -s tests/repairs/test_one_fault.py
	@TOPHEAVY_FUZZ=5000 .venv/bin/python -m pytest -q -s tests/sources/test_fuzz.py

bench: | $(UV) ## The whole road beside PySpark, in one run
	@$(UV) run --frozen --group bench python benchmarks/road.py

dagster: .venv/dev ## Open the same jobs in Dagster, on http://127.0.0.1:3000
	@mkdir -p .topheavy-dagster && cp deploy/dagster/dagster.yaml .topheavy-dagster/
	@DAGSTER_HOME="$(CURDIR)/.topheavy-dagster" .venv/bin/dagster dev -d deploy/dagster -m topheavy_dagster.definitions

kafka: ## A real Kafka on this machine, on 127.0.0.1:9092 until Ctrl-C (needs Java 17 or newer, no Docker)
	@deploy/kafka/run

docs: .venv/dev ## Write the generated reference pages again
	@.venv/bin/python docs/generate.py

site: .venv/dev ## The documentation as a site, in build/site; a warning fails it
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

site-serve: .venv/dev ## Show the site while it is written, on http://127.0.0.1:8000
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs serve

wheel: | $(UV) ## The wheel and the source archive, in dist/
	@$(UV) build --quiet --out-dir dist && ls dist

wheel-test: | $(UV) ## The built wheel, in clean environments of the oldest and the newest Python
	@UV=$(UV) tests/wheel/run

clean: ## Remove the environment and the demo's home
	@rm -rf .venv .topheavy-demo

.uv/bin/uv:
	@echo "Getting uv …"
	@$(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/ready: uv.lock pyproject.toml | $(UV)
	@echo "Setting up the environment …"
	@$(UV) sync --frozen --quiet --inexact --extra demo && touch $@

.venv/dev: uv.lock pyproject.toml | $(UV)
	@echo "Setting up the environment with the test tools …"
	@$(UV) sync --frozen --quiet --inexact --group dev --extra dagster --extra forecast --extra live && touch $@ .venv/ready
