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
	@$(CARGO) build $(RUN)
	@$(LOCAL_AWS) invoke --function $(FUNCTION) '$(EVENT)'

.PHONY: serve
serve: ## Serve the function at http://127.0.0.1:9000 until Ctrl-C
	@echo 'building (the first time takes some minutes: the AWS SDK is large) …' >&2
	@$(CARGO) build $(RUN)
	@$(LOCAL_AWS) serve --function $(FUNCTION) --port $(PORT) --connect $(CONNECT)

.PHONY: test
test: ## Run all tests: everything that CI runs besides `make check`
	$(CARGO) build $(BUILD)
	$(CARGO) test --workspace
	$(MAKE) build
	FUNCTION='$(CURDIR)/$(SHIPPED)' \
		$(CARGO) test --workspace --test behaviour -- events:: panics:: resilience::sequential
	$(MAKE) guard
	$(MAKE) test-deploy
	$(MAKE) test-clients FUNCTION=$(SHIPPED)
	$(MAKE) test-browser

.PHONY: check
check: ## Check format, lints and docs; any warning is an error
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --document-private-items

.PHONY: fmt
fmt: ## Format the code
	$(CARGO) fmt --all

SECONDS ?= 60
CARGO_FUZZ := .tools/bin/cargo-fuzz

$(CARGO_FUZZ):
	$(CARGO) install cargo-fuzz --version 0.13.2 --locked --root .tools

.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Fuzz the way from event to request, and the policy, for SECONDS each (nightly Rust)
	@mkdir -p fuzz/corpus/event fuzz/corpus/policy
	@cp events/*.json fuzz/corpus/event/
	@cp fuzz/seeds/policy/*.json fuzz/corpus/policy/
	@for target in event policy; do \
		PATH="$(CURDIR)/.tools/bin:$$PATH" $(CARGO) +nightly fuzz run --dev --sanitizer none $$target -- \
			-max_total_time=$(SECONDS) -max_len=65536 -print_final_stats=1; \
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

.PHONY: build
build: ## Build the function as it is shipped, for ARCH, into dist/
	@tools/venv cargo-lambda
	@tools/build $(ARCH)

.PHONY: test-deploy
test-deploy: build ## Check templates, workflows and what is shipped with AWS's own tools
	@for venv in sam lint checkov; do tools/venv $$venv; done
	@$(CARGO) build $(BUILD)
	$(SAM) validate --lint --region us-east-1
	.tools/lint/bin/cfn-lint $(TEMPLATES)
	.tools/checkov/bin/checkov $(TEMPLATES:%=--file %) --framework cloudformation --quiet --compact --skip-download
	.tools/lint/bin/actionlint $(WORKFLOWS)/*.yml
	.tools/lint/bin/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)/*.yml
	.tools/lint/bin/zizmor --offline --quiet $(WORKFLOWS)
	.tools/sam/bin/python -m pytest -p no:cacheprovider --quiet tests/deploy

.PHONY: deploy
deploy: ## Deploy the stack STACK to your AWS account; asks for the settings
	@for venv in sam cargo-lambda; do tools/venv $$venv; done
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

VALGRIND := $(shell command -v valgrind)

.PHONY: guard
guard: build ## Compare size, crates and instructions of the shipped binary with bench/guard.json (UPDATE=--update keeps them)
	$(if $(VALGRIND),,apt-get update -qq && apt-get install -qq --yes valgrind)
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

# Python for the tests of docs/: pytest and schemathesis, pinned, with all that
# they need, in a folder of their own.
DOCUMENTS := .tools/documents
DOCUMENTS_READY := $(DOCUMENTS)/ready

$(DOCUMENTS_READY): tests/documents/requirements.txt
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'installing python3-venv …' >&2; \
		apt-get update -qq && apt-get install -y -qq python3-venv; \
	}
	rm -rf '$(DOCUMENTS)'
	python3 -m venv '$(DOCUMENTS)'
	'$(DOCUMENTS)/bin/pip' install --quiet --disable-pip-version-check --requirement $<
	touch '$@'

.PHONY: test-clients
test-clients: export FUNCTION := $(abspath $(FUNCTION))
test-clients: $(DOCUMENTS_READY) ## Test the public clients' requests, and docs/ against FUNCTION; fuzz it from docs/openapi.yaml
	$(CARGO) build $(BUILD)
	$(CARGO) test --workspace --test clients
	'$(DOCUMENTS)/bin/python' -m pytest tests/documents
	'$(DOCUMENTS)/bin/python' tests/documents/fuzz.py

.PHONY: test-browser
test-browser: ## Test the playground, and ChatJS, in Chromium (installs Debian's if there is none)
	$(CARGO) build $(BUILD)
	tests/browser/setup
	cd tests/browser && node --test *.test.mjs

.PHONY: clean
clean: ## Remove what was built
	$(CARGO) clean
	rm -rf dist .aws-sam
