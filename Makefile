# Each target sets up what it needs: a new clone needs git, make and Python 3.11 or later.
PYTHON ?= python3
CORPUS ?= ../shared/csv-conformance
VENV   := .venv
CHECKOV := .checkov
PEERS   := .peers
ZIG     := .zig
# These name folders, which recipes write out: nothing is made of them before they are checked.
open := (
close := )
unsafe = $(strip $(foreach each,; & | < > ` " ' \ $$ $(open) $(close),$(findstring $(each),$(value $(1)))) $(filter-out 1,$(words $(value $(1)))))
refuse_unsafe = $(if $(call unsafe,$(1)),$(error $(1) must be a path without spaces and special characters))
$(foreach name,VENV CHECKOV PEERS ZIG,$(call refuse_unsafe,$(name)))
BIN    := $(VENV)/bin
$(call refuse_unsafe,BIN)
.DEFAULT_GOAL := help

# The tests start some hundred processes: where no bytecode is kept, each compiles the same modules.
unexport PYTHONDONTWRITEBYTECODE

# What targets are given is data: it reaches recipes through the environment alone, as it was typed,
# so that neither make nor a shell runs anything in it. A recipe names it "$$ENV", never $(ENV).
GIVEN := PYTHON CORPUS ENV PLAN_ARGS DEPLOY_ARGS TO VERSION BREAK RDS_CA RDS_CA_URL RDS_CA_SHA256
define as_typed
override $(1) := $$(value $(1))
export $(1)
endef
$(foreach name,$(GIVEN),$(if $(filter undefined,$(origin $(name))),,$(eval $(call as_typed,$(name)))))

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# The stamp is written last and names the folder: an interrupted install is no install, and one that
# was moved is made anew.
ifneq ($(shell cat $(VENV)/.installed 2>/dev/null),$(CURDIR))
$(shell rm -f $(VENV)/.installed)
endif
$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "rowledger needs Python 3.11 or later; $$PYTHON is older (choose one with: make PYTHON=python3.12 …)" >&2; exit 1; }
	@echo "setting up $(VENV) (the first time takes a minute)"
	@"$$PYTHON" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@printf '%s\n' "$(CURDIR)" > $@

.PHONY: setup
setup: $(VENV)/.installed ## install everything into .venv

.PHONY: demo
demo: setup ## start the local stack and show the pipeline on sample files
	@$(BIN)/rowledger demo

.PHONY: lint
lint: setup workflow-lint ## ruff, strict mypy, the import-direction contracts and the workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: workflow-lint
workflow-lint: setup ## the GitHub workflows: zizmor, and GitHub's schemas (offline)
	$(BIN)/zizmor --offline --quiet --no-progress --strict-collection --persona auditor .github
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

# Four at a time on two cores, as many tests wait for a stack more than they compute.
.PHONY: test
test: setup ## every test: unit, integration and e2e (those of the kernel where make kernel works)
	@$(MAKE) --no-print-directory kernel || echo "make test: the kernel was not built: its tests are skipped" >&2
	$(BIN)/pytest -n 4 --dist loadgroup --no-loadscope-reorder

.PHONY: test-unit
test-unit: setup ## the unit tests alone: seconds, no I/O
	$(BIN)/pytest -n logical tests/unit

.PHONY: console-test
console-test: setup kernel ## the console: its handlers, and its pages in Chromium with axe; screenshots in build/console
	$(BIN)/pytest tests/unit/test_console_security.py tests/unit/test_console_files.py tests/unit/test_console_today.py tests/unit/test_console_incidents.py tests/unit/test_console_due.py tests/unit/test_console_upload.py tests/e2e/test_console.py tests/e2e/test_console_live.py

.PHONY: faults
faults: setup kernel ## the fault suite in full, and its count (BREAK=fence or outbox: a broken build, must fail)
	$(BIN)/pytest tests/faults --full $${BREAK:+--break "$$BREAK"}

# In a place of its own: the compiler is large, and the kernel is built in seconds and rarely.
ifneq ($(shell cat $(ZIG)/.installed 2>/dev/null),$(CURDIR))
$(shell rm -f $(ZIG)/.installed)
endif
$(ZIG)/.installed: requirements/kernel.txt
	@echo "setting up $(ZIG)"
	@"$$PYTHON" -m venv --clear $(ZIG)
	@$(ZIG)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/kernel.txt
	@printf '%s\n' "$(CURDIR)" > $@

KERNEL := src/rowledger/functions/adapters/kernel/kernel-linux-x86_64.so
$(KERNEL): $(ZIG)/.installed $(wildcard kernel/*.[ch]) src/rowledger/deployment/packaging/kernel.py
	@PYTHONPATH=src $(ZIG)/bin/python -m rowledger.deployment.packaging.kernel

.PHONY: kernel
kernel: $(KERNEL) ## build the counter's kernel for every system, the same bytes each time (without it, Python counts)

# By the machine's own compiler, which has the sanitizers.
.PHONY: fuzz
fuzz: ## the kernel against a byte-by-byte reading, a million cases under AddressSanitizer and UBSan (needs a C compiler)
	@mkdir -p build
	@"$${CC:-cc}" -std=c11 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -o build/fuzz kernel/fuzz.c
	@build/fuzz 1000000

# In a place of its own: it pins another boto3 than the emulator.
ifneq ($(shell cat $(CHECKOV)/.installed 2>/dev/null),$(CURDIR))
$(shell rm -f $(CHECKOV)/.installed)
endif
$(CHECKOV)/.installed: requirements/checkov.txt
	@echo "setting up $(CHECKOV)"
	@"$$PYTHON" -m venv --clear $(CHECKOV)
	@$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/checkov.txt
	@printf '%s\n' "$(CURDIR)" > $@

.PHONY: checkov
checkov: $(CHECKOV)/.installed ## install Checkov, which make test then uses too

.PHONY: terraform-check
terraform-check: setup checkov ## Terraform: format, validate, test, Checkov, parity with the local stack (offline)
	$(BIN)/pytest --terraform tests/terraform

# The order matters: what the second plan shows before anything else happened, and the end at last.
.PHONY: terraform-e2e
terraform-e2e: setup kernel ## Terraform: apply it to the local stack, run the pipeline's tests there, destroy it (minutes)
	$(BIN)/pytest --terraform-stack tests/terraform_e2e/test_second_plan.py tests/e2e tests/integration/test_permissions.py tests/terraform_e2e/test_command.py tests/terraform_e2e/test_destroy.py

.PHONY: bootstrap
bootstrap: setup ## make an AWS account ready for deployments, or bring it up to date (ENV=name, see docs/bootstrap.md)
	@$(BIN)/python -m rowledger.deployment.bootstrap $${ENV:+"$$ENV"}

.PHONY: bench-ledger
bench-ledger: setup ## how long the ledger takes to answer, with a million uploads in it (a minute)
	$(BIN)/python -m bench.ledger

.PHONY: bench-sources
bench-sources: setup ## what ten thousand sources cost an upload, and a check of their windows, with a million files in the ledger (minutes)
	$(BIN)/python -m bench.sources
	$(BIN)/python -m bench.windows

.PHONY: bench-console
bench-console: setup ## how long the console's pages take, with a million files in the ledger (a minute)
	$(BIN)/python -m bench.console

# In a place of its own: what the counter is compared with is none of its dependencies.
ifneq ($(shell cat $(PEERS)/.installed 2>/dev/null),$(CURDIR))
$(shell rm -f $(PEERS)/.installed)
endif
$(PEERS)/.installed: requirements/peers.txt
	@echo "setting up $(PEERS)"
	@"$$PYTHON" -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/peers.txt
	@printf '%s\n' "$(CURDIR)" > $@

.PHONY: peers
peers: $(PEERS)/.installed ## install what the counter is compared with

.PHONY: conformance
conformance: setup peers ## the counter against the csv module and its peers, cell by cell, and on public test files (CORPUS=folder)
	$(BIN)/pytest --quiet tests/unit/test_counting_oracle.py
	PYTHONPATH=src:. $(PEERS)/bin/python -m bench.generated.compare
	$(BIN)/python -m bench.conformance "$$CORPUS"

.PHONY: bench
bench: setup kernel peers ## speed, memory and cost, side by side with others' in one run, as Markdown (a quarter of an hour)
	PYTHONPATH=src:. $(PEERS)/bin/python -m bench.counting
	$(BIN)/python -m bench.function
	$(BIN)/python -m bench.cold_start

.PHONY: package
package: setup kernel ## build the functions' package, reproducibly (RDS_CA=file, see docs/database.md)
	@$(BIN)/python -m rowledger.deployment.packaging --database-ca "$$RDS_CA"

.PHONY: rds-ca
rds-ca: setup ## fetch Amazon's CA certificates of RDS into RDS_CA=build/rds-ca.pem (RDS_CA_SHA256=…: those alone)
	@$(BIN)/python -m rowledger.deployment.release.rds_ca --url "$$RDS_CA_URL" --sha256 "$$RDS_CA_SHA256" --to "$$RDS_CA"

.PHONY: release-assets
release-assets: setup kernel ## build what a release holds, twice, and compare (VERSION=v1.2.3 RDS_CA=file)
	@$(BIN)/python -m rowledger.deployment.release.assets --version "$$VERSION" --database-ca "$$RDS_CA"

# By the standard library alone: what may write to the repository installs nothing first.
.PHONY: publish-release
publish-release: ## publish on GitHub what make release-assets built from the tag (VERSION=v1.2.3)
	@PYTHONPATH=src "$$PYTHON" -S -P -m rowledger.deployment.release.publish --version "$$VERSION"

.PHONY: terraform-version
terraform-version: ## the version of Terraform that the workflows run
	@sed 's/^/terraform=/' .terraform-version >> "$${GITHUB_OUTPUT:-/dev/stdout}"

.PHONY: plan-summary
plan-summary: ## what the last plan would change; on GitHub in the run's summary
	@cat build/deploy/summary.md >> "$${GITHUB_STEP_SUMMARY:-/dev/stdout}"

.PHONY: plan
plan: setup ## plan ENV=dev with the package that was built, and sum it up in build/deploy (PLAN_ARGS=…)
	@$(BIN)/python -m rowledger.deployment.argument_list PLAN_ARGS scripts/terraform.sh plan "$$ENV"

.PHONY: apply
apply: setup ## apply to ENV=dev the very plan and package that make plan recorded
	@scripts/terraform.sh apply "$$ENV"

# The state says which versions there are: never what was left here by another environment's run.
.PHONY: deploy
deploy: setup ## migrate ENV=dev, move the aliases to the new versions, smoke test, back where it fails (DEPLOY_ARGS=…)
	@scripts/terraform.sh outputs "$$ENV"
	@$(BIN)/python -m rowledger.deployment.argument_list DEPLOY_ARGS $(BIN)/rowledger deploy --outputs build/deploy/outputs.json

.PHONY: rollback
rollback: setup ## put the aliases of ENV=dev back to version TO=7, and smoke test (DEPLOY_ARGS=…)
	@scripts/terraform.sh outputs "$$ENV"
	@$(BIN)/python -m rowledger.deployment.argument_list DEPLOY_ARGS $(BIN)/rowledger rollback --outputs build/deploy/outputs.json $${TO:+--to "$$TO"}

.PHONY: deploy-e2e
deploy-e2e: setup kernel ## deploy to the emulator, good builds and a broken one, while uploads flow; minutes
	$(BIN)/pytest --deploy --exitfirst tests/deploy_e2e

.PHONY: down
down: setup ## stop the local stack; its state is kept
	$(BIN)/rowledger down

.PHONY: clean
clean: ## stop the local stack and remove everything that was built, its state included
	@if $(BIN)/rowledger --version >/dev/null 2>&1; then $(BIN)/rowledger reset --yes; \
	elif [ -d .rowledger ]; then echo "clean: to stop the stack of .rowledger, $(BIN) must work: run make setup first" >&2; exit 1; fi
	rm -f src/rowledger/functions/adapters/kernel/kernel-*
	rm -rf $(VENV) $(CHECKOV) $(PEERS) $(ZIG) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: lock
lock: setup ## resolve the dependencies anew and lock them with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command "make lock" --extra console --extra local --group dev pyproject.toml requirements/function.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command "make lock" -c requirements/dev.txt requirements/function.in -o requirements/function.txt
	printf 'clevercsv\nduckdb\npolars\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command "make lock" - -o requirements/peers.txt
	echo ziglang | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command "make lock" - -o requirements/kernel.txt
	echo checkov | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --custom-compile-command "make lock" - -o requirements/checkov.txt
