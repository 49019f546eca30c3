# Everything starts from a Python of 3.11 or newer, and make. `make help` lists the verbs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PORT ?= 8080
DATABASE ?= var/noticeboard.sqlite3
VENV ?= .venv
SEED ?= 1
VERSIONS ?= 3.11 3.12 3.13

# A command may be on the PATH and yet not run (a version manager's shim), so each one is tried.
is-usable = -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
ifndef PYTHON
PYTHON = $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" $(is-usable) && { echo "$$python"; break; }; done)
endif

bin := $(VENV)/bin
sources := runtime:generator:generated:.
installed := $(VENV)/.installed
version = $(shell $(bin)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

.PHONY: help
help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

.PHONY: install
install: $(installed) ## make .venv/ with everything in it (PYTHON= to choose the interpreter)

$(installed): pyproject.toml constraints.txt
	@"$(PYTHON)" $(is-usable) || { echo "make: no Python of 3.11 or newer (with venv) was found:" \
		"install one, or name it: make install PYTHON=/path/to/python3" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	$(bin)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
	$(bin)/python -m pip install --quiet --constraint constraints.txt --group dev --editable '.[codegen]'
	@touch $@

.PHONY: run
run: generate ## serve the example on 127.0.0.1 (PORT=8080, DATABASE=var/noticeboard.sqlite3)
	@mkdir -p $(dir $(DATABASE))
	@exec $(bin)/python -m examples.noticeboard --listen tcp:$(PORT):interface=127.0.0.1 --database $(DATABASE)

.PHONY: generate
generate: $(installed) ## generate generated/ from spec/
	$(bin)/counterfoil generate

.PHONY: check
check: $(installed) ## ruff, mypy, and whether generated/ is what spec/ says
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/ruff format --check --isolated generated
	$(bin)/mypy
	$(bin)/counterfoil check --full

# An environment of its own, in which this one's pip installs: it needs none by itself.
define environment
$(bin)/python -m venv --clear --without-pip $(@D)
$(bin)/python -m pip --python $(@D)/bin/python install --quiet $(1)
@touch $@
endef

.PHONY: mounts
mounts: $(installed) ## make the environment with the servers, and resources, of others that tests want
	@$(MAKE) --no-print-directory var/venv-mounts-$(version)/.installed

var/venv-mounts-%/.installed: tests/mounts/requirements.txt pyproject.toml constraints.txt
	$(call environment,--constraint constraints.txt \
		--requirement tests/mounts/requirements.txt --editable .)

.PHONY: clients
clients: $(installed) ## make the environment with the clients that read early answers
	@$(MAKE) --no-print-directory var/venv-clients-$(version)/.installed

var/venv-clients-%/.installed: tests/clients/requirements.txt
	$(call environment,--requirement tests/clients/requirements.txt)

.PHONY: schemathesis-environment
schemathesis-environment: $(installed) ## make the environment with schemathesis, which holds servers against their documents
	@$(MAKE) --no-print-directory var/venv-schemathesis-$(version)/.installed

var/venv-schemathesis-%/.installed: tests/contract/requirements.txt
	$(call environment,--requirement tests/contract/requirements.txt)

.PHONY: schemathesis
schemathesis: schemathesis-environment ## ask every operation of Matrix, and many of GitHub, for long
	$(bin)/python -m pytest --soak tests/contract

.PHONY: test
test: check mounts clients schemathesis-environment ## check, then every test, with the runtime's coverage
	$(bin)/python -m pytest --numprocesses=auto --dist=loadfile \
		--no-loadscope-reorder --cov --cov-report=term:skip-covered

.PHONY: support
support: $(installed) ## write docs/support.md from the rules and the corpus
	$(bin)/python -m tests.support

.PHONY: without-fast
without-fast: mounts ## every test of the runtime, without what counterfoil[fast] brings
	$(bin)/python -m pytest --without-fast --numprocesses=auto --dist=loadfile \
		tests/runtime tests/faults tests/compatibility

.PHONY: referee
referee: $(installed) ## run Twisted's own tests of twisted.web on our channel and request, on both engines
	@$(MAKE) --no-print-directory var/venv-referee-$(version)/.installed
	var/venv-referee-$(version)/bin/python -m tests.referee
	var/venv-referee-$(version)/bin/python -m tests.referee --without-httptools

var/venv-referee-%/.installed: tests/referee/requirements.txt pyproject.toml constraints.txt
	$(call environment,--constraint constraints.txt \
		--requirement tests/referee/requirements.txt --editable .)

.PHONY: soak
soak: $(installed) ## do the faults of tests/faults a thousand times over
	$(bin)/python -m pytest --soak --capture=no tests/faults

.PHONY: hostile
hostile: $(installed) ## try every hostile text in every place of a document, and a million at random
	$(bin)/python -m pytest --soak --capture=no --numprocesses=auto tests/hostile

.PHONY: fuzz-wire
fuzz-wire: $(installed) ## send a site 10,000,000 mutated requests (REQUESTS= for fewer, SEED= for others)
	PYTHONPATH=$(sources) $(bin)/python -m tests.wire alone --requests $(or $(REQUESTS),10000000) --seed $(SEED)

.PHONY: fuzz-referees
fuzz-referees: $(installed) ## and 1,000,000 with h11 and llhttp as referees
	PYTHONPATH=$(sources) $(bin)/python -m tests.wire referees --requests $(or $(REQUESTS),1000000) --seed $(SEED)

.PHONY: truth
truth: $(installed) ## hold bodies against random schemas, with jsonschema-rs as the referee
	$(bin)/python -m pytest --soak --capture=no tests/truth

.PHONY: determinism
determinism: $(installed) ## generate the real specs 20 times over, each in other surroundings
	$(bin)/python -m pytest --soak tests/determinism

.PHONY: mutate
mutate: $(installed) ## break what routes, renders errors and cancels, and list what no test notices
	@mkdir -p var
	$(bin)/python -m tests.mutation --report var/mutation.txt $(MODULES)

.PHONY: test-all
test-all: ## make test under each of VERSIONS (on the PATH, or pyenv's), each in a venv of its own
	@missing=; for version in $(VERSIONS); do \
		found=; for python in "python$$version" \
				"$${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version".*/bin/python; do \
			"$$python" $(is-usable) && { found="$$python"; break; }; \
		done; \
		if [ -n "$$found" ]; then \
			echo "== $$found"; \
			$(MAKE) test PYTHON="$$found" VENV=".venv-$$version" || exit 1; \
		else missing="$$missing $$version"; fi; \
	done; \
	[ -z "$$missing" ] || { echo "make: not tested, for they do not run here:$$missing" >&2; exit 1; }

.PHONY: format
format: $(installed) ## put the code in the one format
	$(bin)/ruff check --fix
	$(bin)/ruff format

.PHONY: bench
bench: $(installed) ## measure generating, checking, importing and dispatching
	$(bin)/python -m benchmarks

.PHONY: bench-serving
bench-serving: $(installed) ## measure serving, beside other servers (needs wrk)
	@$(MAKE) --no-print-directory var/venv-peers-$(version)/.installed
	$(bin)/python -m benchmarks serving bounds

var/venv-peers-%/.installed: benchmarks/serving/requirements.txt constraints.txt
	$(call environment,--constraint constraints.txt --requirement benchmarks/serving/requirements.txt)

.PHONY: dist
dist: $(installed) ## build the wheel in dist/
	$(bin)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

.PHONY: constraints
constraints: ## refresh constraints.txt: the newest of everything that pyproject.toml allows
	"$(PYTHON)" -m venv --clear var/constraints
	var/constraints/bin/python -m pip install --quiet --upgrade pip
	var/constraints/bin/python -m pip install --quiet --group dev --editable '.[codegen]'
	{ sed -n '/^#/p' constraints.txt; \
		var/constraints/bin/python -m pip freeze --all --exclude counterfoil --exclude setuptools; } > var/constraints.txt
	mv var/constraints.txt constraints.txt
	rm -rf var/constraints

.PHONY: clean
clean: ## remove what make made, but for the database in var/
	rm -rf .venv .venv-* var/venv-* build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
