# Two commands are all a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# One list for every supported Python and system; hashes, so that nobody can swap a file.
LOCK = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--extra charts --fork-strategy fewest --generate-hashes --no-emit-index-url --annotation-style line \
	--custom-compile-command "make lock" $(UPGRADE)

.PHONY: run test coverage torture lint audit audit-packages bench lock texts

# With wrong settings the question cannot be answered, and the bot itself says what is wrong.
run: .venv/run
	@if $(BIN)/python -c "from bot.settings import load_settings as s; exit(s().bot_token is not None)" \
		2>/dev/null; \
	then \
		echo "BOT_TOKEN is not set, so here is the sandbox: the same bot in a local Telegram."; \
		exec $(BIN)/python main.py sandbox; \
	else exec $(BIN)/python main.py; \
	fi

# Three at once on two cores: a test waits for a process, a lock or a deadline a third of its time.
PYTEST = $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test: .venv/dev lint
	$(PYTEST)

# The suite once more, counting lines: where the interpreter does that itself, from Python 3.12 on.
# Elsewhere it would take three times as long.
coverage: .venv/dev
	@$(BIN)/python -c "import sys; sys.exit(sys.version_info < (3, 12) and \
		'Coverage needs Python 3.12: remove .venv, and make coverage PYTHON=python3.13')"
	$(PYTEST) --cov

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Patterns in our code that have let strangers in elsewhere.
audit: .venv/dev
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive main.py bot sandbox

# Known holes in what we depend on; asks the package index, and so needs the network.
audit-packages: .venv/dev
	$(BIN)/pip-audit --requirement requirements.txt

# Kills, wipes, edits, black holes and a Telegram out of order, at random, with a model beside it.
MINUTES ?= 10
torture: .venv/dev
	$(BIN)/python -m tests.torture --minutes $(MINUTES)

bench: .venv/dev
	$(BIN)/python -m bench

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@ .venv/run

# Writes both requirements files from pyproject.toml; needs the network. What they say already
# stays, unless it is to be raised: `make lock UPGRADE=--upgrade`.
lock: .venv/dev
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --constraints requirements.txt --output-file requirements-dev.txt

# Collects the texts of the code into the catalogue; what is new there waits for its English.
texts: .venv/dev
	$(BIN)/pybabel extract --keyword=_ --no-location --sort-output -o .venv/texts.pot bot
	$(BIN)/pybabel update --domain=en --locale=en --input-file=.venv/texts.pot \
		--output-file=bot/telegram/locales/en.po --ignore-obsolete --no-fuzzy-matching
