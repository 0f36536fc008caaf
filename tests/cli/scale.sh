#!/bin/bash
# Systems with many states: budgets, what is said when they run out, workers, reduction.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1

make_system() { awk -v KIND="$1" -v N="$2" -v CRASHES="${3:-0}" -f tests/bench/systems.awk >"$work/$1$2.proto-session"; }
make_system sessions 7
make_system sessions 4
make_system tpc 5 1
make_system ring 7

# ---- budgets ----
t_exit "a system that is too big for the memory is undecided" 3 "$MOTET" check --engine=explorer --reduce=none --memory=24 \
    "$work/sessions7.proto-session"
t_has "and it says why" "$out" 'the memory budget was used up after [0-9]+ states, of which [0-9]+ were followed up'
t_has "what there were too many of" "$out" 'note: Bench has too many states: 7 sessions multiply, one with [0-9]+ different states; Query#'
t_has "in which lanes" "$out" 'lane Query#1.Client -> Query#1.Server takes 3 different contents'
t_has "and what to try" "$out" 'Try `sessions 1`, more --memory or --time'
t_exit "crashes are named among what multiplies" 3 "$MOTET" check --engine=explorer --reduce=none --memory=1 "$work/tpc5.proto-session"
t_has "with a hint" "$out" 'crashes multiply by [0-9]+ different states of supervision. Try fewer `crashes`, `mailbox 1`, a smaller family of roles'

# ---- workers ----
"$MOTET" check --engine=explorer --workers=1 "$work/ring7.proto-session" | sed 's/, [0-9.]* s$//' >"$work/one"
"$MOTET" check --engine=explorer --workers=3 "$work/ring7.proto-session" | sed 's/, [0-9.]* s$//' >"$work/three"
t "any number of workers says the same" cmp "$work/one" "$work/three"
t_has "of as many states" "$work/one" 'explorer 122,308 states'
t_exit "no workers are an error" 2 "$MOTET" check --workers=0 "$work/ring7.proto-session"
t_has "that says what is taken" "$err" 'takes a whole number from 1 to 256, not "0"'

# ---- reduction ----
t_exit "with reduction it holds as well" 0 "$MOTET" check --engine=explorer --reduce=order "$work/ring7.proto-session"
t_has "of fewer states, and it says so" "$out" 'explorer [0-9]{3} states \(partial order\)'
t_exit "a small system is searched in full" 0 "$MOTET" check --engine=explorer "$work/ring7.proto-session"
t_lacks "and nothing is said of reduction" "$out" 'partial order'
t_exit "there is no other reduction" 2 "$MOTET" check --reduce=some "$work/ring7.proto-session"
t_exit "what is broken is found with reduction" 1 "$MOTET" check --engine=explorer --reduce=order \
    examples/ring_of_four/mailbox_1.proto-session
grep -v ' states' "$out" >"$work/reduced"
t_exit "and without" 1 "$MOTET" check --engine=explorer --reduce=none examples/ring_of_four/mailbox_1.proto-session
grep -v ' states' "$out" >"$work/full"
t "with the same counterexample" cmp "$work/reduced" "$work/full"
t "JSON tells of the reduction" bash -c '"$1" check --engine=explorer --reduce=order --format=json "$2" | grep -q "\"reduction\": *\"partial order\""' \
    _ "$MOTET" "$work/ring7.proto-session"
t_exit "sessions that are alike change places" 0 "$MOTET" check --engine=explorer --reduce=all "$work/sessions7.proto-session"
t_has "and the report says so" "$out" 'explorer [0-9]{2,3} states \(symmetry, partial order\)'
t_exit "by itself a system of too many states is searched so" 0 "$MOTET" check --engine=explorer --memory=100 \
    "$work/sessions7.proto-session"
t_has "after the full search was given up" "$out" 'explorer [0-9]{2,3} states \(symmetry, partial order\)'

# ---- how far it is, on a terminal ----
make_system ring 9
on_terminal() { TERM=xterm script -qec "$MOTET check --engine=explorer --reduce=none $work/ring9.proto-session" /dev/null; }
export -f on_terminal
export MOTET work
t "a terminal is told how far a long check is" env -u CI bash -c on_terminal
t_has "in states, rate, memory and depth" "$out" 'explorer: [0-9,]+ states, [0-9,]+ a second, [0-9]+ MB, depth [0-9]+'
tr '\r' '\n' <"$out" >"$work/seen"
t_has "and the line is gone before the report" "$work/seen" $'^\x1b\\[K.*ring9.proto-session$'
t "nobody looks on where CI is set" env CI=1 bash -c on_terminal
t_lacks "and nothing is told" "$out" 'a second'
t_exit "a file is no terminal" 0 "$MOTET" check --engine=explorer --reduce=none "$work/ring9.proto-session"
t "and gets nothing" test ! -s "$err"
t_exit "a wrong number of workers in the environment is an error" 2 env MOTET_WORKERS=many "$MOTET" check "$work/ring7.proto-session"
t_has "that names the variable" "$err" 'MOTET_WORKERS is a whole number from 1 to 256, not "many"'

# ---- families ----
cat >"$work/serve.proto-session" <<'END'
message Ask;
message Go;
session Serve(role H, role W[3]) {
  par { W[0] -> H: Ask; H -> W[0]: Go; } and { W[1] -> H: Ask; H -> W[1]: Go; } and { W[2] -> H: Ask; H -> W[2]: Go; }
}
session Turns(role H, role W[3]) {
  foreach w in W { w -> H: Ask; }
  foreach w in W { H -> w: Go; }
}
END
t_exit "members of a family that come in any order change places" 0 "$MOTET" check --engine=explorer --reduce=symmetry \
    "$work/serve.proto-session"
t_has "and the report says so" "$out" 'deadlock-free  Serve  explorer [0-9]{2} states \(symmetry\)'
t_has "those that take turns do not" "$out" 'deadlock-free  Turns  explorer [0-9]+ states, '
make_system gather 4
t_exit "all systems that are measured hold" 0 "$MOTET" check --engine=explorer --reduce=all "$work"/{gather4,ring7,tpc5,sessions4}.proto-session
