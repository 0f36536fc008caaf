#!/bin/bash
# bench.sh -- motet-bench: each of its rows runs with any number of workers and prints lines of the right form, wrong
# arguments are refused; and the table that `make bench` makes of numbers. What the numbers are does not matter here.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1
bench=$B/bin/motet-bench

# ---- rows ----
t_exit "without arguments it says what it takes" 2 "$bench"
t_has "and names the rows" "$err" '^  pp +2000000 .*ping-pong'
rows=$(awk '/^  / { print $1 }' "$err")
t "there are rows" test -n "$rows"
prints() { # WORKERS ROW [N]: ends well; R once, LAT and MEM where they belong, and nothing else
    timeout 100 "$bench" "$1" "$2" "${3:-3000}" >"$work/lines" && awk -v row="$2" '
        $1 == "R" && NF == 3 && $2 ~ /^[1-9][0-9]*$/ && $3 ~ /^[1-9][0-9]*$/ { r++; next }
        $1 == "LAT" && NF == 4 && $2 <= $3 && $3 <= $4 { lat++; next }
        $1 == "MEM" && NF == 3 && $2 ~ /^[0-9]+$/ { mem++; next }
        { bad++ }
        END { exit !(r == 1 && !bad && lat + 0 == (row ~ /ask/) && mem + 0 == (row == "idle")) }' "$work/lines"
}
for w in 1 2 4; do
    for row in $rows; do
        case $row/$w in *x/1) continue ;; esac
        t "$row with $w workers" prints $w "$row"
    done
done
for row in ring big mto1 cham rr; do
    t_exit "$row takes a number of actors" 0 timeout 100 "$bench" 2 $row 2000 7
done
for row in $rows; do
    t "$row with one operation" prints 2 "$row" 1
done

# ---- arguments ----
wrong() { # WHAT PATTERN ARGS...
    local what=$1 pattern=$2; shift 2
    t_exit "$what" 2 "$bench" "$@"
    t_has "and it says so" "$err" "$pattern"
}
wrong "no workers are refused" 'not a number of workers: 0' 0 pp
wrong "and too many" 'not a number of workers: 65' 65 pp
wrong "a row that is none" 'no such row: pingpong' 1 pingpong
wrong "a number that is none" 'not a number of operations: 1e6' 1 pp 1e6
wrong "a negative one" 'not a number of operations: -5' 1 pp -5
wrong "an ARG where there is none" 'this row has no ARG: pp' 1 pp 100 5
wrong "a row on two threads with one worker" 'needs 2 workers: ppx' 1 ppx
wrong "more actors than a row can have" 'not a number of actors that this row can have: 65' 1 s-mto1 100 65
wrong "and fewer" 'not a number of actors that this row can have: 1' 1 cham 100 1
wrong "too many arguments" 'two to four' 1 ring 100 5 7

# ---- the table ----
table() { awk -f tests/bench/runtime/table.awk "$work/machine" "$work/rows" "$work/runs" "$work/limits"; }
echo "a machine" >"$work/machine"
printf 'clock\t18.5\ta read\n' >"$work/limits"
printf 'pp 9 - 0 pp pp pp ns:12:18\nrr 9 10 0 rr - - ns:30:-\n' >"$work/rows"
run() { printf '%s\t%s\t%s\t%s\t%s\t%s\tns\t%s\n' "$@" >>"$work/runs"; }
for i in 1 2 3; do
    run pp - 1 go $i motet 1$i; run pp - 1 go $i peer 5$i
    run pp - 1 tokio $i motet 1$i; run pp - 1 tokio $i peer 1
    run pp - 2 go $i motet 2$i; run pp - 2 go $i peer 44
    run rr 10 1 go $i peer 9
done
t "the table is made of numbers" table
t_has "with medians, ratios of pairs and their range" "$out" '^pp +1 +12\.0 +52\.0 +4\.33 \(4\.08\.\.4\.64\) '
t_has "a peer that is faster is named" "$out" ' 12 \+ +behind tokio$'
t_has "two workers are compared with one" "$out" '^pp +2 +22\.0 .* 18 +1\.83 +ahead$'
t_has "and said to be slower" "$out" 'slower than 1 by more than 1\.3: pp$'
t_has "a row of which Motet has no number is missing" "$out" '^rr 10 +1 +- +9\.0 .* missing$'
t_has "all is summed up" "$out" '^1 ahead, 1 behind, 1 missing; 1 of 2 goals reached'
t_has "the machine has its limits" "$out" '^clock +18\.5  a read$'

# ---- the page ----
page() { tests/bench/runtime/page "$work/measured" "$work/page.md"; }
printf 'before\n<!-- measured -->\n\nold\n' >"$work/page.md"
t_exit "nothing measured, nothing written" 1 page
t_has "and it says what to do" "$err" "run 'make bench' first"
mkdir "$work/measured"
cp "$work/machine" "$work/measured/machine"
cp "$work/runs" "$work/measured/runs.tsv"
cp "$work/limits" "$work/measured/limits.tsv"
t "what was measured goes into the page" page
t_has "below what it says by itself" "$work/page.md" '^before$'
t_has "as a table" "$work/page.md" '^\| pp \| 1 \| [0-9.]+ \| '
t_lacks "in place of what was there" "$work/page.md" '^old$'

# ---- compare, without peers and with one that stands for them ----
printf '#!/bin/sh\necho "pp 1	2"\n' >"$work/limits.sh"
chmod +x "$work/limits.sh"
compare() { # BENCH_PEERS
    MOTET_BENCH=$bench LIMITS=$work/limits.sh OUT=$work/bench BENCH_PEERS=$1 CC=$CC PAIRS=2 ROWS=pp WORKERS=1 \
        tests/bench/runtime/compare quick
}
t "without peers Motet is measured alone" compare "$work/nowhere"
t_has "and that is said" "$err" 'no peers in .*/nowhere'
t_has "in the table too" "$out" '^pp +1 +[0-9.]+ .* alone$'
mkdir -p "$work/peers"
echo 'exit 0' >"$work/peers/build.sh"
echo 'echo "R $4 $(($4 * 100000))"' >"$work/peers/run.sh"
t "with peers there are pairs" compare "$work/peers"
t_has "of each" "$out" '^pp +1 +[0-9.]+ +100000 .* 100000 .* 100000 .* ahead$'
echo 'exit 3' >"$work/peers/run.sh"
t "a peer that fails is left out" compare "$work/peers"
t_has "and that is said" "$err" 'status 3 of: sh .*/run\.sh go 1 pp'
echo 'exit 1' >"$work/peers/build.sh"
rm -rf "$work/bench"
t_exit "peers that do not build are an error" 1 compare "$work/peers"
t_has "with a log" "$err" 'the peers do not build: .*peers\.log'
