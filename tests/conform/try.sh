# try.sh -- protocols with try and catch, safe ones in try/ and subtly wrong ones in ../negative/try: both engines say so.
. "$(dirname "$0")/../lib.sh"
safe=$root/tests/conform/try wrong=$root/tests/negative/try

# both FILE PROPERTY: the results of the two engines, and what follows from them
both() {
    jq -r --arg p "$2" '.properties[] | select(.name == $p)
        | [(.engines | map(.engine + " " + .result) | join(", ")), .result] | join(": ")' "$1"
}
# says NAME FILE PROPERTY VERDICT
says() {
    local got
    got=$(both "$2" "$3")
    if [ "$got" = "explorer $4, spin $4: $4" ]; then pass "$1"; else fail "$1" "$3: $got"; fi
}
# has NAME FILE FILTER: jq finds something true
has() { if jq -e "[$3] | any" "$2" >/dev/null 2>&1; then pass "$1"; else fail "$1" "$3 finds nothing" "$(head -c 600 "$2")"; fi; }

for f in "$safe"/*.proto-session; do
    n=$(basename "$f" .proto-session)
    t_exit "$n is checked" 0 "$MOTET" check --format=json "$f"
    cp "$out" "$work/$n"
    for p in deadlock-free fidelity no-orphans; do
        says "$n: $p" "$work/$n" "$p" holds
    done
    t_exit "$n: everything goes on" 0 "$MOTET" check --engine=explorer --progress "$f"
done

# violated FILE PROPERTIES: these and no others
violated() {
    t_exit "$1 is refused" 1 "$MOTET" check --format=json "$wrong/$1.proto-session"
    cp "$out" "$work/$1"
    for p in deadlock-free fidelity no-orphans; do
        case " $2 " in
        *" $p "*) says "$1: $p is violated" "$work/$1" "$p" violated ;;
        *) says "$1: $p holds" "$work/$1" "$p" holds ;;
        esac
    done
}
story='.properties[] | select(.result == "violated") | .counterexample'

violated stale_note "deadlock-free no-orphans"
has "both sides time out" "$work/stale_note" "$story | [.events[] | select(.kind == \"event\") | .from] == [\"Shop\", \"Bank\"]"
has "the note is taken for another" "$work/stale_note" "$story | .events[-1] | .kind == \"receive\" and .message == \"Note\""
has "the interrupt cannot be taken" "$work/stale_note" "$story | .waiting[] | .kind == \"interrupt\""

violated untold_logger deadlock-free
has "the logger waits" "$work/untold_logger" "$story | .waiting[] | .participant == \"Logger\" and .kind == \"empty\""

violated hasty_exit deadlock-free
has "the bill is lost" "$work/hasty_exit" "$story | .events[] | .message == \"Bill\" and .lost"
has "the interrupt comes too late" "$work/hasty_exit" "$story | .waiting[] | .kind == \"interrupt\" and .peer == \"Client\""

violated lost_replica deadlock-free
has "the crash is caught" "$work/lost_replica" "$story | .events[] | .kind == \"crash\" and (.note | test(\"Client catches it\"))"
has "the auditor waits" "$work/lost_replica" "$story | .waiting[] | .participant == \"Auditor\""

violated sleepless_sensor deadlock-free
has "a cancel is shown" "$work/sleepless_sensor" "$story | .events[] | .kind == \"event\" and .event == \"cancel\""
has "its message is an interrupt" "$work/sleepless_sensor" "$story | .events[] | .kind == \"send\" and .message == \"Off\" and .interrupt"
has "the sensor waits" "$work/sleepless_sensor" "$story | .waiting[] | .participant == \"Sensor\""
