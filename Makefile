# Every target gets what it needs by itself, into .tools/ (hack/setup.sh): some Node.js, Go, Python 3 and make are enough.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export PATH := $(CURDIR)/.tools/node/node_modules/.bin:$(CURDIR)/node_modules/.bin:$(CURDIR)/.tools/bin:$(PATH)

# jest runs ES modules by Node's own loader hooks, which stand behind this flag.
JEST := NODE_OPTIONS="--experimental-vm-modules --disable-warning=ExperimentalWarning" jest --passWithNoTests
# Machine-readable results, summed up by .ci/run.
RESULTS := .tools/results
SOURCES := $(shell find src -name '*.ts' -not -name '*.test.ts' 2>/dev/null)

##@ Start here

.PHONY: demo
demo: setup build ## All of it on this machine, in one terminal: API server, AWS emulator, operator, a rotation. KEEP=1 leaves it running
	@node demo/run.ts

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Develop

.PHONY: build
build: dist/main.js ## Bundle the command line into dist/
dist/main.js: $(SOURCES) hack/build.ts $(wildcard hack/build/*.ts) package-lock.json | setup-node
	@node hack/build.ts

.PHONY: lint
lint: setup-node setup-helm ## Format, lint rules, types, generated files, chart
	biome check
	tsc -p .
	node hack/check-generated.ts
	helm lint --strict --quiet charts/external-values

.PHONY: generate
generate: setup-node ## Write what is generated: CRDs, the chart's copy of them, the reference pages
	node hack/generate-crds.ts
	node hack/copy-crds-into-chart.ts
	node hack/generate-docs.ts

.PHONY: test
test: unit e2e quick-faults ## Unit tests, end-to-end tests, and the quick part of the fault tests

.PHONY: unit
unit: setup-node setup-helm | $(RESULTS)
	$(JEST) --selectProjects unit --json --outputFile=$(RESULTS)/unit.json $(TESTS)

# They mostly wait, each file with an operator of its own: three at a time.
.PHONY: e2e
e2e: setup build | $(RESULTS) ## End-to-end tests on a real API server and AWS emulators. TESTS=test/e2e/rotation for some of them
	$(JEST) --forceExit --selectProjects e2e --maxWorkers=3 --json --outputFile=$(RESULTS)/e2e.json $(TESTS)

# One after the other, since they measure: rates, memory, seconds until all is right again.
.PHONY: quick-faults
quick-faults: setup build | $(RESULTS)
	FAULTS=fast $(JEST) --forceExit --selectProjects faults --runInBand --json --outputFile=$(RESULTS)/quick-faults.json $(TESTS)

# Hundreds of crashes and outages that are mostly waited for: three files at a time.
.PHONY: faults
faults: setup build | $(RESULTS) ## All fault tests: crashes, broken watches, AWS outages; writes docs/reliability.md. Half an hour
	rm -f $(RESULTS)/fault-records.jsonl
	FAULTS=all $(JEST) --forceExit --selectProjects faults --maxWorkers=3 --json --outputFile=$(RESULTS)/faults.json $(TESTS)
	node test/faults/support/write-reliability.ts

.PHONY: e2e-kind
e2e-kind: ## The end-to-end tests with the image in a kind cluster; needs a Docker engine
	@hack/e2e-kind.sh

.PHONY: bench
bench: setup build ## Measure everything beside its floors and write it into docs/benchmarks.md; 45 minutes
	node bench/all.ts $(BENCH)

##@ Housekeeping

.PHONY: setup
setup: ## Fetch the tool chain into .tools/: Node.js, npm packages, Kubernetes, helm, AWS emulators
	@hack/setup.sh

.PHONY: setup-node
setup-node:
	@hack/setup.sh node packages

.PHONY: setup-helm
setup-helm:
	@hack/setup.sh helm

.PHONY: clean
clean: ## Remove what was built; "rm -rf .tools node_modules" removes the tool chain too
	rm -rf dist coverage $(RESULTS)

$(RESULTS):
	@mkdir -p $@
