#!/bin/bash
# gen_c_random.sh -- random protocols as C: each is refused by name, or compiles strictly with both compilers; those that the
# explorer calls safe run to their ends under sanitizers, and with handlers that fail no worse than with aborted sessions.
# GEN_C=n of them from GEN_C_SEED on; more of both by hand.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/gen_c_kit/kit.bash"
cd "$root" || exit 1
n=${GEN_C:-12} first=${GEN_C_SEED:-1}
t "the library builds with AddressSanitizer" library asan
t "the library builds with ThreadSanitizer" library tsan

safe() { # in the model; more than that a run need not show
    "$MOTET" check --engine=explorer --time=10 --format=json "$1" 2>/dev/null | jq -e '[.properties[] |
        select(.name == "deadlock-free" or .name == "fidelity" or .name == "no-orphans") | .result] |
        length > 0 and all(. == "holds")' >/dev/null
}
named() { grep -q '^error\[E05[0-9][0-9]\]' "$1" && ! grep -q '^error\[E0[^5]' "$1"; }

compiled=0 refused=0 wrong=0 ran=0
for ((seed = first; seed < first + n; seed++)); do
    d=$work/$seed p=$work/$seed.proto-session
    "$B/tests/agree/generate" "$seed" | python3 "$kit/dress.py" "$seed" >"$p"
    if ! "$MOTET" gen c "$p" -o "$d" >"$out" 2>"$err"; then
        if named "$err"; then refused=$((refused + 1))
        elif grep -q '^error\[E0[123]' "$err"; then wrong=$((wrong + 1)) # no protocol
        else fail "seed $seed: gen c neither writes nor says why" "$(cat "$err")"; fi
        t "seed $seed: nothing is written" test ! -e "$d"
        continue
    fi
    compiled=$((compiled + 1))
    t "seed $seed: strict gcc and clang" strictly_both "$d"
    [ -e "$d/sys.c" ] && safe "$p" || continue
    ran=$((ran + 1))
    fill "$d"
    for s in asan tsan; do
        t "seed $seed: links with $s" compile "$d" $s sys_spec
        t "seed $seed: runs with $s" timeout 300 "$d/$s"
        t_has "seed $seed: as the model says" "$out" ' aborted 0 .* fidelity 0 crashes 0 '
        t "seed $seed: failing starts link with $s" compile "$d" $s sys_spec -DFILL_FAILS=300 '-DFILL_IN="_init"'
        t "seed $seed: and run with $s" timeout 300 "$d/$s"
        if grep -q resume "$p"; then continue; fi # a message that is dropped may be waited for
        t "seed $seed: failing handlers link with $s" compile "$d" $s sys_spec -DFILL_FAILS=30
        t "seed $seed: and run with $s" timeout 300 "$d/$s"
        t_has "seed $seed: no message is unexpected" "$out" ' fidelity 0 '
    done
    rm -rf "$d"
done
echo "# $n files from seed $first: $compiled compiled, of them $ran ran; $refused refused, $wrong are no protocols"
t "some were compiled" test $((compiled * 2)) -gt "$n"
t "and some ran" test "$ran" -gt 0
