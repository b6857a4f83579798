# Paring. `make run` and `make test` are the two commands; `make help` lists the rest.
VARIANT ?= release
BUILD := build/$(VARIANT)
PREFIX ?= /usr/local
JOBS ?= -j$(shell nproc)

FOLDERS := base store classifier responses fallback bot training server cli
# Debian packages, and what for. `make run` and `make test` install what is missing of the first and the first two.
PACKAGES_build := gcc make pkg-config libc6-dev libsvm-dev libsqlite3-dev libcurl4-openssl-dev libcjson-dev \
	libgmp-dev libsodium-dev libutf8proc-dev libmicrohttpd-dev \
	libyaml-dev libarchive-dev libxml2-dev libxlsxwriter-dev zlib1g-dev poppler-utils poppler-data
PACKAGES_test := libcmocka-dev python3 sqlite3 openssl
# Wanted, and done without where they cannot be had: what builds the web pages, and what the tests look at them with.
WANTED_build := nodejs npm
WANTED_test := chromium
PACKAGES_lint := clang clang-format clang-tidy cppcheck
PACKAGES_fuzz := clang libclang-rt-14-dev
PACKAGES_marks := wordnet-base dict-gcide
PACKAGES_bench := fasttext python3-sklearn wrk nginx-light $(PACKAGES_marks)
PACKAGES_coverage := gcovr
PACKAGES_fresh := debootstrap

LIBRARIES := sqlite3 libcurl libcjson gmp libsodium libutf8proc libmicrohttpd yaml-0.1 libarchive libxml-2.0 xlsxwriter
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wundef -Wwrite-strings
# Contraction into FMA would make a release depend on the CPU it was trained on.
HARDENING := -fstack-protector-strong -fPIE -ffp-contract=off
ifeq ($(VARIANT),asan)
  SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifeq ($(VARIANT),tsan)
  # One copy of each function: the resolver that chooses between copies runs before the sanitizer is there.
  SANITIZE := -fsanitize=thread "-Dtarget_clones(...)="
else ifeq ($(VARIANT),coverage)
  SANITIZE := --coverage -O0
else ifeq ($(VARIANT),fuzz)
  CC := clang
  SANITIZE := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
else
  HARDENING += -D_FORTIFY_SOURCE=2
