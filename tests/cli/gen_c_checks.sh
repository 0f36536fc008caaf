#!/bin/bash
# gen_c_checks.sh -- refinements, contracts and invariants in generated C: they mean what they say, and what breaks one is
# told with its line.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1
case $B in /*) lib=$B/lib/libmotet.a ;; *) lib=$root/$B/lib/libmotet.a ;; esac
strict="-std=c11 -O1 -g -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Wmissing-prototypes -Werror"

# build FOLDER FLAGS...: FOLDER/run from all of its .c files
build() {
    local folder=$1
    shift
    # shellcheck disable=SC2086
    "$CC" $strict -Iruntime/include -Iexamples -I"$folder" "$@" -o "$folder/run" "$folder"/*.c "$lib" -lpthread
}
generate() { "$MOTET" gen c "$1" -o "$2" >/dev/null; }

# ---- expressions have the values that exact arithmetic gives ----
for seed in 1 2 3; do
    d=$work/exprs$seed
    mkdir -p "$d/c"
    t "seed $seed: expressions are made" python3 tests/cli/gen_c_checks/exprs.py $seed 200 "$d"
    t "seed $seed: and become C" generate "$d/exprs.proto-session" "$d/c"
    cp "$d/driver.c" "$d/c"
    t "seed $seed: which compiles" build "$d/c" -fsanitize=undefined -fno-sanitize-recover=all
    t "seed $seed: and is right" "$d/c/run"
    t "seed $seed: strict clang" clang $strict -Iruntime/include -I"$d/c" -fsyntax-only "$d/c/left.c"
done
sed -i 's/^    "0/    "1/' "$d/c/driver.c"
t "what is expected is changed" build "$d/c"
t_exit "and the test notices" 1 "$d/c/run"
t "without checks they are not there to compile" build "$work/exprs1/c" -DNDEBUG
t "nothing is left of them" sh -c '! grep -q "where" "$1"' - "$work/exprs1/c/run"

# ---- what breaks one is told ----
example=examples/telemetry
# broken FILE SED-EXPRESSION: the example with that change in place
broken() {
    rm -rf "$work/broken" && mkdir "$work/broken" && cp $example/*.[ch] "$work/broken" &&
        sed -i "$2" "$work/broken/$1" && ! cmp -s "$example/$1" "$work/broken/$1" &&
        generate $example/telemetry.proto-session "$work/broken"
}
line() { grep -n "$1" $example/telemetry.proto-session | cut -d: -f1; }

t "a handler that forgets to count" broken listener_handlers.c '/state.seen++/d'
t "it compiles" build "$work/broken"
t_exit "and fails" 1 "$work/broken/run"
t_has "by its contract" "$err" "^motet: Listener: telemetry.proto-session:$(line 'ensures state.seen == old(state.seen) + 1'): ensures \`state.seen == old\(state.seen\) \+ 1\` does not hold$"
t "without checks" build "$work/broken" -DNDEBUG
t_exit "only the books tell" 1 "$work/broken/run"
t_lacks "nothing checks the contract" "$err" 'ensures'

t "a maker of what is no temperature" broken thermometer_handlers.c 's/% 50)/+ 50)/'
t "it compiles, too" build "$work/broken"
t_exit "and fails, too" 1 "$work/broken/run"
t_has "by the refinement" "$err" "^motet: thermometer.* was to send what breaks its refinement: telemetry.proto-session:$(line 'Sensor -> Station: Reading'): Reading where \`celsius <= 60\`$"

t "a sender that counts wrong is believed by nobody" broken listener_handlers.c 's/.missed = l->readings - l->seen/.missed = l->readings/'
t "that compiles" build "$work/broken"
t_exit "that fails" 1 "$work/broken/run"
t_has "by what both know" "$err" "Summary where \`seen \+ missed == Done.readings\`"

t "a state that breaks the invariant" broken thermometer_handlers.c 's/self->state.sent++/(void)self/'
t "this compiles" build "$work/broken"
t_exit "this fails" 1 "$work/broken/run"
t_has "by the invariant" "$err" "^motet: Thermometer: telemetry.proto-session:$(line 'invariant'): invariant \`heard <= sent\` does not hold$"

t "a struct without its state" broken thermometer_handlers.c 's/struct thermometer_state state;/uint64_t other;/'
t_exit "does not compile" 1 build "$work/broken"
