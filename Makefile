# SPDX-License-Identifier: BSD-2-Clause
# A thin front of the Meson build, for habit: make, make demo, make check, make install.
# BUILD is the build directory, SETUP is passed to meson setup.
BUILD ?= build
SETUP ?=

all: build

deps-%:
	@scripts/deps $*

$(BUILD)/build.ninja:
	@meson setup $(SETUP) $(BUILD) >/dev/null || { meson setup $(SETUP) $(BUILD); exit 1; }

build: deps-build $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

# The page's example, over a capture of real traffic.
demo: deps-demo build
	@scripts/demo $(BUILD)

# Every test; as root also the comparisons with the running kernel.
check: deps-check $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet
	@scripts/check $(BUILD)

install: build
	@meson install -C $(BUILD) --quiet

clean:
	@rm -rf $(BUILD)

.PHONY: all build demo check install clean
