# broken.sh -- protocols that violate one property each: refused, by both engines alike, with a chart where there is one.
. "$(dirname "$0")/../lib.sh"
cd "$root/tests/negative" || exit 1

# The names of the properties that are not "holds", in order.
broken_of() { jq -r '[.properties[] | select(.result != "holds") | .name] | join(" ")' "$1"; }
# Do the engines that looked at a broken property all call it violated?
agree() { jq -e 'all(.properties[] | select(.result != "holds") | .engines[]; .result == "violated")' "$1" >/dev/null; }
engines_of() { jq -r '[.properties[] | select(.result != "holds") | .engines[].engine] | unique | join(" ")' "$1"; }
# Every event of every chart names a file and a line, and so does everybody who waits (an orphan's receiver is done).
charted() {
    jq -e '[.properties[] | select(.result != "holds") | .counterexample] |
           length > 0 and all(.[]; (.events | length > 0) and
           all(.events[] | select(.kind != "crash"); .line > 0 and (.file | length > 0)) and
           all(.waiting[]; (.kind == "orphan" or .line > 0) and (.why | length > 0)))' "$1" >/dev/null
}

same() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got: $2" "expected: $3"; fi; }

refused() { # file, broken properties, engines
    local f=$1.proto-session json=$work/json
    t_exit "$1 is refused" 1 "$MOTET" check --format=json "$f"
    cp "$out" "$json"
    same "$1 breaks what it is meant to break, and nothing else" "$(broken_of "$json")" "$2"
    same "$1 is judged by $3" "$(engines_of "$json")" "$3"
    t "$1: the engines agree" agree "$json"
}

for f in implementable/courier implementable/two_clocks; do
    refused $f implementable projection
    t "$f: a diagnostic with a place and a cure" jq -e '.diagnostics[0] | .line > 0 and (.help | length > 0)' "$work/json"
done
for f in deadlock/painters deadlock/both_listen; do
    refused $f deadlock-free "explorer spin"
    t "$f: a chart" charted "$work/json"
done
refused fidelity/eager_sensor fidelity "explorer spin"
t "fidelity/eager_sensor: a chart" charted "$work/json"
t "fidelity/eager_sensor: it names the message" jq -e \
    '.properties[] | select(.name == "fidelity") | .counterexample.waiting | any(.why | test("Reading"))' "$work/json"
refused fidelity/price_race "deadlock-free fidelity" "explorer spin"
t "fidelity/price_race: a chart" charted "$work/json"
for f in orphan/late_heartbeat orphan/double_answer; do
    refused $f no-orphans "explorer spin"
    t "$f: a chart" charted "$work/json"
done
refused ltl/endless_retry "ltl served" "explorer spin"
t "ltl/endless_retry: the chart has a part that repeats" jq -e \
    '.properties[] | select(.name == "ltl served") | .counterexample | has("cycle") and (.events | length > 0)' "$work/json"
refused ltl/ship_before_pay "ltl money_first" "explorer spin"
t "ltl/ship_before_pay: a chart" charted "$work/json"

cd "$root/examples/ring_of_four" || exit 1
refused mailbox_1 deadlock-free "explorer spin"
same "ring_of_four: all four wait" "$(jq -r \
    '.properties[] | select(.result != "holds") | [.counterexample.waiting[].participant] | sort | join(" ")' "$work/json")" \
    "East North South West"
