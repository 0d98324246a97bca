# Everything starts here. Each target makes what it needs first (environment, packages, compiled contracts), once.
# HOMES, STEPS, SEED, CHECK and the like are handed on as environment variables: `make demo HOMES=321`.

PYTHON ?= python3
VENV := .venv/bin
export HOMES STEPS SEED CHECK FOCUS
# A test run starts some hundred Python processes: that they don't compile all packages anew saves a minute and a half.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-inprocess test-chain lint format fuzz simulate gas lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the locked packages (every other target does it by itself)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null || { echo "error: $(PYTHON) is missing" \
	  "or too old: install Python 3.11 or 3.12 (Debian, Ubuntu: apt install python3 python3-venv;" \
	  "macOS: brew install python@3.12)" >&2; exit 1; }
	@$(PYTHON) tools/bootstrap.py

build: setup ## compile the contracts, if anything changed
	@$(VENV)/python -m commonhold.build

demo: build ## 12 real homes on an embedded chain, income, a transfer, refusals (HOMES=321 for all)
	@$(VENV)/ape run demo

# Property tests run in process, without ape's pytest plugin; the others through ape. Each of the two workers of a chain
# run has an anvil of its own.
IN_PROCESS := tests/inprocess tests/architecture -- -p no:ape_test -n 2 -q
ON_CHAIN := tests/chain -- -n 2 --dist loadfile --no-loadscope-reorder -q

test: build ## all tests: in process, then on the embedded chain
	@tools/pytest-folder $(IN_PROCESS)
	@tools/pytest-folder $(ON_CHAIN)

test-inprocess: build ## only the tests that need no chain
	@tools/pytest-folder $(IN_PROCESS)

test-chain: build ## only the tests on the embedded chain
	@tools/pytest-folder $(ON_CHAIN)

lint: setup ## ruff, mypy, forge fmt, solhint, a type-check of the contracts
	@tools/lint

format: setup ## let ruff and forge format the sources
	@$(VENV)/ruff check --fix --quiet .
	@$(VENV)/ruff format --quiet .
	@node_modules/.bin/forge fmt contracts interfaces

fuzz: build ## random sequences against the model, until a failure or STEPS (SEED repeats a run; FOCUS=money, lending, market or governance)
	@$(VENV)/python -m commonhold.fuzz

simulate: build ## ten years of 1,000 loans in process, the laws checked all along; leaves out/decade.png
	@$(VENV)/python -m commonhold.simulation

gas: build ## measure gas on the embedded chain, write benchmarks/gas.json (CHECK=1: fail on a rise)
	@$(VENV)/python -m commonhold.gasbench

lock: setup ## resolve requirements.in and package.json anew into the lock files
	@UV_CACHE_DIR=.cache/uv $(VENV)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 requirements.in -o requirements.lock
	@npm_config_cache=.cache/npm npm install --package-lock-only

clean: ## remove everything made by set-up, building and running
	@rm -rf .venv node_modules .ape .build .cache out cache contracts/.cache \
	  .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