endif
ALL_CFLAGS = -std=c17 -D_POSIX_C_SOURCE=200809L -I. $(WARNINGS) $(HARDENING) $(SANITIZE) -pthread \
	$(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null) $(CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -pthread $(SANITIZE) $(LDFLAGS)
LDLIBS = $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lsvm -lm

SOURCES := $(filter-out cli/main.c,$(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/samples.o $(BUILD)/prompts.o $(BUILD)/pages.o
LIBRARY := $(BUILD)/libparing.a
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/replay_%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))
SHIM := $(BUILD)/tests/faults/fail_nth.so
SAMPLES := $(wildcard training/corpora/*/*.csv training/corpora/*/*/*.csv training/corpora/*/documents/*.md training/corpora/*/bot.conf)
CONSOLE := $(wildcard console/src/* console/src/*/* console/src/*/*/* console/*.js console/*.json console/*.html console/build.sh)

SAY = $(if $(V),,@echo '  $@';)# V=1 shows the commands

.PHONY: all console FORCE run test units tests asan tsan faults fuzz fuzzers lint bench benches soak marks coverage install fresh clean help
.SECONDARY:

all: $(BUILD)/paring

$(BUILD)/paring: $(BUILD)/cli/main.o $(LIBRARY)
	$(SAY) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	$(SAY) rm -f $@ && $(AR) qcs $@ $^
	@twice=$$(nm -g --defined-only $@ | sed -n 's/^[0-9a-f]* [A-TV-Z] //p' | sort | uniq -d); \
	    [ -z "$$twice" ] || { echo "$@: defined in two files: $$twice" >&2; rm -f $@; exit 1; }

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The sample bots ride inside the binary: an assembler listing that includes each file as it is.
$(BUILD)/samples.S: $(SAMPLES) training/corpora/embed.sh
	@mkdir -p $(@D)
	$(SAY) sh training/corpora/embed.sh $(SAMPLES) >$@.tmp && mv $@.tmp $@
# So do the prompts that a bot begins with.
$(BUILD)/prompts.S: $(wildcard fallback/prompts/*.txt) training/corpora/embed.sh
	@mkdir -p $(@D)
	$(SAY) TABLE=prompt_files FOLDER=fallback/prompts/ sh training/corpora/embed.sh $(wildcard fallback/prompts/*.txt) >$@.tmp && mv $@.tmp $@
# And the pages, where node has built them; a list without any is tried again by the next make.
build/console/list: $(CONSOLE) $(if $(shell [ -s build/console/list ] || echo empty),FORCE)
	@sh console/build.sh build/console
FORCE:
console:
	@rm -f build/console/npm-failed
	@CONSOLE_MUST=1 sh console/build.sh build/console
	@$(MAKE) --no-print-directory all
$(BUILD)/pages.S: build/console/list training/corpora/embed.sh
	@mkdir -p $(@D)
	$(SAY) TABLE=page_files FOLDER=build/console/dist/ sh training/corpora/embed.sh $$(cat $<) >$@.tmp && mv $@.tmp $@
$(BUILD)/samples.o $(BUILD)/prompts.o $(BUILD)/pages.o: %.o: %.S
	$(SAY) $(CC) -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(SAY) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/tests/bench/bench.o $(BUILD)/tests/bench/heap.o $(LIBRARY)
	$(SAY) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/api/%: $(BUILD)/tests/api/%.o $(LIBRARY)
	$(SAY) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

# The fuzz targets with a main of our own, which gives them the committed corpus once.
$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIBRARY)
	$(SAY) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(SHIM): tests/faults/fail_nth.c
	@mkdir -p $(@D)
	$(SAY) $(CC) -O2 -fPIC -shared $(WARNINGS) -Wno-pedantic $(if $(filter asan tsan,$(VARIANT)),-DNO_MEMORY) -o $@ $<

build/fuzz/tests/fuzz/%: build/fuzz/tests/fuzz/%.o build/fuzz/libparing.a
	$(SAY) clang $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

run: packages-build
	@$(MAKE) --no-print-directory $(JOBS) all
	@sh tests/run.sh $(BUILD)/paring

tests: $(BUILD)/paring $(UNITS) $(REPLAYS) $(SHIM) $(BUILD)/tests/api/ask_model
test: packages-test
	@$(MAKE) --no-print-directory $(JOBS) tests
	@sh tests/all.sh $(BUILD)
units: $(UNITS)
	@sh tests/units.sh $(UNITS)
asan tsan: packages-test
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=$@ tests
	@sh tests/all.sh build/$@
faults: packages-test
	@$(MAKE) --no-print-directory $(JOBS) tests
	@LONG=1 sh tests/faults/run.sh $(BUILD)
SECONDS ?= 60
fuzz: packages-fuzz
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=fuzz fuzzers
	@sh tests/fuzz/run.sh $(SECONDS)
fuzzers: $(FUZZERS)
lint: packages-lint
	@sh tests/lint.sh
bench: packages-bench
	@$(MAKE) --no-print-directory $(JOBS) all benches
	@sh tests/bench/run.sh $(BUILD)
benches: $(BENCHES)
soak: packages-test
	@$(MAKE) --no-print-directory $(JOBS) all
	@python3 -B tests/bench/soak.py $(BUILD) $(SECONDS)
marks: packages-marks
	@$(MAKE) --no-print-directory $(JOBS) all
	@sh tests/bench/marks.sh $(BUILD)/paring
coverage: packages-coverage
	@$(MAKE) --no-print-directory $(JOBS) VARIANT=coverage tests
	@sh tests/coverage.sh
fresh: packages-fresh
	@sh tests/fresh.sh
packages-%:
	@WANTED="$(WANTED_build) $(if $(filter test,$*),$(WANTED_test))" sh tests/packages.sh $(sort $(PACKAGES_build) $(if $(filter-out build,$*),$(PACKAGES_test)) $(PACKAGES_$*))

install: all
	install -D -m 755 $(BUILD)/paring $(DESTDIR)$(PREFIX)/bin/paring
	install -D -m 644 cli/paring.1 $(DESTDIR)$(PREFIX)/share/man/man1/paring.1
	mkdir -p $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's,@PREFIX@,$(PREFIX),' server/paring.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/paring.service
	install -D -m 644 training/corpora/insurance-ko/bot.conf $(DESTDIR)$(PREFIX)/share/doc/paring/bot.conf.example
clean:
	rm -rf build
help:
	@echo 'make              build/release/paring'
	@echo 'make run          serve the sample bot on 127.0.0.1:8080, installing what Debian packages are missing'
	@echo 'make test         every test; asan and tsan: the same under sanitizers'
	@echo 'make faults       every injected failure, hundreds of kills; make fuzz SECONDS=60'
	@echo 'make lint         layout, layers, analysers (LINT=all: not only what has changed)'
	@echo 'make bench        speed and memory; make marks: accuracy on public sets; make coverage'
	@echo 'make soak         one server under everything at once, SECONDS=3600: its memory must not grow'
	@echo 'make fresh        run and test in a new Debian, as root'
	@echo 'make console      the web pages, which need node (make leaves them out without it)'
	@echo 'make install      DESTDIR= PREFIX=; make clean'

-include $(OBJECTS:.o=.d) $(BUILD)/cli/main.d $(UNITS:=.d) $(BENCHES:=.d) $(FUZZERS:=.d) $(REPLAYS:$(BUILD)/tests/fuzz/replay_%=$(BUILD)/tests/fuzz/fuzz_%.d)
