# states.sh -- the models that SPIN gets are not much larger than one that is written by hand for the same.
. "$(dirname "$0")/../lib.sh"
bench=$root/tests/bench
cd "$work" || exit 1

by_hand() { # crashes
    rm -f pan pan.* && spin -DK="$1" -a "$bench/two_phase_commit.pml" >log 2>&1 &&
        ${CC%% *} -w -DSAFETY -o pan pan.c >>log 2>&1 && ./pan -n >report 2>&1 &&
        grep -q 'errors: 0' report && awk '/states, stored/ { print int($1) }' report
}
ours() { # crashes, strategy
    sed "s/crashes 1/crashes $1/; /supervisor group/s/one_for_one/$2/" "$bench/two_phase_commit.proto-session" \
        >"$2.proto-session"
    "$MOTET" check --format=json "$2.proto-session" >json 2>/dev/null || return 1
    jq '[.properties[] | select(.name == "deadlock-free").engines[] | select(.engine == "spin").states][0]' json
}

for crashes in 1 2 3; do
    hand=$(by_hand $crashes)
    t "by hand, crashes $crashes: all holds" test "${hand:-0}" -gt $((170 * (crashes + 1)))
    for strategy in one_for_one one_for_all rest_for_one; do
        states=$(ours $crashes $strategy)
        t "$strategy, crashes $crashes: ours is at most half as large again" test "$((2 * ${states:-9999}))" -le "$((3 * hand))"
        t "$strategy, crashes $crashes: and no smaller, for the same behaviour" test "${states:-0}" -ge "$hand"
    done
done
# The model by hand can fail: its coordinator takes no No, or waits for what nobody sends.
for wrong in 's/TAKE(c, 4, from1, No, 5) WRONG(c, 4, from1, Yes, No)/WRONG(c, 4, from1, Yes, Yes)/' 's/SEND(pc, 3, out, Done, P_DONE)/SEND(pc, 3, out, No, P_DONE)/' \
    's/SEND(c, 13, to2, Abort, C_DONE)/SEND(c, 13, to1, Abort, C_DONE)/'; do
    mkdir -p wrong/tests/bench && sed "$wrong" "$bench/two_phase_commit.pml" >wrong/two_phase_commit.pml
    t "a change by hand shows" bash -c "! cmp -s wrong/two_phase_commit.pml '$bench/two_phase_commit.pml'"
    bench=$work/wrong by_hand 1 >/dev/null
    t_lacks "and is found" report 'errors: 0'
done
