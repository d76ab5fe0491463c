# The front door: `make help` lists every verb. CI calls the same ones.
# Needs python3 (3.11 or newer) and make, nothing else; installs nothing outside the checkout.

PYTHON  ?= python3
JOBS    ?= auto
ROWS    ?= 40000
SEED    ?= 0
TRAIN   ?= --time shipping_limit_date --group order_id --depth 6 --learning-rate 0.1 --half-life 0
DOOR    ?= server
ENV     ?= production
CONFIG  ?= deploy.toml
ENGINE  ?= $(or $(call answering,docker),$(call answering,podman),$(call answering,buildah),$(NO_ENGINE))
IMAGE   ?= shipping-price-estimator
# The base has some 140 MB of it.
BUDGET  ?= 240000000

VENV     := .venv
BIN      := $(VENV)/bin
ROOMS    := model api handler deploy benchmarks tests requirements
DEPLOY   := $(BIN)/python -m deploy
WHERE     = $(DOOR) --env $(ENV) --config $(CONFIG) $(ARGS)
# The stamp carries the version, so that another PYTHON makes the environment anew.
VERSION  := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
STAMP    := $(VENV)/ready-$(VERSION)
# Made of model/native where there is a compiler; without one it says so, and libxgboost answers.
WALK     := $(VENV)/walk-$(VERSION)
COMPILE  := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
            --generate-hashes --only-binary :all: --emit-build-options --no-emit-index-url
