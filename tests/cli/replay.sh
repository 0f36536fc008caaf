#!/bin/bash
# Saved counterexamples: written by check, taken again by replay, drawn in every form.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
negative=$root/tests/negative

protocol() { # BODY_OF_B
    cat >stuck.proto-session <<END
message M;
message N;
local A = B?M . B!N . end;
local B = $1;
session Stuck(A, B);
END
}
protocol 'A?N . A!M . end'
t_exit "a violation is saved" 1 "$MOTET" check --engine=explorer --save=saved stuck.proto-session
ce=saved/stuck.Stuck.deadlock-free.json
t "as steps" test -s "$ce"
t "and as a page" test -s saved/stuck.Stuck.deadlock-free.html
t_exit "it is taken again: violated" 1 "$MOTET" replay stuck.proto-session "$ce"
t_has "says what is" "$out" '^violated: deadlock-free of Stuck$'
t_has "and who waits" "$out" 'A +waits for M from B'
protocol 'A!M . A?N . end'
t_exit "once the file is put right: not violated" 0 "$MOTET" replay stuck.proto-session "$ce"
t_has "says so" "$out" '^not violated by this run: deadlock-free of Stuck$'

t_exit "what holds leaves nothing" 0 "$MOTET" check --engine=explorer --save=none stuck.proto-session
t "no folder either" test ! -e none

# ---- a run that is no longer possible ----
race=$negative/fidelity/price_race.proto-session
"$MOTET" check --engine=explorer --save=saved "$race" >"$out" 2>"$err"
t_exit "each property has its own" 1 "$MOTET" replay "$race" saved/price_race.Trading.fidelity.json
jq '.steps[1] = "Nobody sends Nothing to Nowhere"' saved/price_race.Trading.fidelity.json >edited.json
t_exit "a step that cannot be taken: not violated" 0 "$MOTET" replay "$race" edited.json
t_has "names it" "$out" '^step 2 is no longer possible: Nobody sends Nothing to Nowhere$'
t_has "and what is possible" "$out" '^possible instead:$'

# ---- formulas ----
retry=$negative/ltl/endless_retry.proto-session
"$MOTET" check --save=saved "$retry" >"$out" 2>"$err"
t_exit "a run that goes on for ever" 1 "$MOTET" replay "$retry" saved/endless_retry.Retry.1.ltl-served.json
t_has "is drawn with its cycle" "$out" '(from here on again and again|nothing happens any more)'
jq '.cycle = null' saved/endless_retry.Retry.1.ltl-served.json >edited.json
t_exit "without its cycle nothing is said" 0 "$MOTET" replay "$retry" edited.json
t_has "plainly" "$out" 'not a matter of one run'

# ---- every saved one of the negative tests, in every form ----
"$MOTET" check --engine=explorer --save=all "$negative"/{deadlock,fidelity,orphan} >"$out" 2>"$err"
t "there are some" test "$(find all -name '*.json' | wc -l)" -ge 7
for saved in all/*.json; do
    name=$(basename "$saved" .json)
    file=$(find "$negative" -name "${name%%.*}.proto-session")
    t_exit "$name: violated again" 1 "$MOTET" replay "$file" "$saved"
    t_exit "$name: written again" 1 "$MOTET" replay --format=json -o again.json "$file" "$saved"
    t "$name: the same" cmp <(jq -S . "$saved") <(jq -S . again.json)
    t_exit "$name: drawn" 1 "$MOTET" replay --format=dot -o chart.svg "$file" "$saved"
    t_has "$name: as a picture" chart.svg '<svg'
    t_exit "$name: as a sequence diagram" 1 "$MOTET" replay --format=mermaid "$file" "$saved"
    t_has "$name: of Mermaid" "$out" '^sequenceDiagram$'
    t_exit "$name: as a page" 1 "$MOTET" replay --format=html -o page.html "$file" "$saved"
    t_lacks "$name: that loads nothing" page.html '(src|href)='
    t "$name: with a frame for each state" jq -e '(.frames | length) == (.events | length) + 1' <(
        python3 -c 'import re,sys; print(re.search(r"id=\"story\">(.*?)</script>", open("page.html").read(), re.S)[1])')
done

# ---- what is no counterexample ----
printf '{ "format": 1,\n "subject": }' >wrong.json
t_exit "not JSON: 2" 2 "$MOTET" replay "$race" wrong.json
t_has "with the line" "$err" 'wrong.json is no saved counterexample: line 2'
echo '[1, 2]' >wrong.json
t_exit "not an object: 2" 2 "$MOTET" replay "$race" wrong.json
jq '.format = 2' "$ce" >wrong.json
t_exit "another format: 2" 2 "$MOTET" replay stuck.proto-session wrong.json
t_has "is named" "$err" '`format` is not 1'
jq '.steps[0] = 3' saved/price_race.Trading.fidelity.json >wrong.json
t_exit "a step that is no text: 2" 2 "$MOTET" replay "$race" wrong.json
jq '.subject = "Nowhere"' "$ce" >wrong.json
t_exit "a subject that is not there: 2" 2 "$MOTET" replay stuck.proto-session wrong.json
t_has "is named" "$err" 'has no system and no session Nowhere'
jq '.scope = 7' "$ce" >wrong.json
t_exit "a scope that is not there: 2" 2 "$MOTET" replay stuck.proto-session wrong.json
t_exit "no such file: 2" 2 "$MOTET" replay stuck.proto-session nowhere.json
t_exit "one file only: 2" 2 "$MOTET" replay stuck.proto-session
t_exit "a folder that cannot be made: 2" 2 "$MOTET" check --engine=explorer --save=/dev/null/x "$race"
