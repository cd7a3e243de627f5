# 问数: `make run` opens the page, `make test` checks everything, `make test-fast` what takes no browser and
# little time. All work on a fresh clone.
#
#   PORT=8600 make run      another port (default: 8501, or the next free one)
#   PYTHON=/path/to/python  another interpreter, 3.11 or newer
#
# Stamps in .venv make the second run start at once: a step runs again when what it reads changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := run

VENV := .venv
BIN := $(VENV)/bin
DATA := data/retail.duckdb
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: run test test-fast data lock clean

run: $(VENV)/.run-stamp $(DATA)
	@exec $(BIN)/wenshu serve $(if $(PORT),--port $(PORT))

test: $(VENV)/.dev-stamp $(DATA)
	@.ci/browser
	$(BIN)/ruff format --check --output-format concise .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# The loop while working: no browser, nothing marked slow, the fixtures of a file built once.
test-fast: $(VENV)/.dev-stamp $(DATA)
	@$(BIN)/ruff format --check --output-format concise .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not slow"

data: $(DATA)

$(DATA): $(wildcard data/*.py) | $(VENV)/.run-stamp
	@echo "正在生成演示数据"
	$(BIN)/python -m data.generate --out $@ >/dev/null
	touch $@

$(VENV)/.venv-stamp:
	@.ci/venv $(VENV)
	touch $@

# The locked wheels are checked against their hashes; our own code is linked, not copied.
$(VENV)/.run-stamp: requirements.lock pyproject.toml | $(VENV)/.venv-stamp
	@echo "正在安装依赖，第一次需要几分钟"
	$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --no-deps --editable .
	touch $@

$(VENV)/.dev-stamp: requirements-dev.lock | $(VENV)/.run-stamp
	@echo "正在安装开发依赖"
	$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock
	touch $@

# The dev lock is the run lock and more: the same versions in both.
lock:
	@compile="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml"
	$$compile --output-file requirements.lock
	$$compile --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) $(DATA) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
