# charts.sh -- what a counterexample looks like, to be read in a diff: protocols that are wrong in one way each, every
# one a mistake that is easily made. Where the mistake can be put right, the other file, or the other number, holds.
. "$(dirname "$0")/../lib.sh"
golden=$root/tests/golden/charts

# The report without what differs from run to run: who decided, after how many states and how long, is checked apart.
report() { sed -E 's/ +(explorer|SPIN|projection) [0-9,]+ states?.*//' "$1"; }

# found FOLDER NAME PROPERTIES ENGINES: it is refused for these properties alone, the first of them by these engines,
# and with that chart
found() {
    local file=$2.proto-session
    cd "$root/tests/negative/$1" || exit 1
    t_exit "$2 is refused" 1 "$MOTET" check --format=json "$file"
    cp "$out" "$work/json"
    t "$2: $3, and nothing else" jq -e --arg p "$3" \
        '[.properties[] | select(.result != "holds") | .name] | join(" ") == $p' "$work/json"
    t "$2: so say $4" jq -e --arg e "$4" \
        '[.properties[] | select(.result != "holds") | .engines] |
            (.[0] | map(.engine + " " + .result) | join(", ")) == $e and all(.[][]; .result == "violated")' "$work/json"
    t_exit "$2 is refused in text" 1 "$MOTET" check "$file"
    report "$out" >"$work/$2.txt"
    t_golden "the chart of $2" "$work/$2.txt" "$golden/$2.txt"
}
both="explorer violated, spin violated"

# holds NAME FILE: all that is asked holds, says everybody
holds() {
    t_exit "$1" 0 "$MOTET" check --format=json "$2"
    t "$1, for both engines" jq -e 'all(.properties[].engines[]; .result == "holds") and
        ([.properties[].engines[].engine] | contains(["explorer", "spin"]))' "$out"
}
# with FILE SED-EXPRESSION: the file, changed
with() { sed "$2" "$1.proto-session" >"$work/$1.proto-session"; ! cmp -s "$1.proto-session" "$work/$1.proto-session"; }

found systems dining deadlock-free "$both"
holds "one who takes the other fork first breaks the ring" dining_fixed.proto-session

found systems restart_storm recovery "$both"
t "one crash less" with restart_storm 's/crashes 6/crashes 5/'
holds "is borne" "$work/restart_storm.proto-session"
t "one restart more" with restart_storm 's/intensity 1/intensity 2/'
holds "bears it, too" "$work/restart_storm.proto-session"

found systems stale_answer "ltl fresh" "$both"
holds "in one session nothing outlives the crash" stale_answer_fixed.proto-session

found systems lucky_mailbox no-orphans "$both"
t "room for one less" with lucky_mailbox 's/mailbox 2/mailbox 1/'
holds "is safe, by luck" "$work/lucky_mailbox.proto-session"
t_exit "bounds looks at all sizes" 0 "$MOTET" bounds lucky_mailbox.proto-session
cp "$out" "$work/lucky_mailbox.bounds.txt"
t_golden "and calls them not monotone" "$work/lucky_mailbox.bounds.txt" "$golden/lucky_mailbox.bounds.txt"

found systems starved_request "ltl served" "$both"
t "with a fair scheduler it is served" jq -e \
    '[.properties[] | select(.name == "ltl served") | .result] == ["holds", "violated"]' "$work/json"
t "the one that waits is the client" jq -e '.properties[] | select(.result == "violated") | .counterexample |
    .cycle as $c | [.events[$c:][].from] | unique | all(.[]; test("Monitor|Probe"))' "$work/json"

found try stale_note "deadlock-free no-orphans" "$both"
found try untold_logger deadlock-free "$both"
found try hasty_exit deadlock-free "$both"
found try lost_replica "deadlock-free recovery" "$both"
found try sleepless_sensor deadlock-free "$both"
