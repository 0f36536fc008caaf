# broken.sh -- the comparison with the corpora notices what differs: a verdict in a copy of each table is turned round, and
# with it each entry that explains a difference must have one.
. "$(dirname "$0")/lib.sh"
need_corpus kmc.tsv
need_corpus scribble.tsv

copy=$work/copy
mkdir "$copy"
cp -r "$CORPUS/." "$copy"
chmod -R u+w "$copy"

# A small part of a table: its head, and the lines of these files.
part() { # table, pattern
    awk -F '\t' -v p="$2" 'FNR == 1 || $1 ~ p' "$CORPUS/$1" >"$copy/$1"
}
turn() { # table, path, column, value
    awk -F '\t' -v path="$2" -v column="$3" -v value="$4" 'BEGIN { OFS = FS }
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $1 == path { $at[column] = value }
        { print }' "$copy/$1" >"$work/turned" && cp "$work/turned" "$copy/$1"
}
compare() { CORPUS=$copy FULL= bash "$here/$1.sh" >"$out" 2>"$err"; }

part kmc.tsv '/(basic|async-paper)\.txt$'
compare kmc
t_has "automata: as they are, nothing differs" "$out" '^# differences from kmc.tsv: 0$'
for column in full_ksafe_1 full_deadlock_2 full_orphan_3; do
    part kmc.tsv '/(basic|async-paper)\.txt$'
    case $column in full_ksafe*) value=0 ;; *) value=1 ;; esac
    turn kmc.tsv kmc/tests/basic.txt $column $value
    compare kmc
    t_has "automata: another $column is noticed" "$out" '^not ok - kmc/tests/basic\.txt$'
done
part kmc.tsv '/(basic|async-paper)\.txt$'
turn kmc.tsv kmc/tests/basic.txt full_states_1 7
compare kmc
t_has "automata: another number of states is noticed" "$out" '^#   kmc/tests/basic\.txt.*states at capacity 1: 9,'

some='scribble/good/wfchoice/merge/Test02\.scr$|scribble/bad/liveness/messagelive/Test01\.scr$'
part scribble.tsv "$some"
compare scribble
t_has "protocols: as they are, these do not differ" "$out" '^ok - scribble/good/wfchoice/merge/Test02\.scr$'
t_has "protocols: an explanation of what is not there is noticed" "$out" '^#   scribble/.*is explained and not in the corpus$'
for column in expected expected_fair; do
    part scribble.tsv "$some"
    turn scribble.tsv scribble/good/wfchoice/merge/Test02.scr $column reject
    compare scribble
    t_has "protocols: another $column is noticed" "$out" "^#   scribble/good/wfchoice/merge/Test02\\.scr	$column: is accept, expected reject\$"
done
part scribble.tsv 'Recursion06b\.scr$'
turn scribble.tsv scribble/bad/reach/globals/grecursion/Recursion06b.scr expected accept
compare scribble
t_has "protocols: an explanation without a difference is noticed" "$out" 'Recursion06b\.scr	expected: is accept as expected; the explanation is out of date$'
