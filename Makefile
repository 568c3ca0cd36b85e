# The doors of the house. Each is one line here; what it does is in the script of that name under .ci/.
.DEFAULT_GOAL := help
.PHONY: help run test check bench fuzz loom vectors crash

help:    ## List these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 16

run:     ## Start the reference server on 127.0.0.1:8080, state in ./data
	cargo run --example server

test:    ## Everything that defines green; installs what is missing on Debian
	@.ci/test

check:   ## The quick part of it: format, lints, unit tests
	@.ci/check

bench:   ## Measure ourselves beside the alternatives, in one run on this machine
	cargo bench -p benches

fuzz:    ## Coverage-guided fuzzing on the stable compiler: FUZZ_SECONDS=60 FUZZ_TARGET=name
	@.ci/fuzz

loom:    ## Every order in which threads can come to the limiter, and to what guards calls
	@.ci/loom

vectors: ## Make the test vectors again by running the providers' own SDKs (needs npm and Python)
	@.ci/vectors

crash:   ## Kill processes, Redis and the server under load, and fail the disk at every call: CRASH_ROUNDS=500
	@.ci/crash
