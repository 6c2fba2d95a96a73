# GNU make on Debian, Ubuntu or macOS. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo serve test lint bench faults clean-demo
SHELL := /bin/bash

# PORT, SANDBOX_PORT, ONCE, STORY, N and SEED reach the programs by themselves when given, on the command line or in the environment.
ARGS ?=
PYTHON := .venv/bin/python
READY := .venv/ready

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt requirements-dev.txt constraints.txt scripts/setup.sh
	@sh scripts/setup.sh

demo: $(READY) ## Everything at once with sample data and sandbox carriers; ONCE=1 stops after the run; STORY=weeks: three weeks in a minute
	@exec $(PYTHON) -m hrnotify.demo

serve: $(READY) ## Web server, worker and beat for .env, until Ctrl-C
	@exec $(PYTHON) -m hrnotify.serve

test: $(READY) ## All tests: unit, real servers, real browser; ARGS="-k words" selects
	@CHROMIUM="$$($(PYTHON) scripts/browser.py)" && export CHROMIUM && exec $(PYTHON) -m pytest $(ARGS)

lint: $(READY) ## Style, types, import layers, migrations, translations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) scripts/check_translations.py

bench: $(READY) ## Measure, each figure beside a floor; ONLY=part,part; GROWTH=1 MEMORY=1 PEERS=1 add what takes long
	@exec $(PYTHON) -m bench

faults: $(READY) ## Kill everything at random while N=10000 results come in, and count at the carriers; SEED=
	@exec $(PYTHON) -m faults

clean-demo: ## Remove what the embedded stacks wrote (var/)
	@if [ -x $(PYTHON) ]; then $(PYTHON) scripts/clean.py; else rm -rf var; fi
