# Two commands on a fresh machine with python3 (3.11 or newer) and make: `make demo`, `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= ../shared/data

.PHONY: install demo test lint quality bench soak lock clean help

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Hoofbeats needs Python 3.11 or newer; " + sys.executable + " is %d.%d. Install a newer one, or name it: make PYTHON=/path/to/python3.12 ..." % v[:2])'
	@echo "installing into $(VENV) (once; a minute or two) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV) || { echo "python3 has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(VENV)/installed ## install what is needed into .venv

demo: install ## run the main flow on the embedded literature
	@$(BIN)/hoofbeats demo

test: install ## run the tests that need no network
	$(BIN)/python -m pytest -n auto --dist loadscope -m "not soak"

lint: install ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

quality: install ## quality figures on labelled data, as JSON: make quality DATA=...
	@$(BIN)/python -m benchmarks.quality $(DATA)

bench: install ## speed figures beside a peer's, as JSON: make bench DATA=...
	@$(BIN)/python -m benchmarks.speed $(DATA)

soak: install ## the long tests
	$(BIN)/python -m pytest -m soak

lock: install ## resolve requirements.lock anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --output-file requirements.lock

clean: ## remove what the above made
	rm -rf $(VENV) build *.egg-info demo-lake .pytest_cache .mypy_cache .ruff_cache .hypothesis
