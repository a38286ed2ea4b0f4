# Everything a person runs. Each target sets up what it needs; a second run installs nothing.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
unexport PYTHONOPTIMIZE # it leaves out every assert, also those of the tests

.PHONY: help setup grade test soak check audit release publish collect feedback report release-check bench docs clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 15

setup: $(STAMP) ## install into .venv (done by every other target)

# PyTorch's page (Get Started, Linux, Pip, CPU) names the --index-url of the builds without CUDA.
TORCH_INDEX ?=

# torch first and by itself: plain pip then takes the same build for everything that needs it.
$(STAMP): pyproject.toml constraints.txt autograder/gradkit/__init__.py
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	  || { echo "gradkit needs Python 3.11 to 3.14; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@test -n "$(TORCH_INDEX)" || $(BIN)/python -c 'import torch' 2>/dev/null \
	  || echo "On Linux pip's own torch brings CUDA: several gigabytes that grading does not use. The CPU build is a tenth of" \
	  "that: stop this (Ctrl-C), and run make TORCH_INDEX=URL with the address that pytorch.org names for Pip and CPU."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt \
	  $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)") torch
	@echo "Installing gradkit and what it needs ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

grade: $(STAMP) ## grade submitted/ (on a fresh checkout: the sample class of examples/)
	@$(BIN)/gradkit grade --sample examples/class

test: $(STAMP) ## run the tests
	@$(BIN)/python -m pytest

soak: $(STAMP) ## interrupt a class of 60 at 50 moments, and on full disks (half an hour; make test has a short form)
	@$(BIN)/python -m pytest autograder/tests/soak --soak

check: $(STAMP) ## format, lint, types, import layers, and whether release/ and solutions/ are up to date
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml
	@$(BIN)/gradkit build --check

audit: $(STAMP) ## try every hidden suite on its mistakes bank, accepted variants and mutants
	@$(BIN)/gradkit audit

release: $(STAMP) ## make release/ and solutions/ from assignments/
	@$(BIN)/gradkit build

publish: $(STAMP) ## the same, then put the release into the exchange for students to fetch
	@$(BIN)/gradkit build --publish

collect: $(STAMP) ## bring in what students submitted
	@$(BIN)/gradkit collect

feedback: $(STAMP) ## make the feedback pages anew and release them
	@$(BIN)/gradkit feedback

report: $(STAMP) ## write the class report into report/
	@$(BIN)/gradkit report

release-check: $(STAMP) ## build sdist and wheel, and grade the sample class with the wheel in a fresh environment
	@.ci/release-check

bench: $(STAMP) ## measure what grading costs here, against other ways of doing it
	@$(BIN)/python -m bench

docs: $(STAMP) ## build a site of these pages into site/; a link that leads nowhere is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean: ## remove what can be made again; to end a term (or the sample class): gradkit term new
	@rm -rf report site .gradkit/fingerprints
	@echo "Submissions, gradebook, records and feedback are left. 'gradkit term new' archives them and begins a new term."
