# Needs python3 >= 3.11 and make; everything else is set up on the way. PORT=, DATA_DIR=, DATABASE_URL= and
# DEBUG= on the command line reach the programs by themselves.

PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test check contracts demo browsers bench conformance chaos

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## Make .venv, .env and the portal, where they are missing or out of date
	@$(PYTHON) -m curaway.local.setup

run: setup ## Serve everything on http://127.0.0.1:8000 (PORT= moves it, DATA_DIR= moves .data)
	@$(PY) -m curaway.local.run

test: setup ## Run every test on real Postgres, and the portal's unit tests when Node.js is there
	$(PY) -m pytest -n 2 --dist loadfile
	@$(PY) -m curaway.local.portal test

check: setup ## Lint, types, layers, tenants, stale derived files, missing migrations, system checks, known holes
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) .venv/bin/lint-imports
	$(PY) manage.py contracts --check
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check
	$(PY) -m tests.isolation.lint
	@$(PY) -m curaway.local.advisories
	@$(PY) -m curaway.local.portal check

contracts: setup ## Derive the contracts and reference pages again
	$(PY) manage.py contracts
	@$(PY) -m curaway.local.portal derive

demo: setup ## Against a running server: upload a scanned report for Maria and watch every event
	@$(PY) -m curaway.local.demo

browsers: setup ## The whole journey in Chromium, a phone, Firefox and WebKit (ONLY=chromium,phone chooses)
	@$(PY) -m curaway.local.portal browsers

bench: setup ## Measure against the floor and five others (BENCH=quick: in 3 minutes; ARGS=--help)
	@$(PY) -m bench $(ARGS)

conformance: setup ## The kit for event streams: ours, two peers, real clients (URL= PUBLISH= TOKEN=: any server)
	@$(PY) -m bench.conformance $(ARGS)

chaos: setup ## Kill, pause, cut and slow everything for 5 minutes, then prove that nothing was lost (CHAOS=30m)
	@$(PY) -m bench.chaos $(ARGS)
