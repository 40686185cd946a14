# `make help` lists the commands.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

EVENT ?= events/http-api.json
CONNECT ?= local
PORT ?= 9000

# Two selections of packages, whose dependencies have the same features: cargo builds the AWS SDK,
# which takes minutes, once. RUN is all that running the function needs.
CARGO := cargo
BUILD := --workspace --all-targets
RUN := -p start-chat-contact -p local-aws --bins
FUNCTION := target/debug/start-chat-contact
LOCAL_AWS := target/debug/local-aws
SOAK := target/debug/soak

# The processor of this machine, for which no other target is needed.
ARCH ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
SHIPPED = target/shipped/$(ARCH)/start-chat-contact
STACK ?= start-chat-contact
# SAM finds cargo-lambda on the path, and sends no telemetry.
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/.tools/cargo-lambda/bin:$$PATH" .tools/sam/bin/sam
TEMPLATES := template.yaml domain.yaml examples/input-transformer.yaml
WORKFLOWS := .github/workflows
SCRIPTS = $(shell git grep -lE '^\#!.*(bash|/sh)$$')

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  EVENT=events/sqs.json     the event that `make run` sends (default $(EVENT))'
	@echo '  CONNECT=aws               `make serve` calls the real Amazon Connect, with your AWS credentials'
	@echo '  PORT=9001                 the port of `make serve` (default $(PORT))'
	@echo '  SERVE=--verbose           further options of `make serve` (target/debug/local-aws serve --help)'
	@echo '  SECONDS=600               how long `make soak` and `make fuzz` take (default $(SECONDS))'
	@echo '  ARCH=arm64                the processor that `make build` builds for (default $(ARCH))'
	@echo '  STACK=chat-test           the stack of `make deploy`, `doctor`, `smoke`, `invoke-remote`, `logs` (default $(STACK))'
	@echo '  INSTANCE_ID, CONTACT_FLOW_ID … from your environment are settings of the function (docs/settings.md)'

.PHONY: run
run: ## Send EVENT through the function; print its answer and what Connect received
	@echo 'building (the first time takes some minutes: the AWS SDK is large) …' >&2
	@$(CARGO) build $(RUN)
	@$(LOCAL_AWS) invoke --function $(FUNCTION) '$(EVENT)'

.PHONY: serve
serve: ## Serve the function at http://127.0.0.1:9000 until Ctrl-C
	@echo 'building (the first time takes some minutes: the AWS SDK is large) …' >&2
	@$(CARGO) build $(RUN)
	@$(LOCAL_AWS) serve --function $(FUNCTION) --port $(PORT) --connect $(CONNECT) $(SERVE)

# The tests wait for timeouts and retries more than they compute, so more of
# them run at once than there are cores.
.PHONY: test
test: export RUST_TEST_THREADS ?= 8
test: ## Run the Rust tests (half a minute once built)
	$(CARGO) build $(BUILD)
	$(CARGO) test --workspace --no-fail-fast

TIERS = check test test-shipped guard test-deploy 'test-clients FUNCTION=$(SHIPPED)' test-browser

.PHONY: test-all
test-all: ## Run check, test and the five tests below, as CI does (half an hour from nothing)
	@for tier in $(TIERS); do \
		echo "== make $$tier"; \
		since=$$(date +%s); \
		$(MAKE) $$tier; \
		echo "== make $$tier took $$(($$(date +%s) - since)) s"; \
	done

# The optimizer would take longer than it saves.
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := .tools/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

$(CARGO_DENY):
	CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install cargo-deny --version $(CARGO_DENY_VERSION) \
		--locked --debug --root .tools/cargo-deny-$(CARGO_DENY_VERSION)

.PHONY: check
check: $(CARGO_DENY) ## Check format, lints, docs and dependencies; every warning is an error (2 min)
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --document-private-items
	tools/check-layers
	python3 -m unittest --quiet tools/test_check_layers.py
	$(CARGO_DENY) --workspace --locked check bans licenses sources
	tools/check-licenses

.PHONY: test-shipped
test-shipped: build ## Test attacks, events, results, returning customers and panics with the shipped binary (4 min, most of it to build it)
	FUNCTION='$(CURDIR)/$(SHIPPED)' RUST_TEST_THREADS=8 \
		$(CARGO) test --workspace --test behaviour -- attacks:: events:: panics:: resilience::sequential results:: returning:: sweep:: threats:: triggers::

