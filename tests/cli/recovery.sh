# recovery.sh -- does a system come back from the crashes in its scope? Asked and answered from the outside.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

house() { # intensity of the root, crashes, extra words of the verify block
    cat <<END
module press.house;
message Page;
message Proof;
session Printing(role Desk, role Press) { Desk -> Press: Page; Press -> Desk: Proof; }
actor Editor plays Printing.Desk;
actor Printer plays Printing.Press { mailbox 2 shared drop_newest; }
system House {
  supervisor root one_for_one intensity $1 in 1m { child desk: Editor permanent; child press: Printer permanent; }
  wire Printing(Desk = desk, Press = press);
}
verify House { crashes $2 of press; ${3:-} }
END
}
house 2 2 >bears.proto-session
house 2 3 >storm.proto-session
house 2 3 'loss 1;' >loss.proto-session
sed '/^verify/d' bears.proto-session >calm.proto-session
result='.properties[] | select(.name == "recovery")'

t_exit "as many crashes as restarts" 0 "$MOTET" check --format=json bears.proto-session
t "both engines say that it comes back" jq -e \
    "$result | .result == \"holds\" and (.engines | map(.engine)) == [\"explorer\", \"spin\"]" "$out"
t_exit "one more is too much" 1 "$MOTET" check --format=json --save=saved storm.proto-session
t "both engines say so" jq -e "$result | [.engines[].result] == [\"violated\", \"violated\"]" "$out"
t "nothing else is wrong" jq -e '[.properties[] | select(.result != "holds") | .name] == ["recovery"]' "$out"
t "the last event says who gives up" jq -e \
    "$result | .counterexample.events | length == 3 and (.[2].note | test(\"root gives up; the system stops\"))" "$out"
t "a note says what a shared mailbox may drop" jq -e '.notes | any(test("shared mailbox of Printer may drop"))' "$out"
t_exit "with losses in the scope" 1 "$MOTET" check --format=json loss.proto-session
t "there is no such note" jq -e '.notes == []' "$out"
t_exit "without crashes" 0 "$MOTET" check --format=json calm.proto-session
t "nobody asks" jq -e "[$result] == []" "$out"

t_exit "SPIN alone finds that somebody gives up" 1 "$MOTET" check --engine=spin --format=json storm.proto-session
t "and says so" jq -e "$result | .result == \"violated\" and [.engines[].engine] == [\"spin\"]" "$out"
t_exit "that nobody does is only the half of it" 0 "$MOTET" check --engine=spin --format=json bears.proto-session
t "so it says nothing" jq -e "[$result] == []" "$out"
t_exit "the explorer alone" 1 "$MOTET" check --engine=explorer --format=json storm.proto-session

t_exit "the run is saved and replayed" 1 "$MOTET" replay storm.proto-session saved/storm.House.1.recovery.json
t_has "and violates it" "$out" '^violated: recovery of House'
t_exit "with a restart more it is no longer a run" 0 "$MOTET" replay bears.proto-session saved/storm.House.1.recovery.json
t_exit "bounds are no matter of crashes" 0 "$MOTET" bounds storm.proto-session
for format in sarif junit github; do
    t_exit "in $format" 1 "$MOTET" check --format=$format storm.proto-session
    t_has "$format names it" "$out" recovery
done

# One of two sessions is stuck while the other goes on: no deadlock, and no recovery either.
cat >half.proto-session <<'END'
module press.half;
message Go;
message Stop;
message Never;
local A = rec L . +{ B!Go . L, B!Stop . B?Never . end };
local B = rec L . &{ A?Go . L, A?Stop . A?Never . A!Never . end };
session Pair(A, B);
actor X plays Pair.A;
actor Y plays Pair.B;
system Sys {
  supervisor root one_for_one intensity 1 in 1m { child x: X permanent; child y: Y permanent; }
  wire Pair(A = x, B = y);
}
verify Sys { sessions 2; crashes 1 of x; }
END
t_exit "one session is stuck" 1 "$MOTET" check --format=json half.proto-session
t "the explorer sees that it is" jq -e "$result | .result == \"violated\" and [.engines[].engine] == [\"explorer\"]" "$out"
t "without a crash" jq -e "$result | [.counterexample.events[].kind] | index(\"crash\") == null" "$out"
