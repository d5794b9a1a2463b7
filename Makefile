# Everything one does with this project. `make` alone explains itself; nothing has to be installed beforehand
# but Python 3.11+ and make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
SETUP = @p=$$(PYTHON="$(PYTHON)" sh scripts/python) && "$$p" scripts/bootstrap.py

.PHONY: help setup check test demo console package interleavings lock facts audit format clean process panel screens fuzz bench bench-report histories campaign defects

help: ## this list
	@echo 'make <what>:'
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 14

setup: ## .venv with everything that developing needs (the others do it themselves)
	$(SETUP) dev

demo: ## try it: simulated Raynet and Outlook, the server, a page with both and, on a display, the console (DEMO_ARGS="...")
	$(SETUP) demo
	$(if $(DISPLAY)$(WAYLAND_DISPLAY),$(SETUP) console)
	@$(BIN)/ros demo $(DEMO_ARGS)

console: ## open the administrators' console (ARGS="--demo central --server http://127.0.0.1:8080")
	$(SETUP) console
	@$(BIN)/ros-console $(ARGS)

package: ## the console as one program for this system, started once to prove it (dist/ros-console)
	$(SETUP) dev
	@$(BIN)/python deploy/console/build.py

check: ## before a commit: format, lint, types, imports, fast tests
	@.ci/run quick

test: ## everything that CI runs
	@.ci/run

panel: ## build the Outlook panel and run its tests (pure parts, every state in a browser, the real office.js)
	$(SETUP) dev
	@$(BIN)/pytest -q -n2 --dist worksteal tests/addin

interleavings: ## orders of the panel's drafts, deliveries, saves and crashes, 24 stories a seed: make interleavings [N=400]
	$(SETUP) dev
	@ROS_TEST_INTERLEAVINGS=$(or $(N),400) $(BIN)/pytest -q -n2 --dist worksteal -p no:randomly tests/scenario/test_panel_interleavings.py

screens: ## photograph every state of the Outlook panel and every page of the console into docs/screens
	$(SETUP) dev
	@rm -rf docs/screens/panel && mkdir -p docs/screens/panel
	@ROS_TEST_SCREENS=docs/screens/panel $(BIN)/pytest -q -n2 --dist worksteal tests/addin/test_screens.py
	@rm -rf docs/screens/console && QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.console.screens docs/screens/console guides/pictures

format: ## repair format and what lint can repair
	$(SETUP) dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix --quiet .

lock: ## renew requirements/*.txt from pyproject.toml (UPGRADE=all raises every version)
	$(SETUP) dev
	@UPGRADE=$(UPGRADE) scripts/lock

process: ## load and faults on real processes: make process [P=P1] [DB=postgresql] [ARGS="--runs 200"]
	$(SETUP) dev
	@$(BIN)/python -m tests.process $(P) $(if $(P),--backend $(or $(DB),sqlite) $(ARGS))

bench: ## cost and speed: all bars, then bench/README.md (BARS="B1 B8", ARGS=--quick)
	$(SETUP) bench
	@$(BIN)/python -m bench $(BARS) $(ARGS)

bench-report: ## bench/README.md and its plots from the figures that are kept
	$(SETUP) dev
	@$(BIN)/python -m bench.report

histories: ## the sync in simulated time, with faults: make histories [N=1000] [SEED=0]
	$(SETUP) dev
	@$(BIN)/python -m tests.histories run --first $(or $(SEED),0) --count $(or $(N),1000) --jobs 2 --coverage

campaign: ## histories without end, going on where they stopped; log in bench/histories/campaign.jsonl
	$(SETUP) dev
	@for i in 0 1; do nice -n 19 $(BIN)/python -m tests.histories campaign --share $$i --of 2 & done; wait

defects: ## planted defects that the histories must find; table in bench/histories/defects.md
	$(SETUP) dev
	@$(BIN)/python -m tests.histories defects

facts: ## what we assume about the outside systems without proof: the list for a first live check
	@sh scripts/facts

fuzz: ## ten thousand requests made from the admin API's own description, as callers of all roles
	$(SETUP) dev
	@$(BIN)/python -m tests.security.fuzz --cases 10000

audit: ## known vulnerabilities in what the server and the console install (needs the network)
	$(SETUP) dev
	@for set in server console; do $(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements/$$set.txt || exit 1; done

clean: ## forget caches and builds; .venv stays
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
