#!/bin/bash
# drawings_and_json.sh -- JSON has the members that docs/json.md describes and no other, drawings have what JSON says, Graphviz takes
# them: of the examples, of a file with something of each part of the language, and of random protocols.
. "$(dirname "$0")/../lib.sh"
here=$root/tests/cli/drawings_and_json
cd "$root" || exit 1

shape() { python3 "$here/shape.py" docs/json.md "$@"; }
drawn() { python3 "$here/drawn.py" "$@"; }
graphviz() { # FOLDER
    local f
    for f in "$1"/*.dot; do dot -Tsvg -o /dev/null "$f" 2>"$work/dot.log" && ! [ -s "$work/dot.log" ] || { echo "$f"; cat "$work/dot.log"; return 1; }; done
}

# renders NAME FILE: JSON and drawings of it, as they should be
renders() {
    local d=$work/$1
    t "$1: JSON" "$MOTET" gen json "$2" -o "$d/json"
    t "$1: is as documented" shape "$d"/json/*.json
    t "$1: drawings" "$MOTET" gen dot "$2" -o "$d/dot"
    t "$1: have all that JSON says" drawn "$d"/json/*.json "$d/dot"
    t "$1: and are drawings" graphviz "$d/dot"
}

renders bazaar "$here/bazaar.proto-session"
renders depot tests/golden/pictures_and_json/depot.proto-session
for f in examples/*/*.proto-session tests/conform/try/*.proto-session; do renders "$(basename "$f" .proto-session)" "$f"; done
t_exit "a picture of it all" 0 "$MOTET" graph "$here/bazaar.proto-session" -o "$work/all.svg"

drawn=0
for ((seed = 1; seed <= ${DRAWN:-12}; seed++)); do
    "$B/tests/agree/generate" "$seed" | python3 tests/cli/gen_c_kit/dress.py "$seed" >"$work/seed$seed.proto-session"
    "$MOTET" gen json "$work/seed$seed.proto-session" --stdout >/dev/null 2>&1 || continue # no protocol
    drawn=$((drawn + 1))
    renders "seed$seed" "$work/seed$seed.proto-session"
done
t "random protocols were among them" test "$drawn" -gt 5

# ---- the tests notice ----

json=$work/bazaar/json/bazaar.json
wrong() { # NAME JQ-FILTER PATTERN
    jq "$2" "$json" >"$work/wrong.json"
    t "$1: is another document" sh -c '! cmp -s "$1" "$2"' - <(jq . "$json") "$work/wrong.json"
    t_exit "$1: is noticed" 1 shape "$work/wrong.json"
    t_has "$1: by its place" "$err" "$3"
}
wrong "a member that is missing" 'del(.sessions[1].events[0].after_ns, .sessions[1].events[0].level)' "events\[0\]: has no 'level'"
wrong "a member that nobody knows" '.actors[0].color = "red"' "actors\[0\]: has 'color', which is not documented of a actor"
wrong "a word that nobody knows" '.actors[0].policy = "drop"' "policy: is 'drop'"
wrong "a number for a text" '.verify[0].ltl[0].formula = 1' 'formula: is 1'
wrong "an edge to nowhere" '.sessions[1].locals[0].states[0].edges[0].target = 999' 'leads to 999'
wrong "two edges alike" '.sessions[1].global.states[0].edges |= . + .' 'twice'
wrong "a try without its event" '.sessions[1].global.tries[0].handlers |= .[1:]' 'tries catch other events'
wrong "a wire of a role that is not there" '.systems[0].wires[0].bindings[0].role = "Nobody"' 'does not bind each role'
wrong "a type of which half is missing" '(.messages[].fields[] | select(.name == "note").type.element) |= null' 'is no object'
sed 's/`after_ns`//' docs/json.md >"$work/json.md"
t_exit "a member that is not documented any more: is noticed" 1 python3 "$here/shape.py" "$work/json.md" "$json"
t_has "by its name" "$err" 'does not document after_ns\? of a event'

undrawn() { # NAME DRAWING SED-EXPRESSION PATTERN
    rm -rf "$work/undrawn" && cp -r "$work/bazaar/dot" "$work/undrawn"
    sed -i "$3" "$work/undrawn/$2"
    t "$1: is another drawing" sh -c '! cmp -s "$1" "$2"' - "$work/bazaar/dot/$2" "$work/undrawn/$2"
    t_exit "$1: is noticed" 1 drawn "$json" "$work/undrawn"
    t_has "$1: by its place" "$err" "$4"
}
undrawn "an event that is not drawn" Buy.global.dot 's/<br\/>cancel//' 'Buy.global.dot has 2 of 3 events'
undrawn "an interrupt that is drawn as a message" Buy.Buyer.local.dot 's/(interrupt)//' 'lacks Seller\[0\]!Gone \(interrupt\)'
undrawn "a refinement that is not drawn" Side.global.dot 's/where n &lt; 5//' 'lacks where n < 5'
undrawn "an order that Graphviz forgets" Market.system.dot 's/, remincross=false//' 'members of root in another order'
undrawn "a contract that is not drawn" Market.system.dot 's/requires cents &lt; 50/requires nothing/' 'lacks requires cents < 50'
undrawn "a decision that is not drawn" Market.system.dot 's/timeout: stop/timeout: resume/' 'lacks timeout: stop'
