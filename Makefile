# make demo: a synthetic shop, from raw files to published marts. make test: every check.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile pyproject.toml --group build --generate-hashes --no-emit-index-url --no-strip-extras --quiet \
	--python-version 3.11 --custom-compile-command "make lock"

DEMO ?= demo
DEMO_CUSTOMERS ?= 3000
BENCH ?=
SOAK ?=
SQL := models tests analyses
INTEGRATION := .integration
TOOLS := $(patsubst %,$(INTEGRATION)/%/.installed,superset airflow dagster metricflow duckdb14)

# what the shell has set for one's own warehouse must not change what is tested
unexport CLV_RAW_DIR CLV_WAREHOUSE_DIR DBT_PROJECT_DIR DBT_PROFILES_DIR DBT_TARGET DBT_TARGET_PATH

define INSTALL_TOOL
$(PYTHON) -m venv --clear $(INTEGRATION)/$*
$(INTEGRATION)/$*/bin/python -m pip --disable-pip-version-check --quiet install --no-compile --no-deps --require-hashes -r $<
touch $@
endef

.PHONY: help demo docs test browser shells integration package postgres soak bench lint types sql format lock sbom clean

help: ## show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

demo: $(VENV)/.installed $(DEMO)/raw/truth.json ## install, make a synthetic shop, build and publish its warehouse
	$(BIN)/clv run --raw $(DEMO)/raw --warehouse $(DEMO)/warehouse

docs: demo ## dbt's documentation as one page, target/static_index.html, and the metric dictionary, docs/reference/metrics.md
	CLV_WAREHOUSE_DIR="$(abspath $(DEMO)/warehouse)" $(BIN)/dbt --quiet docs generate --static
	$(BIN)/python docs/metrics.py target/manifest.json docs/reference/metrics.md
	@echo "Open target/static_index.html in a browser."

test: lint ## every check: style, types, tests
	$(BIN)/pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder

browser: $(VENV)/.installed-dev ## get a browser for the tests of the report, where the machine has none
	@for name in chromium chromium-browser google-chrome; do if command -v $$name; then exit; fi; done; \
	if command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -qq --no-install-recommends chromium; \
	else $(BIN)/playwright install chromium; fi

shells: ## get zsh and fish for the tests of the tab key, where the machine lacks them
	@if command -v zsh > /dev/null && command -v fish > /dev/null; then exit; fi; \
	if command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -qq --no-install-recommends zsh fish; \
	else echo "Install zsh and fish: the tests of the tab key use them."; exit 1; fi

integration: $(VENV)/.installed-dev ## run Dagster, Airflow, MetricFlow, Superset and an older driver for real
	@$(MAKE) --no-print-directory --jobs 2 $(TOOLS)
	$(BIN)/pytest tests/integration --ignore tests/integration/test_postgres.py --ignore tests/integration/test_package.py

package: $(VENV)/.installed-dev ## install the project as a package in an example project, and compare the marts
	$(BIN)/pytest tests/integration/test_package.py

postgres: $(VENV)/.installed-dev $(INTEGRATION)/postgres/.installed ## build on a PostgreSQL server of its own, and compare the marts with DuckDB's
	$(BIN)/pytest tests/integration/test_postgres.py

soak: $(VENV)/.installed-dev ## the long proofs: schedules, kills, readers, fits, intervals (hours; SOAK='--help')
	PYTHONPATH=tests/python $(BIN)/python -m soak .state/soak $(SOAK)

bench: $(VENV)/.installed-dev browser ## measure a night, and against lifetimes, clvkit and pymc-marketing (hours with BENCH=--largest)
	$(BIN)/python benchmarks/nightly.py benchmarks/.work/nightly
	$(BIN)/python benchmarks/page.py benchmarks/.work/page
	$(PYTHON) benchmarks/run.py $(BENCH)

lint: $(VENV)/.installed-dev ## style and types, nothing is run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 types sql

# side by side: mypy and the compilation that sqlfluff begins with keep one core busy each
types: $(VENV)/.installed-dev
	$(BIN)/mypy --strict src benchmarks docs/metrics.py orchestration/clv_trigger.py tools

sql: $(VENV)/.installed-dev
	$(BIN)/sqlfluff lint --disable-progress-bar $(SQL)

format: $(VENV)/.installed-dev ## put Python and SQL in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar $(SQL)

lock: ## pin what pyproject.toml asks for (needs uv)
	$(COMPILE) --group dev --output-file requirements-dev.txt
	$(COMPILE) --constraints requirements-dev.txt --output-file requirements.txt

sbom: $(VENV)/.installed ## write a bill of materials of what is installed, sbom.json, and docs/reference/licences.md
	$(BIN)/python tools/packages.py sbom.json

clean: ## remove what make and dbt made, but no warehouse
	rm -rf $(VENV) $(INTEGRATION) target logs .state/parsed .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(DEMO)/raw/truth.json: | $(VENV)/.installed
	$(BIN)/clv generate $(DEMO)/raw --customers $(DEMO_CUSTOMERS)

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) was not found: install Python 3.11, or name one with make PYTHON=…"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements-dev.txt
	touch $@

# each heavy tool has an environment of its own, made anew when its lock file changes
$(INTEGRATION)/%/.installed: orchestration/%/requirements.txt
	$(call INSTALL_TOOL)

$(INTEGRATION)/%/.installed: tests/integration/%/requirements.txt
	$(call INSTALL_TOOL)
