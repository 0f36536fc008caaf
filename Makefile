# Makefile -- builds, tests and proves everything. `make help` lists the targets.
#
# Variables: CC=gcc|clang  SAN=asan|tsan (its own build folder)  V=1 (show commands)  DEBUG=1 (no optimisation)

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := all
ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
B := build$(if $(filter clang%,$(notdir $(CC))),/clang)$(if $(SAN),/$(SAN))

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith -Wundef -Werror
CFLAGS ?= $(if $(DEBUG),-O0,-O2) -g
SANFLAGS_asan := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANFLAGS_tsan := -fsanitize=thread
SANFLAGS := $(SANFLAGS_$(SAN))
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) $(CFLAGS) $(SANFLAGS)
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2);)

# ---- components: each sees only the headers that it may use ----
DSL_LAYERS := base front sema proto back
CHECKER_LAYERS := base step search ltl spin refine report
INC_base  := -Idsl/base
INC_front := $(INC_base) -Idsl/front
INC_sema  := $(INC_front) -Idsl/sema
INC_proto := $(INC_sema) -Idsl/proto
INC_back  := $(INC_proto) -Idsl/back -I$(B)/gen
INC_checker/base   := $(INC_base) -Idsl/front -Idsl/proto -Ichecker/base
INC_checker/step   := $(INC_checker/base) -Ichecker/step
INC_checker/search := $(INC_checker/step) -Ichecker/search
INC_checker/ltl    := $(INC_checker/search) -Ichecker/ltl
INC_checker/spin   := $(INC_checker/ltl) -Ichecker/spin
INC_checker/refine := $(INC_checker/base) -Ichecker/refine
INC_checker/report := $(INC_checker/ltl) -Ichecker/report -I$(B)/gen
INC_cli   := $(INC_back) $(addprefix -Ichecker/,$(CHECKER_LAYERS)) -Icli