# A docker client whose daemon does not run is passed over.
answering = $(shell $(1) info >/dev/null 2>&1 && echo $(1))
NO_ENGINE = $(error Neither docker nor podman nor buildah answers: start one, or name it with ENGINE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup serve test check format coverage bundle lock image size bench peers soak
.PHONY: rehearse rehearse-short acts
.PHONY: push plan apply release rollback status logs smoke cost doctor destroy clean

help: ## List every verb with one line
	@echo "Usage: make VERB [NAME=value ...]"; echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup: $(STAMP) $(WALK) ## Make .venv with every locked dependency, compile the walk (PYTHON)
	@echo ".venv is ready: Python $(VERSION)"

$(STAMP): requirements/dev.txt requirements/pip.txt requirements/install.py
	@$(PYTHON) requirements/install.py $(VENV) requirements/dev.txt
	@rm -f $(VENV)/ready-* && touch $@

$(WALK): $(STAMP) setup.py $(wildcard model/native/*)
	@$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@

serve: $(STAMP) $(WALK) ## Serve the embedded model on http://127.0.0.1:8000 (HOST, PORT, WORKERS, BUNDLE)
	$(BIN)/python -m api $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT)) \
	    $(if $(WORKERS),--workers $(WORKERS)) $(if $(BUNDLE),--bundle $(BUNDLE))

test: $(STAMP) $(WALK) ## Run every test, with coverage (JOBS, ARGS)
	$(BIN)/python -m pytest --numprocesses $(JOBS) --cov $(ARGS)

check: $(STAMP) ## Check format, lint, types, the doors between the rooms, workflows and Dockerfile
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --pedantic .github
	$(BIN)/jactionlint --shellcheck=
	$(BIN)/hadolint Dockerfile

format: $(STAMP) ## Format the code and mend what the linter can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

coverage: test ## Run the tests and write the coverage of every line to build/coverage/
	$(BIN)/coverage html --quiet
	@echo "build/coverage/index.html"

bundle: $(STAMP) ## Make the embedded bundle again: sample the market, train on it (ROWS, SEED, TRAIN)
	mkdir -p build
	$(BIN)/python -m model sample build/market.parquet --rows $(ROWS) --seed $(SEED)
	$(BIN)/python -m model train build/market.parquet --out $(or $(BUNDLE),bundle) --seed $(SEED) $(TRAIN)

lock: $(STAMP) ## Resolve requirements/*.in again (LOCK=--upgrade takes the newest versions)
	$(COMPILE) $(LOCK) requirements/dev.in --output-file requirements/dev.txt
	$(COMPILE) requirements/train.in --constraint requirements/dev.txt --output-file requirements/train.txt
	$(COMPILE) requirements/serve.in --constraint requirements/dev.txt --output-file requirements/serve.txt \
	    --no-emit-package numpy --no-emit-package scipy
	$(COMPILE) requirements/build.in --constraint requirements/dev.txt --output-file requirements/build.txt
	$(COMPILE) requirements/deploy.in --constraint requirements/dev.txt --output-file requirements/deploy.txt
	$(COMPILE) $(LOCK) requirements/pip.in --output-file requirements/pip.txt
	$(COMPILE) $(LOCK) requirements/profile.in --output-file requirements/profile.txt

image: ## Build the image for server and Lambda (ENGINE, IMAGE)
	BUILDAH_FORMAT=docker $(ENGINE) build --tag $(IMAGE) .

size: ## Hold the image to its budget (ENGINE, IMAGE, BUDGET in bytes)
	@size=$$($(ENGINE) image inspect --format '{{.Size}}' $(IMAGE)) && echo "$(IMAGE): $$size bytes" \
	    && [ "$$size" -le $(BUDGET) ]

bench: $(STAMP) $(WALK) ## Measure the service beside the floor under it, as ratios (ARGS)
	$(BIN)/python -m benchmarks $(ARGS)

peers: $(STAMP) $(WALK) ## Measure it beside what others serve such a model with, too (ARGS)
	$(BIN)/python -m benchmarks --peers $(ARGS)

soak: $(STAMP) $(WALK) ## Serve mixed traffic for a time, and limit what that may take (SECONDS, RATE, ARGS)
	$(BIN)/python -m benchmarks.soak $(if $(SECONDS),--seconds $(SECONDS)) \
	    $(if $(RATE),--rate $(RATE)) $(ARGS)

rehearse: $(STAMP) $(WALK) ## Play production on this machine, act by act: deploys, failures, losses (IMAGE, ARGS)
	$(BIN)/python -m tests.rehearsal --image $(IMAGE) $(ARGS)

rehearse-short: $(STAMP) $(WALK) ## The same with a first deploy, a release, and one that fails (IMAGE, ARGS)
	$(BIN)/python -m tests.rehearsal --image $(IMAGE) --short $(ARGS)

acts: $(STAMP) $(WALK) ## Play the same acts as tests, on plain processes (ARGS=-k 'first or …')
	$(BIN)/python -m pytest tests/rehearsal/each_act.py $(ARGS)

push: $(STAMP) ## Build the image of this commit and push it to the registry (ENV, CONFIG, ARGS)
	$(DEPLOY) push --env $(ENV) --config $(CONFIG) $(ARGS)

plan: $(STAMP) ## Show what apply would do on AWS (DOOR=server|function, ENV, CONFIG, ARGS)
	$(DEPLOY) plan $(WHERE) || [ $$? -eq 2 ]

apply: $(STAMP) ## Make everything on AWS as deploy.toml wants it (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) apply $(WHERE)

release: $(STAMP) ## Roll an image out and watch it to the end (DOOR, ENV, CONFIG, ARGS=--tag TAG)
	$(DEPLOY) release $(WHERE)

rollback: $(STAMP) ## Release the image before, or ARGS=VERSION (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) rollback $(WHERE)

status: $(STAMP) ## Show what runs on AWS (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) status $(WHERE)

logs: $(STAMP) ## Show the log, ARGS=--follow to go on (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) logs $(WHERE)

smoke: $(STAMP) ## Ask the golden rows through the URL (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) smoke $(WHERE)

cost: $(STAMP) ## Estimate what a month costs (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) cost $(WHERE)

doctor: $(STAMP) ## Say what is missing on AWS, and how to mend it (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) doctor $(WHERE)

destroy: $(STAMP) ## Take everything on AWS away again (DOOR, ENV, CONFIG, ARGS)
	$(DEPLOY) destroy $(WHERE)

clean: ## Remove .venv and everything that was built
	rm -rf $(VENV) build .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	rm -f model/_trees.*.so
	find $(wildcard $(ROOMS)) -name __pycache__ -prune -exec rm -rf {} +
