#!/bin/bash
# A few seconds of fuzzing, from the repository's own protocols; `make fuzz SECONDS=n` goes on for longer.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1

t_exit "the fuzzer is built" 0 make -s build/fuzz/passes
t_exit "ten seconds of fuzzing find nothing" 0 make -s fuzz SECONDS="${FUZZ_SECONDS:-10}"
t_has "it ran" "$err" 'Done [0-9]{3,} runs'