RT_PUBLIC  := -Iruntime/include
INC_kernel := $(RT_PUBLIC) -Iruntime/kernel
INC_mem    := $(INC_kernel) -Iruntime/mem
CORE_PARTS := run mail session tree isolate system
INC_core   := $(INC_mem) -Iruntime/core $(addprefix -Iruntime/core/,$(CORE_PARTS))
INC_port   := $(RT_PUBLIC) -Iruntime/core -Iruntime/core/isolate
INC_sim    := $(INC_core) -Iruntime/port/sim

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
DSL_SRC     := $(sort $(foreach l,$(DSL_LAYERS),$(wildcard dsl/$(l)/*.c)))
FRONT_SRC   := $(filter dsl/base/% dsl/front/%,$(DSL_SRC))
CHECKER_SRC := $(sort $(foreach l,$(CHECKER_LAYERS),$(wildcard checker/$(l)/*.c)))
CLI_SRC     := $(sort $(wildcard cli/*.c))
RT_SRC      := $(sort $(wildcard runtime/kernel/*.c runtime/mem/*.c runtime/core/*/*.c runtime/port/*/*.c))
SKEL        := $(sort $(wildcard dsl/back/skel/*))
SKEL_H      := $(patsubst dsl/back/skel/%,$(B)/gen/skel/%.h,$(SKEL))
BENCH_SRC   := $(sort $(wildcard tests/bench/runtime/*.c tests/bench/runtime/sessions/*.c))
TEST_SRC    := $(sort $(wildcard tests/unit/*_test.c))
TESTS       := $(patsubst tests/unit/%.c,$(B)/tests/%,$(TEST_SRC))

LIBDSL := $(B)/lib/libmotetdsl.a
LIBCHECKER := $(B)/lib/libmotetchecker.a
LIBMOTET := $(B)/lib/libmotet.a
MOTET := $(B)/bin/motet
MOTET_BENCH := $(B)/bin/motet-bench
CHAOS := $(B)/tests/chaos

.PHONY: all
all: $(MOTET) $(LIBMOTET) ## build the program and the library

$(LIBDSL): $(call obj,$(DSL_SRC))
$(LIBCHECKER): $(call obj,$(CHECKER_SRC))
$(LIBMOTET): $(call obj,$(RT_SRC))
$(LIBDSL) $(LIBCHECKER) $(LIBMOTET):
	@mkdir -p $(@D)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

$(MOTET): $(call obj,$(CLI_SRC)) $(LIBCHECKER) $(LIBDSL)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SANFLAGS) -o $@ $^ -lcjson -lpthread

define component # folder prefix, include flags
$(B)/obj/$(1)/%.o: $(1)/%.c Makefile
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)$(CC) $$(ALL_CFLAGS) $(2) -MMD -MP -c -o $$@ $$<
endef
$(foreach l,$(DSL_LAYERS),$(eval $(call component,dsl/$(l),$(INC_$(l)))))
$(foreach l,$(CHECKER_LAYERS),$(eval $(call component,checker/$(l),$(INC_checker/$(l)))))
$(eval $(call component,cli,$(INC_cli)))
$(foreach l,kernel mem,$(eval $(call component,runtime/$(l),$(INC_$(l)))))
$(foreach l,$(CORE_PARTS),$(eval $(call component,runtime/core/$(l),$(INC_core))))
$(eval $(call component,runtime/port/posix,$(INC_port)))
$(eval $(call component,runtime/port/sim,$(INC_sim)))
$(eval $(call component,tests/bench/runtime,$(RT_PUBLIC)))

# Skeletons become C strings.
$(B)/gen/skel/%.h: dsl/back/skel/% dsl/back/embed.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v name='$*' -f dsl/back/embed.awk $< > $@.tmp && mv $@.tmp $@
$(call obj,$(wildcard dsl/back/*.c)): | $(SKEL_H)

# So does what `motet explain` prints.
$(B)/gen/errors.md.h: docs/errors.md dsl/back/embed.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v name='errors.md' -f dsl/back/embed.awk $< > $@.tmp && mv $@.tmp $@
$(call obj,cli/explain.c): | $(B)/gen/errors.md.h

# And the page that steps through a counterexample.
$(B)/gen/story.html.h: checker/report/page/story.html dsl/back/embed.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v name='story.html' -f dsl/back/embed.awk $< > $@.tmp && mv $@.tmp $@
$(call obj,checker/report/story_html.c): | $(B)/gen/story.html.h

# ---- tests ----
$(B)/tests/%: tests/unit/%.c $(LIBCHECKER) $(LIBDSL) $(LIBMOTET) Makefile
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) $(ALL_CFLAGS) $(INC_cli) $(INC_core) -MMD -MP -MF $@.d -MT $@ -o $@ $< $(LIBCHECKER) $(LIBDSL) $(LIBMOTET) -lcmocka -lcjson -lpthread

# Long versions of unit tests, run by hand: build/tests/stress/crashes 10000000
$(B)/tests/stress/%: tests/stress/%.c $(LIBMOTET) $(wildcard tests/unit/*.h) Makefile
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) $(ALL_CFLAGS) $(INC_core) -Itests/unit -o $@ $< $(LIBMOTET) -lcmocka -lpthread

# The runtime's own tests with nothing but the runtime, so that a sanitizer's build of them is small.
RT_TESTS := $(patsubst tests/unit/%.c,$(B)/rt/%,$(wildcard tests/unit/actor_*_test.c) \
    $(addprefix tests/unit/runtime,_test.c _policy_test.c _crash_test.c _decide_test.c))
$(B)/rt/%: tests/unit/%.c $(LIBMOTET) Makefile
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) $(ALL_CFLAGS) $(INC_core) -MMD -MP -MF $@.d -MT $@ -o $@ $< $(LIBMOTET) -lcmocka -lpthread

.PHONY: runtime-tests
runtime-tests: $(RT_TESTS)

.PHONY: sanitize
sanitize: ## run the runtime's tests under ASan+UBSan and under TSan, with 1, 2, 4 and 8 workers
	@CC=$(CC) tests/run sanitize

.PHONY: unit-programs
unit-programs: $(TESTS)

.PHONY: test
test: all unit-programs $(CHAOS) $(MOTET_BENCH) $(B)/tests/agree/generate ## run every test; ends with one line, N passed, N failed
	@MOTET=$(abspath $(MOTET)) B=$(B) CC=$(CC) tests/run

.PHONY: unit
unit: all unit-programs ## run the unit tests alone
	@MOTET=$(abspath $(MOTET)) B=$(B) CC=$(CC) tests/run unit

# libFuzzer needs clang. tests/fuzz/corpus is what is kept; build/fuzz/corpus grows while it runs.
FUZZ := build/fuzz
SECONDS ?= 60
SRC_parser = $(FRONT_SRC)
FUZZ_parser := -fno-sanitize-coverage=trace-cmp # it has a dictionary, and is to be fast
FUZZERS := $(patsubst tests/fuzz/%_fuzz.c,$(FUZZ)/%,$(wildcard tests/fuzz/*_fuzz.c))
$(FUZZ)/%: tests/fuzz/%_fuzz.c $(DSL_SRC) $(SKEL_H) $(wildcard dsl/*/*.h dsl/*/*.def) Makefile
	@mkdir -p $(FUZZ)
	$(call say,FUZZ,$@)clang -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all $(FUZZ_$(notdir $@)) $(INC_back) -o $@ $< $(or $(SRC_$(notdir $@)),$(DSL_SRC))

.PHONY: fuzzers
fuzzers: $(FUZZERS)

.PHONY: fuzz
fuzz: fuzzers ## throw bytes at the parser, and at all passes, for SECONDS=60 each; KEEP=1 keeps the corpus
	@SECONDS_EACH=$(SECONDS) KEEP=$(KEEP) tests/fuzz/run

.PHONY: prove
prove: ## prove the kernel with Frama-C; see proofs/CLAIMS.md
	@OUT=$(B)/proofs proofs/prove

$(B)/tests/agree/generate: tests/agree/generate.c
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) -std=c11 $(WARN) -O2 -o $@ $<

$(B)/tests/bench/explore: tests/bench/explore.c $(call obj,cli/load.c cli/subject.c) $(LIBCHECKER) $(LIBDSL)
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) $(ALL_CFLAGS) $(INC_cli) -o $@ $^ -lcjson -lpthread

.PHONY: bench-checker
bench-checker: all $(B)/tests/bench/explore ## states a second of the explorer, and SPIN's on the same models
	@MOTET=$(MOTET) EXPLORE=$(B)/tests/bench/explore tests/bench/checker

# The runtime's: a program with a row for each measurement, beside those of other actor systems.
BENCH_PEERS ?= ../shared/bench-peers
BENCH_ENV = BENCH_PEERS=$(BENCH_PEERS) MOTET_BENCH=$(MOTET_BENCH) LIMITS=$(B)/tests/bench/limits OUT=$(B)/bench CC=$(CC)
# Rows of sessions are handlers under generated code, of files whose systems are named here.
BENCH_GEN := $(B)/gen/bench
BENCH_GEN_OBJ := $(patsubst %,$(BENCH_GEN)/%.o,play_sessions near far court producer consumer works \
    circle_sessions node roundabout)
INC_bench := $(RT_PUBLIC) -I$(BENCH_GEN)
$(BENCH_GEN)/made: tests/bench/runtime/sessions/play.proto-session tests/bench/runtime/sessions/circle.awk $(MOTET)
	@mkdir -p $(@D)
	$(call say,GEN,$(@D))awk -v N=100 -f tests/bench/runtime/sessions/circle.awk > $(@D)/circle.proto-session && \
	    $(MOTET) gen c $< -o $(@D) >$@.log && $(MOTET) gen c $(@D)/circle.proto-session -o $(@D) >>$@.log && touch $@
$(BENCH_GEN)/%.o: $(BENCH_GEN)/made
	$(call say,CC,$(@:.o=.c))$(CC) $(ALL_CFLAGS) $(INC_bench) -MMD -MP -c -o $@ $(@:.o=.c)
$(call obj,$(filter tests/bench/runtime/sessions/%,$(BENCH_SRC))): $(BENCH_GEN)/made
$(eval $(call component,tests/bench/runtime/sessions,$(INC_bench) -Itests/bench/runtime))

$(MOTET_BENCH): $(call obj,$(BENCH_SRC)) $(BENCH_GEN_OBJ) $(LIBMOTET)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SANFLAGS) -o $@ $^ -lpthread
$(B)/tests/bench/limits: tests/bench/limits.c
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) -std=c11 $(WARN) -O2 -o $@ $< -lpthread

.PHONY: bench bench-quick bench-docs
bench: $(MOTET_BENCH) $(B)/tests/bench/limits ## the runtime beside its peers (BENCH_PEERS=dir), PAIRS=5 of runs each; ROWS='pp ask'
	@$(BENCH_ENV) tests/bench/runtime/compare
bench-quick: $(MOTET_BENCH) $(B)/tests/bench/limits ## the same in about a minute
	@$(BENCH_ENV) tests/bench/runtime/compare quick
bench-docs: ## put what `make bench` measured last into docs/benchmarks.md
	@tests/bench/runtime/page $(B)/bench docs/benchmarks.md

# The runtime in simulation.
$(CHAOS): $(wildcard tests/sim/*.c tests/sim/*.h) $(LIBMOTET)
	@mkdir -p $(@D)
	$(call say,TEST,$@)$(CC) $(ALL_CFLAGS) $(INC_core) -o $@ $(filter %.c,$^) $(LIBMOTET) -lpthread

SEEDS ?= 1000
.PHONY: sim
sim: $(CHAOS) ## simulate chaos: SEEDS=1000 runs from SEED=1 on
	@$(CHAOS) --seed=$(SEED) --seeds=$(SEEDS)

N ?= 200
SEED ?= 1
.PHONY: agree
agree: all $(B)/tests/agree/generate ## compare explorer and SPIN on N=200 random protocols from SEED=1 on
	@MOTET=$(MOTET) GENERATE=$(B)/tests/agree/generate tests/agree/compare $(N) $(SEED)

.PHONY: corpus
corpus: all ## compare verdicts with those that others published, and print what differs; FULL= leaves out most of SPIN
	@MOTET=$(abspath $(MOTET)) B=$(B) CC=$(CC) FULL=$(if $(filter undefined,$(origin FULL)),1,$(FULL)) tests/run corpus; status=$$?; \
	    grep -h '^# ' $(B)/tests/log/corpus-*; exit $$status

.PHONY: golden-accept
golden-accept: all ## take what the program prints now as the golden files; review the diff
	@MOTET=$(abspath $(MOTET)) B=$(B) CC=$(CC) ACCEPT=1 tests/run golden

.PHONY: deps
deps: ## install what Debian has of the tools and libraries used
	@sh .ci/deps

.PHONY: demo
demo: all ## two-phase commit: check, draw, generate, compile, run; then two broken variants
	@MOTET=$(abspath $(MOTET)) B=$(B) CC=$(CC) sh examples/two_phase_commit/demo.sh

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo '  variables: CC=gcc|clang  SAN=asan|tsan  V=1  DEBUG=1'

-include $(shell find $(B)/obj $(B)/tests $(B)/gen -name '*.d' 2>/dev/null)
