#!/bin/bash
# The kernel's proofs hold, and a seeded bug in each proved function makes a goal fail.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1
export OUT=$root/build/proofs TIMEOUT=${TIMEOUT:-20}

proofs/prove >"$out" 2>&1
cat "$out"
while read -r file _; do
    case $file in '#'* | '') continue ;; esac
    t_has "$(basename "$file") is proved whole" "$out" "^ok   $(basename "$file"):"
done <proofs/tally

# mutant FILE SED-EXPRESSION: the changed copy must not prove
mutant() {
    rm -rf "$work/kernel" && cp -r runtime/kernel "$work/kernel"
    sed -i "$2" "$work/kernel/$1"
    if cmp -s "runtime/kernel/$1" "$work/kernel/$1"; then fail "mutant of $1 applies: $2"; return; fi
    TIMEOUT=5 KERNEL=$work/kernel OUT=$work/proofs proofs/prove "runtime/kernel/$1" >"$out" 2>&1
    t_has "mutant of $1 is caught: $2" "$out" "^FAIL $1: [0-9]+ of"
}
mkdir -p "$work/proofs" && cp build/proofs/why3.conf "$work/proofs/"
mutant ring.h 's/return head <= tail ?/return head < tail ?/'
mutant ring.h 's/return position < capacity ? position/return position <= capacity ? position/'
mutant ring.h 's/return position + 1u < 2u \* capacity/return position + 1u <= 2u * capacity/'
mutant step.h 's/label >= a->n_labels) {/label > a->n_labels) {/'
mutant step.h 's/a->next\[(uint32_t)state \* a->n_labels + label\]/a->next[(uint32_t)label * a->n_labels + state]/'
mutant window.c 's/now - w->at\[w->oldest\] <= w->span/now - w->at[w->oldest] < w->span/'
mutant window.c 's/w->n = w->n + 1u/w->n = w->n + 2u/'
mutant window.c 's/w->oldest + 1u < w->limit/w->oldest < w->limit/'
mutant supervision.c 's/MOTET__ONE_FOR_ALL ? s->lo : lo/MOTET__REST_FOR_ONE ? s->lo : lo/'
mutant supervision.c 's/MOTET__ONE_FOR_ONE ? hi : s->hi/MOTET__ONE_FOR_ALL ? hi : s->hi/'
mutant supervision.c 's/tree->temporary\[j\] == 0/tree->temporary[j] != 0/'
mutant backoff.c 's/last > most \/ 2u/last >= most/'
mutant backoff.c 's/chance % (span + 1u)/chance % (span + 2u)/'
