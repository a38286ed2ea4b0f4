# Each target installs what it needs; a second run installs nothing.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
unexport PYTHONOPTIMIZE # it leaves out every assert, also those of the tests

.PHONY: help setup grade test soak check audit release publish collect feedback report release-check bench docs clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 15

setup: $(STAMP) ## install into .venv (done by every other target)

# PyTorch's page (Get Started, Linux, Pip, CPU) names the --index-url of the builds without CUDA.
TORCH_INDEX ?=

# torch first, on its own: pip then uses the same build for everything that needs it.
$(STAMP): pyproject.toml constraints.txt autograder/gradkit/__init__.py
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	  || { echo "gradkit needs Python 3.11 to 3.14; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@test -n "$(TORCH_INDEX)" || $(BIN)/python -c 'import torch' 2>/dev/null \
	  || echo "On Linux, pip installs torch with CUDA by default: several gigabytes that grading does not use. The CPU build is a tenth of" \
	  "that: press Ctrl-C and run make TORCH_INDEX=URL, with the address on pytorch.org for Pip and CPU."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt \
	  $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)") torch
	@echo "Installing gradkit and its dependencies ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

grade: $(STAMP) ## grade submitted/ (on a fresh checkout: the sample class of examples/)
	@$(BIN)/gradkit grade --sample examples/class

test: $(STAMP) ## run the tests, in as many processes as there are processors, at most 4
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

soak: $(STAMP) ## interrupt the grading of 60 students at 50 moments, and on full disks (half an hour; make test runs a short form)
	@$(BIN)/python -m pytest autograder/tests/soak --soak

check: $(STAMP) ## check format, lint, types, import layers, package sizes, translations, and that release/ and solutions/ are up to date
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml
	@$(BIN)/python autograder/tools/rooms.py
	@$(BIN)/python autograder/tools/messages.py --check
	@$(BIN)/gradkit build --check

audit: $(STAMP) ## try every hidden suite on its mistakes bank, accepted variants and mutants
	@$(BIN)/gradkit audit

release: $(STAMP) ## build release/ and solutions/ from assignments/
	@$(BIN)/gradkit build

publish: $(STAMP) ## the same, then publish the release in the exchange
	@$(BIN)/gradkit build --publish

collect: $(STAMP) ## collect submissions
	@$(BIN)/gradkit collect

feedback: $(STAMP) ## update the feedback pages and release them
	@$(BIN)/gradkit feedback

report: $(STAMP) ## write the class report into report/
	@$(BIN)/gradkit report

release-check: $(STAMP) ## build sdist and wheel, and grade the sample class with the wheel in a fresh environment
	@.ci/release-check

bench: $(STAMP) ## measure the cost of grading on this machine, compared with other ways; CLUSTER=1: with Dask
	@$(BIN)/python -m bench $(if $(CLUSTER),--cluster)

docs: $(STAMP) ## build the guides' site into site/; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean: ## remove generated pages and caches; to end a term (or the sample class): gradkit term new
	@rm -rf report site .gradkit/fingerprints
	@echo "Submissions, gradebook, records and feedback are kept. 'gradkit term new' archives them and begins a new term."
