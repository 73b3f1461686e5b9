# make demo | test | install PREFIX=DIR | install-compat PREFIX=DIR | bench | bench-fetch | format
# Missing Debian packages are installed first, with sudo where that is needed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
.PHONY: all archives build demo test lint unit-test corpus-stress end-to-end install install-compat bench bench-fetch format packages test-packages bench-packages venv

PREFIX ?= /usr/local
DESTDIR ?=
BUILD_PACKAGES := git pkg-config libcurl4-openssl-dev libssl-dev libarchive-dev libsqlite3-dev python3
TEST_PACKAGES := python3-venv nix-bin git-lfs mercurial openssh-client openssh-server libedit2 openssl nginx microsocks tinyproxy-bin
BENCH_PACKAGES := nix-bin openssl curl nginx aria2
SWIFT_SOURCES := Package.swift Sources Tests Fuzz/Targets

# Libraries that are linked into the program, from a folder without their shared forms: loading those was a fifth of every
# start's instructions and a quarter of its page faults.
ARCHIVES := $(CURDIR)/.build/archives
# Without position independence, whose 110,000 relocations took 2 ms of every start.
RELEASE := swift build -c release --static-swift-stdlib -Xlinker -no-pie --pkg-config-path $(ARCHIVES)
BINARY := $(CURDIR)/.build/release/nixlite
VENV := .build/venv
TEST_LOG := .build/swift-test.log
export NIXLITE_BINARY := $(BINARY)
# What the tools print, and the tests compare, does not depend on the machine's language.
export LC_ALL := C.UTF-8

all: build

# $(call install-packages,NAMES): those of the Debian packages that are not there yet
define install-packages
missing=()
for name in $(1); do
  dpkg-query -W -f='$${db:Status-Status}\n' "$$name" 2>/dev/null | grep -qx installed || missing+=("$$name")
done
if [ $${#missing[@]} -gt 0 ]; then
  as_root=(); [ "$$(id -u)" = 0 ] || as_root=(sudo)
  "$${as_root[@]}" apt-get update -q
  "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$${missing[@]}"
fi
endef

packages:
	@$(call install-packages,$(BUILD_PACKAGES))

test-packages: packages
	@$(call install-packages,$(TEST_PACKAGES))

bench-packages: packages
	@$(call install-packages,$(BENCH_PACKAGES))

archives: packages
	@mkdir -p $(ARCHIVES)
	for name in crypto stdc++ sqlite3; do
	  ln -sfn "$$(clang -print-file-name=lib$$name.a)" $(ARCHIVES)/lib$$name.a
	done
	printf 'Name: libcrypto\nDescription: OpenSSL\nVersion: 3\nLibs: -L%s -lcrypto\n' $(ARCHIVES) >$(ARCHIVES)/libcrypto.pc

build: archives
	@$(RELEASE) --product nixlite

demo: build
	@examples/demo

test: test-packages
	@$(MAKE) --no-print-directory lint build
	$(MAKE) --no-print-directory unit-test
	$(MAKE) --no-print-directory corpus-stress end-to-end
	examples/demo
	grep -E '^[^ ]+ (Test run with|Suite .*failed)' $(TEST_LOG)

lint:
	@swift format lint --strict --parallel -r $(SWIFT_SOURCES)

# The tests are built for debugging, and run the release program.
unit-test:
	@swift build --build-tests
	swift test --skip-build 2>&1 | tee $(TEST_LOG) | grep -vE '(started\.|passed after .* seconds\.)$$' || \
	  { grep -E '^✘' $(TEST_LOG) | tail -n 40; exit 1; }

# Every case again while the collector runs, and poisons what it frees, every few allocations.
corpus-stress:
	@NIXLITE_CORPUS_GC_STRESS=997 swift test --skip-build --filter CorpusTests.CorpusTests 2>&1 | \
	  grep -vE '(started\.|passed after .* seconds\.)$$'

venv: test-packages
	@[ -e $(VENV)/complete ] && cmp -s Tests/EndToEndTests/requirements.txt $(VENV)/complete && exit 0
	rm -rf $(VENV)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check -r Tests/EndToEndTests/requirements.txt
	cp Tests/EndToEndTests/requirements.txt $(VENV)/complete

end-to-end: venv
	@$(VENV)/bin/python -m pytest -q -p no:cacheprovider Tests/EndToEndTests

install: build
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/nixlite
	strip $(DESTDIR)$(PREFIX)/bin/nixlite

# The names of Nix's programs that nixlite answers to.
install-compat: install
	for name in nix-instantiate nix-build nix-hash nix-prefetch-url nix-store; do
	  ln -sfn nixlite $(DESTDIR)$(PREFIX)/bin/$$name
	done

bench: build bench-packages
	@Benchmarks/run

bench-fetch: build bench-packages venv
	@HF_COMMAND=$(CURDIR)/$(VENV)/bin/hf AWS_COMMAND=$(CURDIR)/$(VENV)/bin/aws Benchmarks/fetch

format:
	@swift format -i --parallel -r $(SWIFT_SOURCES)
