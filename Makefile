# `make help` lists the commands.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

EVENT ?= events/http-api.json
CONNECT ?= local
PORT ?= 9000

# One selection of packages and targets for all of development, and so one set
# of features: cargo builds the AWS SDK, which takes minutes, once.
CARGO := cargo
BUILD := --workspace --all-targets
FUNCTION := target/debug/start-chat-contact
LOCAL_AWS := target/debug/local-aws
SOAK := target/debug/soak

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  EVENT=events/sqs.json     the event that `make run` sends (default $(EVENT))'
	@echo '  CONNECT=aws               `make serve` calls the real Amazon Connect, with your AWS credentials'
	@echo '  PORT=9001                 the port of `make serve` (default $(PORT))'
	@echo '  SECONDS=600               how long `make soak` and `make fuzz` take (default $(SECONDS))'
	@echo '  ARCH=arm64                the processor that `make build` builds for (default $(ARCH))'
	@echo '  STACK=chat-test           the stack of `make deploy`, `make invoke-remote`, `make logs` (default $(STACK))'
	@echo '  INSTANCE_ID, CONTACT_FLOW_ID … from your environment are settings of the function (docs/settings.md)'

.PHONY: run
run: ## Send EVENT through the function on this machine; show its answer and what Connect received
	@echo 'building (the first time takes some minutes: the AWS SDK is large) …' >&2
	@$(CARGO) build $(BUILD)
	@$(LOCAL_AWS) invoke --function $(FUNCTION) '$(EVENT)'

.PHONY: serve
serve: ## Serve the function at http://127.0.0.1:9000 until Ctrl-C
	@echo 'building (the first time takes some minutes: the AWS SDK is large) …' >&2
	@$(CARGO) build $(BUILD)
	@$(LOCAL_AWS) serve --function $(FUNCTION) --port $(PORT) --connect $(CONNECT)

# The tests wait for timeouts and retries more than they compute, so more of
# them run at once than there are cores.
.PHONY: test
test: export RUST_TEST_THREADS ?= 8
test: ## Run the Rust tests (half a minute once built)
	$(CARGO) build $(BUILD)
	$(CARGO) test --workspace --no-fail-fast

TIERS = check test test-shipped guard test-deploy 'test-clients FUNCTION=$(SHIPPED)' test-browser

.PHONY: test-all
test-all: ## Run `check`, `test` and every test below, as CI does (half an hour from nothing)
	@for tier in $(TIERS); do \
		echo "== make $$tier"; \
		since=$$(date +%s); \
		$(MAKE) $$tier; \
		echo "== make $$tier took $$(($$(date +%s) - since)) s"; \
	done

.PHONY: test-shipped
test-shipped: build ## Run the tests of events, panics and connections against the binary that is shipped
	FUNCTION='$(CURDIR)/$(SHIPPED)' RUST_TEST_THREADS=8 \
		$(CARGO) test --workspace --test behaviour -- events:: panics:: resilience::sequential

# The optimizer would take longer than it saves.
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := .tools/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

$(CARGO_DENY):
	CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install cargo-deny --version $(CARGO_DENY_VERSION) \
		--locked --debug --root .tools/cargo-deny-$(CARGO_DENY_VERSION)

.PHONY: check
check: $(CARGO_DENY) ## Check format, lints, docs, licenses and sources; any warning is an error
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --document-private-items
	tools/check-layers
	python3 -m unittest --quiet tools/test_check_layers.py
	$(CARGO_DENY) --workspace --locked check bans licenses sources

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
fuzz: $(CARGO_FUZZ) ## Fuzz the way from event to request, and the policy, for SECONDS each (nightly Rust)
	@mkdir -p fuzz/corpus/event fuzz/corpus/policy
	@cp events/*.json fuzz/corpus/event/
	@cp fuzz/seeds/event/*.json fuzz/corpus/event/
	@cp fuzz/seeds/policy/*.json fuzz/corpus/policy/
	@for target in event policy; do \
		PATH="$(CURDIR)/$(dir $(CARGO_FUZZ)):$$PATH" $(CARGO) +nightly fuzz run --dev --sanitizer none $$target -- \
			-max_total_time=$(SECONDS) -max_len=131072 -dict=fuzz/event.dict -print_final_stats=1; \
	done

.PHONY: soak
soak: build ## Send every kind of event for SECONDS while Connect fails in every way; account for each chat
	@$(CARGO) build $(BUILD)
	@$(SOAK) --function $(SHIPPED) --seconds $(SECONDS)

# What the processor at hand can be built for without another target.
ARCH ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
SHIPPED = target/shipped/$(ARCH)/start-chat-contact
STACK ?= start-chat-contact
# SAM finds cargo-lambda here, and says nothing home.
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/.tools/cargo-lambda/bin:$$PATH" .tools/sam/bin/sam
TEMPLATES := template.yaml examples/input-transformer.yaml
WORKFLOWS := .github/workflows
SCRIPTS = $(shell git grep -lE '^\#!.*(bash|/sh)$$')

.PHONY: build
build: ## Build the function as it is shipped, for ARCH, into dist/
	@tools/venv cargo-lambda
	@tools/build $(ARCH)

.PHONY: test-deploy
test-deploy: build ## Check templates, workflows, scripts and the zip with AWS's own tools and others
	@tools/venv sam lint checkov
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
	.tools/sam/bin/python -m pytest -p no:cacheprovider --quiet tests/deploy

.PHONY: deploy
deploy: ## Deploy the stack STACK to your AWS account; asks for the settings
	@tools/venv sam cargo-lambda
	$(SAM) build
	$(SAM) deploy --guided --stack-name '$(STACK)'

REMOTE_EVENT = $(if $(filter command% environment%,$(origin EVENT)),--event-file '$(EVENT)',--event '{"ParticipantDetails":{"DisplayName":"Ana"}}')

.PHONY: invoke-remote
invoke-remote: ## Start a chat with the deployed function, by EVENT if given
	@tools/venv sam
	$(SAM) remote invoke StartChatContactFunction --stack-name '$(STACK)' --parameter Qualifier=live $(REMOTE_EVENT)

.PHONY: logs
logs: ## Follow the log of the deployed function
	@tools/venv sam
	$(SAM) logs --stack-name '$(STACK)' --cw-log-group '/aws/lambda/$(STACK)' --tail

.PHONY: guard
guard: build ## Compare size, crates and instructions of the shipped binary with bench/guard.json (UPDATE=--update keeps them)
	@tools/system-packages guard
	@$(CARGO) build $(BUILD)
	target/debug/bench guard --function $(SHIPPED) $(UPDATE)

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

.PHONY: test-clients
test-clients: export FUNCTION := $(abspath $(FUNCTION))
test-clients: ## Test FUNCTION with public clients' requests and the examples of docs/; fuzz it from docs/openapi.yaml
	@tools/venv documents
	$(CARGO) build $(BUILD)
	RUST_TEST_THREADS=8 $(CARGO) test --workspace --test clients
	.tools/documents/bin/python -m pytest tests/documents
	.tools/documents/bin/python tests/documents/fuzz.py

.PHONY: test-browser
test-browser: ## Test the playground, and ChatJS, in Chromium or Chrome
	@tools/system-packages browser
	$(CARGO) build $(BUILD)
	cd tests/browser && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --loglevel=error; }
	cd tests/browser && node --test *.test.mjs

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
	rm -rf dist .aws-sam