.PHONY: guard
guard: build ## Compare size, crates and instructions of the shipped binary with bench/guard.json; UPDATE=--update keeps them (1 min)
	@tools/system-packages guard
	@$(CARGO) build $(BUILD)
	target/debug/bench guard --function $(SHIPPED) $(UPDATE)

.PHONY: test-deploy
test-deploy: build ## Check templates, zip, workflows and scripts with AWS's tools and linters (8 min)
	@tools/venv sam lint checkov test-deploy
	@$(CARGO) build $(BUILD)
	$(SAM) validate --lint --region us-east-1
	.tools/lint/bin/cfn-lint $(TEMPLATES)
	.tools/checkov/bin/checkov $(TEMPLATES:%=--file %) --framework cloudformation --quiet --compact --skip-download
	.tools/lint/bin/actionlint $(WORKFLOWS)/*.yml
	.tools/lint/bin/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)/*.yml
	.tools/lint/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	.tools/lint/bin/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml
	.tools/lint/bin/zizmor --offline --quiet .github
	.tools/lint/bin/shellcheck $(SCRIPTS)
	.tools/test-deploy/bin/python -m pytest -p no:cacheprovider --quiet tests/deploy

.PHONY: test-clients
test-clients: export FUNCTION := $(abspath $(FUNCTION))
test-clients: ## Test FUNCTION against docs/ and with requests of public clients; fuzz it from docs/openapi.yaml (3 min)
	@tools/venv documents
	$(CARGO) build $(BUILD)
	RUST_TEST_THREADS=8 $(CARGO) test --workspace --test clients
	.tools/documents/bin/python -m pytest tests/documents
	.tools/documents/bin/python tests/documents/fuzz.py

.PHONY: test-browser
test-browser: ## Test the playground and ChatJS in Chromium or Chrome (1 min)
	@tools/system-packages browser
	$(CARGO) build $(BUILD)
	cd tests/browser && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --loglevel=error; }
	cd tests/browser && node --test *.test.mjs

.PHONY: fmt
fmt: ## Format the code
	$(CARGO) fmt --all

SECONDS ?= 60
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := .tools/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz

$(CARGO_FUZZ):
	$(CARGO) install cargo-fuzz --version $(CARGO_FUZZ_VERSION) \
		--locked --root .tools/cargo-fuzz-$(CARGO_FUZZ_VERSION)

.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Fuzz parsing and policy for SECONDS each; needs nightly Rust
	@mkdir -p fuzz/corpus/event fuzz/corpus/policy
	@cp events/*.json fuzz/corpus/event/
	@cp fuzz/seeds/event/*.json fuzz/corpus/event/
	@cp fuzz/seeds/policy/*.json fuzz/corpus/policy/
	@for target in event policy; do \
		PATH="$(CURDIR)/$(dir $(CARGO_FUZZ)):$$PATH" $(CARGO) +nightly fuzz run --dev --sanitizer none $$target -- \
			-max_total_time=$(SECONDS) -max_len=131072 -dict=fuzz/event.dict -print_final_stats=1; \
	done

.PHONY: soak
soak: build ## Send every kind of event for SECONDS while AWS fails in every way; account for every chat
	@$(CARGO) build $(BUILD)
	@$(SOAK) --function $(SHIPPED) --seconds $(SECONDS)

.PHONY: build
build: ## Build the zip that is shipped, for ARCH, into dist/
	@tools/venv cargo-lambda
	@tools/build $(ARCH)

CARGO_CYCLONEDX_VERSION := 0.5.9
CARGO_CYCLONEDX := .tools/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION)/bin/cargo-cyclonedx

$(CARGO_CYCLONEDX):
	CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install cargo-cyclonedx --version $(CARGO_CYCLONEDX_VERSION) \
		--locked --debug --root .tools/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION)

.PHONY: bundle
bundle: build $(CARGO_CYCLONEDX) ## Pack what deploying takes without a compiler, and list the crates (SBOM), in dist/
	.tools/cargo-lambda/bin/python tools/bundle.py $(ARCH)
	tools/sbom $(ARCH) $(CARGO_CYCLONEDX)

CARGO_ABOUT_VERSION := 0.9.3
CARGO_ABOUT := .tools/cargo-about-$(CARGO_ABOUT_VERSION)/bin/cargo-about

$(CARGO_ABOUT):
	CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install cargo-about --version $(CARGO_ABOUT_VERSION) \
		--locked --debug --features cli --root .tools/cargo-about-$(CARGO_ABOUT_VERSION)

.PHONY: licenses
licenses: $(CARGO_ABOUT) ## Collect the licenses of all linked crates (3 min)
	$(CARGO_ABOUT) generate --locked --offline --fail -o THIRD-PARTY-LICENSES.md tools/licenses.hbs

.PHONY: reproducible
reproducible: build ## Build once more in another folder, and compare the zips (5 min)
	tools/reproducible $(ARCH)

.PHONY: advisories
advisories: $(CARGO_DENY) ## Compare the dependencies with known vulnerabilities; needs GitHub
	$(CARGO_DENY) --workspace --locked check advisories

# The newest botocore, not a pinned one: it has what AWS has added since.
.PHONY: drift
drift: ## Compare the API with what the function knows; fails if AWS has added a member
	@tools/system-packages python
	@python3 -m venv .tools/drift
	@.tools/drift/bin/pip install --quiet --disable-pip-version-check --upgrade --only-binary :all: botocore
	@.tools/drift/bin/python tools/model_drift.py

# Given by the user, not the default above: the file in stacks/ may say another.
ASKED_ARCH = $(if $(filter command% environment%,$(origin ARCH)),--arch '$(ARCH)')
AWS_TOOL := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/.tools/cargo-lambda/bin:$(CURDIR)/.tools/sam/bin:$$PATH" .tools/sam/bin/python tools/aws

.PHONY: deploy
deploy: ## Deploy stacks/STACK.yaml to your AWS account; asks the first time (YES=1: no confirmation)
	@tools/venv sam cargo-lambda
	@CARGO_ENCODED_RUSTFLAGS="$$(tools/rustflags)" $(AWS_TOOL)/deploy.py '$(STACK)' $(ASKED_ARCH) $(if $(YES),--yes)

.PHONY: doctor
doctor: ## Say what is right with a stack and what is not; changes nothing
	@tools/venv sam
	@$(AWS_TOOL)/doctor.py '$(STACK)'

.PHONY: smoke
smoke: ## Start and end a real chat by each way of the deployed stack (TOKEN=… if tokens authorize)
	@tools/venv sam
	@$(AWS_TOOL)/smoke.py '$(STACK)'

.PHONY: costs
costs: ## Compute what a month costs
	@tools/venv sam
	@$(AWS_TOOL)/costs.py

REMOTE_EVENT = $(if $(filter command% environment%,$(origin EVENT)),--event-file '$(EVENT)',--event '{"ParticipantDetails":{"DisplayName":"Ana"}}')
REMOTE = region=$$(.tools/sam/bin/python tools/aws/outputs.py '$(STACK)' Region)

.PHONY: invoke-remote
invoke-remote: ## Start a chat with the deployed function, by EVENT if given
	@tools/venv sam
	@$(REMOTE) && $(SAM) remote invoke StartChatContactFunction --stack-name '$(STACK)' --region "$$region" --parameter Qualifier=live $(REMOTE_EVENT)

.PHONY: logs
logs: ## Follow the log of the deployed function
	@tools/venv sam
	@$(REMOTE) && group=$$(.tools/sam/bin/python tools/aws/outputs.py '$(STACK)' LogGroupName) && \
		$(SAM) logs --region "$$region" --cw-log-group "$$group" --tail

BENCH_PEERS := .tools/bench
BENCH ?=

.PHONY: bench
bench: build ## Measure the function against Rust, Node.js and Python with every default; BENCH='--cold 5' for less
	bench/peers/setup $(BENCH_PEERS)
	$(CARGO) build --release -p start-chat-contact-bench
	target/release/bench run --function $(SHIPPED) \
		--peer 'Rust, defaults'=$(BENCH_PEERS)/rust-default/bootstrap \
		--peer 'Node.js 20'=$(BENCH_PEERS)/node/bootstrap \
		--peer 'Python 3'=$(BENCH_PEERS)/python/bootstrap \
		--write docs $(BENCH)

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
	rm -rf dist .aws-sam
