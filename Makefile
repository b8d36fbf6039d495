# The commands of this project; `make` lists them.
# PYTHON=/path/to/python3.11     which Python makes the environment
# TORCH_INDEX_URL=https://…      where torch comes from (a CPU index spares a machine without a GPU the CUDA files)
# VENV=…                         where the environment lies (.venv)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run install test check bench bench-search format messages lock stop clean packages

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	if $$p -c '$(SUPPORTED)' >/dev/null 2>&1; then echo $$p; exit; fi; done; echo python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq --no-deps --require-hashes
TORCH_INDEX_URL ?=
# One thread a process: tests run two at a time, and small models gain nothing from more.
QUIET_TORCH := OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1
PACKAGES := config generation gallery tagging

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: $(VENV)/.installed ## start the whole site on this machine (Ctrl-C stops it)
	@exec $(BIN)/python -m config up

install: $(VENV)/.installed ## make the environment only

$(VENV)/.installed: requirements/web.txt requirements/worker.txt requirements/torch.txt requirements/torch-cuda.txt
	@command -v $(PYTHON) >/dev/null || { echo "Irodori needs Python 3.11, 3.12 or 3.13; install python3.11 with its venv module" >&2; exit 1; }
	@$(PYTHON) config/embedded/preflight.py
	@echo "  packages   installing into $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements/web.txt -r requirements/worker.txt
	@$(BIN)/python -m pip --disable-pip-version-check --no-input install -qq -r requirements/torch.txt \
		$(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL),-c requirements/torch-cuda.txt)
	@$(BIN)/python -m pip --disable-pip-version-check check >/dev/null || { $(BIN)/python -m pip check; exit 1; }
	@touch $@
	@echo "  packages   ready"

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	@echo "  packages   installing what the checks and tests need"
	@$(PIP) -r requirements/dev.txt
	@touch $@

packages: ## install Debian's Chromium, exiftool, gettext, RabbitMQ, Krita, GIMP and fonts for the tests, where that is allowed
	@.ci/packages

test: $(VENV)/.installed-dev packages check ## everything: checks, then all tests on a real database, broker, worker and browser
	$(QUIET_TORCH) $(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.installed-dev ## style, types, import rule, migrations, translations, Dockerfiles
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports
	$(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	$(BIN)/python -m config translations
	$(BIN)/hadolint docker/Dockerfile.web docker/Dockerfile.worker

bench: $(VENV)/.installed-dev ## what measures speed: starting, click to take, the engine, searches among a million posts, copies (45 minutes)
	@for file in $$(grep -l __main__ benchmarks/*.py); do echo "== $$file"; $(QUIET_TORCH) $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

bench-search: $(VENV)/.installed-dev ## searches alone (15 minutes; BENCH_ARGS="--posts 100000 --keep /tmp/corpus" for a small site, kept)
	@$(BIN)/python -m benchmarks.search $(BENCH_ARGS)

format: $(VENV)/.installed-dev ## put the code into the common form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/.installed-dev ## bring the translation catalogues up to date with the sources (needs gettext)
	$(BIN)/python manage.py makemessages --locale ja --no-obsolete --add-location file --ignore var --ignore .venv --ignore tests

lock: ## pin all packages anew from requirements/*.in (needs uv)
	cd requirements && set -e; \
	compile="uv pip compile --universal --python-version 3.11 -q --no-header --no-annotate"; \
	$$compile --generate-hashes web.in -o web.txt; \
	cuda=$$($$compile -c web.txt worker.in | grep -E '^(nvidia-|cuda-|triton)'); \
	{ echo "# Constraints for what the CUDA build of torch brings; other builds need none of it."; echo "$$cuda"; } > torch-cuda.txt; \
	skip=$$(echo "$$cuda" | sed 's/==.*//; s/^/--no-emit-package /' | tr '\n' ' '); \
	$$compile --generate-hashes -c web.txt worker.in --no-emit-package torch $$skip -o worker.txt; \
	$$compile --generate-hashes s3.in -o s3.txt; \
	$$compile --generate-hashes -c web.txt -c worker.txt -c s3.txt dev.in -o dev.txt

stop: ## stop a site that runs in another terminal, and wait until it has
	@test -x $(BIN)/python || { echo "No site runs from here: nothing is installed yet"; exit 0; }; \
	exec $(BIN)/python -m config stop

clean: ## remove the environment and all caches; the data in var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
