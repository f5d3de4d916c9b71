# `make help` says what there is. Every target makes .venv first if it isn't there; after that this costs nothing.

CONTACTS ?= 200
# What has a number of its own takes another one only where it is said.
GIVEN_CONTACTS = $(if $(filter-out file,$(origin CONTACTS)),--contacts $(CONTACTS))
EXAMPLES ?= 10
HOW ?= dump
SEEDS ?= 10
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo demo-asterisk up test fuzz test-asterisk chaos chaos-proof pace bench rolling restoring test-monitoring docs check wheel lock clean

help:
	@echo 'make demo [CONTACTS=$(CONTACTS)]   run a whole campaign against the simulator and check every outcome'
	@echo 'make demo-asterisk [CONTACTS=$(CONTACTS)] [FAULT=kill]   the same through a real Asterisk; the carrier keeps the ledger (root)'
	@echo 'make up                    start everything and keep it up; Ctrl-C ends it'
	@echo 'make test                  unit, integration and acceptance tests'
	@echo 'make fuzz [EXAMPLES=$(EXAMPLES)]        requests from the OpenAPI description, as each role (schemathesis)'
	@echo 'make test-asterisk         the contract suite against real Asterisk 22 and 16 (root; installs them once)'
	@echo 'make chaos [SEEDS=$(SEEDS)] [SEED=7] [FAULTS=kill_pbx,...] [ASTERISK=22] [EVENTS=outbound]   campaigns while parts are killed and connections break'
	@echo 'make chaos-proof [GUARDS=tomb,...]   the same with a guard taken away, which must be seen'
	@echo 'make pace                  several workers on one trunk at 5, 50 and 200 calls per second, then stopped: what was written, what arrived'
	@echo 'make bench [QUICK=1] [ONLY=flat,...]   what the dialer costs beside what it costs anyway: a table, and JSON (hours; QUICK: minutes)'
	@echo 'make rolling [CONTACTS=2000]  every part is replaced by one of a next version, and the schema migrated, while a campaign runs'
	@echo 'make restoring [HOW=copy] [CONTACTS=600]  an older database is put in the place of a running campaign'"'"'s, and recovered from'
	@echo 'make test-monitoring       a real Prometheus and Alertmanager on a running dialer, with faults (minutes)'
	@echo 'make coverage              all tests with lines and branches counted, those of other processes too; fails under 90 %'
	@echo 'make mutation              mutants of dialer/domain, shown to its unit tests; fails where less than 85 % are killed'
	@echo 'make docs                  the pages as a site, into dist/site'
	@echo 'make check                 format, lint, types, imports, security, migrations, container and monitoring files'
	@echo 'make wheel                 dist/campaign_dialer-*.whl, which installs all of it'
	@echo 'make lock                  resolve the dependencies again and write requirements/*.txt'
	@echo 'make clean                 remove the environment and all caches (.dialer, the data, stays)'

demo: $(READY)
	@$(BIN)/dialer demo --contacts $(CONTACTS)

demo-asterisk: $(READY)
	@$(BIN)/dialer demo --asterisk --contacts $(CONTACTS) $(if $(FAULT),--fault $(FAULT))

up: $(READY)
	@$(BIN)/dialer up

test: $(READY)
	@$(BIN)/pytest -q tests/unit
	@$(BIN)/pytest -q -n 2 --dist loadfile tests/integration tests/contract
	@$(BIN)/pytest -q tests/acceptance

fuzz: $(READY)
	@$(BIN)/python -m tests.fuzz --examples $(EXAMPLES)

test-asterisk: $(READY)
	@$(BIN)/python -m tests.contract.run $(ARGS)

chaos: $(READY)
	@$(BIN)/python -m tests.chaos --seeds $(SEEDS) $(if $(SEED),--seed $(SEED)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(ASTERISK),--asterisk $(ASTERISK)) $(if $(EVENTS),--events $(EVENTS))

pace: $(READY)
	@$(BIN)/python -m benchmarks.pace

bench: $(READY)
	@$(BIN)/python -m benchmarks.bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

rolling: $(READY)
	@$(BIN)/python -m tests.rolling $(GIVEN_CONTACTS)

restoring: $(READY)
	@$(BIN)/python -m tests.restoring --how $(HOW) $(GIVEN_CONTACTS)

chaos-proof: $(READY)
	@$(BIN)/python -m tests.chaos.sabotage $(if $(GUARDS),--guards $(GUARDS))

test-monitoring: $(READY)
	@$(BIN)/pytest -q tests/monitoring

coverage: $(READY)
	@rm -rf .cache/coverage && mkdir -p .cache/coverage
	@$(BIN)/pytest -q -n 2 --dist loadfile --cov --cov-report= tests/unit tests/integration tests/contract
	@$(BIN)/pytest -q --cov --cov-append --cov-report= tests/acceptance
	@$(BIN)/python -m tests.coverage

mutation: $(READY)
	@rm -rf mutants
	@$(BIN)/mutmut run --max-children 2
	@$(BIN)/python -m tests.mutation

docs: $(READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml --confidence-level medium api deploy dialer migrations scripts workers
	@$(BIN)/python scripts/check_vulnerabilities.py
	@$(BIN)/dialer db check
	@$(BIN)/python -m tests.safe_ddl
	@$(BIN)/python -m api.docs --check >/dev/null
	@sh scripts/check-deployment $(BIN)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

$(READY): requirements/dev.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh scripts/make-venv $(VENV)
	@touch $@

wheel: $(READY)
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock:
	@UPGRADE=$(UPGRADE) sh scripts/lock

clean:
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
