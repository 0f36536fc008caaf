# A few hundred runs of chaos: with the seed's own strategy and faults, with each strategy, with all faults; and that a
# run can be repeated.
. "$(dirname "$0")/../lib.sh"
chaos=$B/tests/chaos
cd "$root" || exit 1

passes() { # the last line says how many
    "$chaos" "$@" >"$work/chaos" 2>&1 && tail -n 1 "$work/chaos" | grep -Eq '^[0-9]+ passed, 0 failed$'
}
hash() { "$chaos" --verbose "$@" | sed -n 's/^seed [0-9]*: hash \([0-9a-f]*\),.*/\1/p'; }
same() { [ -n "$1" ] && [ "$1" = "$2" ]; }
differ() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; }

t "300 seeds, each with its strategy and faults" passes --seeds=300
for strategy in random pct round-robin; do
    t "100 seeds, $strategy" passes --seed=1000 --seeds=100 --strategy=$strategy --faults=none
done
t "100 seeds with all faults" passes --seed=2000 --seeds=100 --faults=all
for fault in crash memory room batch delay clock spurious move; do
    t "30 seeds with $fault" passes --seed=3000 --seeds=30 --faults=$fault
done
t "the same seed is the same run" same "$(hash --seed=7)" "$(hash --seed=7)"
t "another seed is another run" differ "$(hash --seed=7)" "$(hash --seed=8)"
recorded=$(hash --seed=9 --record="$work/schedule")
t "a recorded run is replayed" same "$recorded" "$(hash --seed=9 --replay="$work/schedule")"
head -c 100 "$work/schedule" >"$work/half"
t "another schedule is another run" differ "$recorded" "$(hash --seed=9 --replay="$work/half")"
t_exit "an unknown fault is refused" 2 "$chaos" --faults=rain
t_exit "an unknown strategy is refused" 2 "$chaos" --strategy=luck
t_exit "a number that is none is refused" 2 "$chaos" --seed=x
