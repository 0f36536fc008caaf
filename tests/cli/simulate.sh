#!/bin/bash
# motet simulate: walks at random, by hand, as told; and that a walk is one that check knows.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
tpc=$root/examples/two_phase_commit/two_phase_commit.proto-session
painters=$root/tests/negative/deadlock/painters.proto-session

# ---- at random ----
t_exit "a walk to the end" 0 "$MOTET" simulate --no-scope "$tpc"
t_has "says that it is complete" "$out" '^complete after [0-9]+ steps$'
t_has "each step has its place" "$out" '^ +1\. C sends Prepare to P\[[0-2]\] .*:14$'
cp "$out" first
"$MOTET" simulate --no-scope "$tpc" >again
t "the same seed, the same walk" cmp first again
t "some other seed, another walk" bash -c 'for i in 2 3 4 5; do "$1" simulate --no-scope --seed=$i "$2" | cmp -s - first || exit 0; done; exit 1' _ "$MOTET" "$tpc"
t_exit "no more steps than asked for" 0 "$MOTET" simulate --no-scope --steps=3 "$tpc"
t_has "says that there is more" "$out" '^stopped after 3 steps; [1-9][0-9]* are possible$'
t "crashes happen in their scope" bash -c 'for i in 1 2 3 4 5 6 7 8 9; do "$1" simulate --scope=2 --seed=$i "$2"; done | grep -q "participant\[[0-2]\] crashes"' _ "$MOTET" "$tpc"
t "and not outside it" bash -c '! for i in 1 2 3 4 5 6 7 8 9; do "$1" simulate --scope=1 --seed=$i "$2"; done | grep -q crashes' _ "$MOTET" "$tpc"
t "some walk comes to the deadlock" bash -c 'for i in 1 2 3 4 5 6 7 8 9; do "$1" simulate --seed=$i "$2" >walk || { [ $? = 1 ] && exit 0; }; done; exit 1' _ "$MOTET" "$painters"
t_has "and says who waits" walk '^  Ann waits for Given from '

# ---- saved, and taken again ----
seed=$(for i in 1 2 3 4 5 6 7 8 9; do "$MOTET" simulate --seed=$i "$painters" >/dev/null || { echo $i; break; }; done)
t_exit "a walk is saved" 1 "$MOTET" simulate --seed="$seed" --save=walk.json "$painters"
t_exit "and taken again: it violates" 1 "$MOTET" replay "$painters" walk.json

# ---- as told ----
jq -r '.steps[]' walk.json >steps
t_exit "the steps of a saved walk" 1 "$MOTET" simulate --follow=steps "$painters"
printf '# a comment\n\n  Ann sends Take to Red  \n' | "$MOTET" simulate --follow=- "$painters" >"$out" 2>"$err"
t_has "comments and blanks do not count" "$out" '^stopped after 1 steps'
echo 'Ann sends Given to Red' >wrong
t_exit "a step that is not possible: 2" 2 "$MOTET" simulate --follow=wrong "$painters"
t_has "with its line" "$err" 'wrong:1: not possible here: Ann sends Given to Red'
t_has "and what is possible" "$err" 'possible are: +Ann sends Take to Red$'
t_exit "a file that is not there: 2" 2 "$MOTET" simulate --follow=nowhere "$painters"

# ---- by hand ----
printf '1\nu\ns\nBen sends Take to Blue\n99\nr\nq\n' | "$MOTET" simulate -i "$painters" >"$out" 2>"$err"
t_has "a number takes a step" "$out" '1\. Ann sends Take to Red'
t_has "u takes it back, a name takes another" "$out" '1\. Ben sends Take to Blue'
t_has "s shows the state" "$out" '^  Red +state 0'
t_has "what is not there is said to be so" "$out" 'there is no `99` here'
t_has "r takes any" "$out" '^.* 2\. '
"$MOTET" simulate -i "$painters" </dev/null >"$out" 2>"$err"
t "the end of the input ends it" test $? = 0

# ---- wrong ----
t_exit "a subject that is not there: 2" 2 "$MOTET" simulate --subject=Nowhere "$painters"
t_has "is named" "$err" 'no system and no session Nowhere'
t_exit "a scope that is not there: 2" 2 "$MOTET" simulate --scope=9 "$tpc"
echo 'session S(role A, role B) { A -> B: Nowhere; }' >bad.proto-session
t_exit "a file with errors: 2" 2 "$MOTET" simulate bad.proto-session
t_has "shows them" "$err" '^error\[E0202\]'
