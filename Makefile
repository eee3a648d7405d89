# Two commands are enough: `make run` and `make test`. Each sets up what it needs in .venv, from requirements.lock.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := .bench
BENCH_READY := $(BENCH)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test setup lint types imports check-data unit reference format lock golden accuracy vendor soak fuzz audit bench bench-quick bench-curve bench-report bench-lock clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: $(READY)  ## start the service on http://127.0.0.1:8000 (PORT=8001 for another) and print a curl line that works
	@WATTDROP_DATA_DIR=$${WATTDROP_DATA_DIR:-var} exec $(BIN)/wattdrop serve --host $(HOST) --port $(PORT)

test: lint types imports check-data unit  ## check style, types, imports and data, run every test, then show the quick benchmarks
ifneq ($(BENCHMARKS),no)
	-@$(MAKE) --no-print-directory bench-quick
endif

setup: $(READY)  ## only set up .venv

$(READY): pyproject.toml requirements.lock tools/setup.sh
	@echo "Setting up $(VENV) ..."
	@PYTHON="$(PYTHON)" tools/setup.sh
	@touch $@

lint: $(READY)  ## ruff, style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

imports: $(READY)  ## imports point towards the numbers
	$(BIN)/lint-imports

check-data: $(READY)  ## every figure has a source, a plausible value and no contradiction
	$(BIN)/wattdrop check-data

unit: $(READY)  ## the tests; BROWSER=no leaves out those that need a Chromium, ENGINES=no those that need Spark
ifneq ($(BROWSER),no)
	@$(BIN)/python tools/browser.py
endif
ifneq ($(ENGINES),no)
	@$(BIN)/python -m tools.engines
endif
	@$(BIN)/python -m tools.redis_server
	$(BIN)/pytest $(if $(filter no,$(BROWSER)),-m "not browser$(if $(filter no,$(ENGINES)), and not engines)",$(if $(filter no,$(ENGINES)),-m "not engines"))

reference: $(READY)  ## write the reference pages that are generated from code
	$(BIN)/python tools/write_reference.py

format: $(READY)  ## rewrite files as ruff wants them
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY)  ## resolve the dependencies anew and pin them, with hashes, in requirements.lock
	$$(command -v uv || echo .uv/bin/uv) pip compile pyproject.toml --extra all --group dev --group validation --universal \
		--generate-hashes --upgrade --quiet --custom-compile-command "make lock" -o requirements.lock
	$$(command -v uv || echo .uv/bin/uv) pip compile --group engines --constraint requirements.lock --universal \
		--generate-hashes --upgrade --quiet --custom-compile-command "make lock" -o requirements-engines.lock

golden: $(READY)  ## pin the golden rows anew and print what moved
	$(BIN)/python tests/golden/regenerate.py

accuracy: $(READY)  ## measure the accuracy on left-out families, print it, write the accuracy page (some minutes)
	$(BIN)/python validation/accuracy.py --write

vendor: $(READY)  ## fetch what the web page takes from others, as its list pins it (needs npm)
	$(BIN)/python tools/vendor.py

fuzz: $(READY)  ## many made-up requests, other ones each time (EXAMPLES=5000 for longer)
	FUZZ_EXAMPLES=$(or $(EXAMPLES),2000) $(BIN)/pytest tests/service/test_body_fuzz.py tests/contract/test_strangers.py tests/contract/test_made_up_requests.py

audit: $(READY)  ## known vulnerabilities of the locked packages (asks a database on the network) and their licences
	$(BIN)/python tools/licences.py
	$$(command -v uvx || echo ".uv/bin/uv tool run") pip-audit --requirement requirements.lock --require-hashes --disable-pip

soak: $(READY)  ## ten minutes of mixed traffic: does memory grow, does latency drift (MINUTES=20 for longer)
	$(BIN)/python benchmarks/soak.py --minutes $(or $(MINUTES),10)

bench: $(BENCH_READY)  ## one table of ratios against other tools and physical limits, some minutes (KEEP=yes keeps it and writes the page)
	$(BENCH)/bin/python -m benchmarks $(if $(KEEP),--keep)

bench-quick: $(BENCH_READY)  ## the same in less than a minute, and what got worse since the kept results
	$(BENCH)/bin/python -m benchmarks quick

bench-curve: $(BENCH_READY)  ## time and memory from one row to 20 million, kept and drawn (some minutes)
	$(BENCH)/bin/python -m benchmarks curve

bench-report: $(READY)  ## write the page of benchmarks from the kept results
	$(BIN)/python -m benchmarks report

$(BENCH_READY): $(READY) benchmarks/requirements.lock
	@echo "Setting up $(BENCH) ..."
	@VENV=$(BENCH) LOCK=benchmarks/requirements.lock PYTHON="$(PYTHON)" tools/setup.sh
	@touch $@

bench-lock: $(READY)  ## pin what the benchmarks compare with, in benchmarks/requirements.lock
	$$(command -v uv || echo .uv/bin/uv) pip compile pyproject.toml benchmarks/requirements.in --extra service --extra bulk --extra plots \
		--constraint requirements.lock --universal --generate-hashes --quiet --custom-compile-command "make bench-lock" -o benchmarks/requirements.lock

clean:  ## remove everything that can be made again (not var/, which holds your database)
	rm -rf $(VENV) $(BENCH) .uv .redis .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
