# Everything a visitor needs is one word; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTED := $(VENV)/.tested
FUZZED := $(VENV)/.fuzzed
MINUTES ?= 10
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.DEFAULT_GOAL := help
.PHONY: help demo servers test soak fuzz hostile check format bench clean

help: ## list what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) .
	$(BIN)/python -m compileall -q flexibatch
	touch $@

$(TESTED): $(READY)
	$(INSTALL) '.[test]'
	touch $@

$(FUZZED): $(TESTED)
	$(INSTALL) '.[test,fuzz]'
	touch $@

demo: $(if $(DB),$(TESTED),$(READY)) ## run the main job and show what came out; DB=postgresql: there, not on SQLite
	@$(BIN)/python samples/demo.py $(DB)

servers: ## install the servers and clients that the tests drive, where they are missing
	@sh tests/servers.sh

test: $(TESTED) servers ## run all tests but the long ones and tell the coverage
	$(BIN)/python -m pytest -n 2 -m 'not long' --durations=30 --cov --cov-report=term:skip-covered
	$(BIN)/coverage report --include='flexibatch/domain/*,flexibatch/judging.py,flexibatch/pipeline.py' --fail-under=100

soak: $(TESTED) servers ## run the long tests: deaths at every call, many processes, the demo on PostgreSQL, fuzzing
	$(BIN)/python -m pytest -n 2 -m long
	$(MAKE) fuzz MINUTES=5

fuzz: $(FUZZED) ## feed arbitrary bytes to all that reads a bureau's; MINUTES=10 for all together
	$(BIN)/python -m tests.fuzz.run $(MINUTES)

hostile: export PYTHONPATH = $(CURDIR)
hostile: $(TESTED) servers ## attack a running serve for ten minutes and tell what an honest bureau feels; DB=postgresql: there
	@$(BIN)/python -m tests.hostile.run $(if $(DB),--on $(DB))

check: $(TESTED) ## format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(TESTED) ## put the sources in their form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: export PYTHONPATH = $(CURDIR)
bench: $(TESTED) servers ## measure on both engines, as ratios in one run
	@$(BIN)/python benchmarks/journey.py
	@$(BIN)/python benchmarks/inbox.py
	@$(BIN)/python benchmarks/door.py
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python benchmarks/people.py

clean: ## remove what was made
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz .coverage
