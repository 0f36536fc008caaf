#!/bin/bash
# Explorer and SPIN on random protocols; `make agree N=n SEED=n` goes on for longer.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1
export MOTET GENERATE=$B/tests/agree/generate

t "the generator is deterministic" bash -c 'cmp <("$1" 7) <("$1" 7)' _ "$GENERATE"
t "and its seeds differ" bash -c '! cmp -s <("$1" 7) <("$1" 8)' _ "$GENERATE"

tests/agree/compare "${AGREE:-60}" 1 >"$work/even" 2>&1 &
tests/agree/compare "${AGREE:-60}" 5001 >"$work/odd" 2>&1
wait
for half in even odd; do
    t_has "no difference between the engines ($half)" "$work/$half" ' 0 disagree$'
    t_has "properties were decided by both ($half)" "$work/$half" '^[1-9][0-9]* properties .* [1-9][0-9]* hold, [1-9][0-9]* violated$'
    t_has "what holds was among them ($half)" "$work/$half" ' files .* [1-9][0-9]* hold,'
    t_has "what is violated, too ($half)" "$work/$half" ' files .* [1-9][0-9]* violated,'
    t "most were decided ($half)" awk '/ files / { for (i = 1; i < NF; i++) if ($(i + 1) ~ /^(refused|inconclusive|too)/) n += $i; exit n * 3 > $1 }' "$work/$half"
done

# Files on which the engines once differed.
for file in tests/agree/kept/*.proto-session; do
    t_exit "both engines call $(basename "$file" .proto-session) violated" 1 "$MOTET" check "$file"
    t_has "and both did so" "$out" '^  violated +[a-z-]+ +[A-Za-z]+ +explorer [0-9,]+ states, SPIN '
done

# The comparison notices a program whose engines differ, and shrinks the file: this one calls every file with a M1 wrong.
cat >"$work/liar" <<'END'
#!/bin/bash
if grep -q M1 "${!#}"; then echo "motet: internal error: they differ" >&2; exit 101; fi
END
chmod +x "$work/liar"
MOTET=$work/liar tests/agree/compare 20 1 >"$work/lies" 2>&1
t "a difference ends the comparison" test $? = 1
t_has "names the seed" "$work/lies" '^seed [0-9]+: motet: internal error'
t "and shrinks the file to what matters" test "$(grep -vc 'internal error' "$work/lies")" = 1
