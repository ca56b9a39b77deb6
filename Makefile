# What can be made of Lobby. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

# Build output is in target/, or where CARGO_TARGET_DIR says. The server looks for the packed files in target/site.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
export CARGO_TARGET_DIR := $(TARGET)
SITE := $(TARGET)/site
ifneq ($(TARGET),$(abspath target))
export LOBBY_SITE := $(SITE)
endif

CARGO := cargo --locked
STEP := .ci/step
WASM := $(TARGET)/client.wasm
PACKER := $(TARGET)/debug/site
PACKED := $(TARGET)/site.packed

.PHONY: help run site test bench release tools FORCE

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | column -t -s "$$(printf '\t')"

run: site ## Lobby with sample people on http://localhost:3000
	@$(STEP) "The server" $(CARGO) build --bin lobby
	@exec $(TARGET)/debug/lobby serve --demo

site: tools $(PACKED) ## the browser files alone: islands, style sheet, public files

test: site ## every check and every test, in the browser too; installs what they need where it may
	@.ci/test

bench: release ## what a sign-in, a page and a launch cost, on a release build
	@$(STEP) "The benchmark" $(CARGO) build --release --bin bench
	@$(TARGET)/release/bench

release: site ## one binary with everything in it
	@$(STEP) "The server, optimized" $(CARGO) build --release --bin lobby
	@ls -sh $(TARGET)/release/lobby

tools:
	@.ci/need cargo rustc cc

# What follows goes by content: cargo decides what to compile, and make packs when an input is newer than the pack.
$(PACKED): $(WASM) $(PACKER) $(shell find style public) $(if $(wildcard $(SITE)/manifest.json),,FORCE)
	@$(STEP) "The browser files" $(PACKER) --wasm $(WASM) --style style --public public --out $(SITE)
	@touch $@

$(WASM): FORCE | tools
	@$(STEP) "The islands, as WebAssembly" .ci/wasm build $@

$(PACKER): FORCE | tools
	@$(STEP) "The packer" $(CARGO) build --bin site

FORCE:
