#!/bin/bash
# A few seconds of fuzzing, from the kept corpus and the repository's own protocols; `make fuzz SECONDS=n` goes on for longer.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1

t_exit "the fuzzers are built" 0 make -s fuzzers
for target in parser passes imports; do
    t "$target: there is a kept corpus" test "$(ls "tests/fuzz/corpus/$target" | wc -l)" -ge 100
    t_exit "$target: a few seconds of fuzzing find nothing" 0 env SECONDS_EACH="${FUZZ_SECONDS:-6}" tests/fuzz/run $target
    t_has "$target: it ran" "$err" 'Done [0-9]{3,} runs'
done
