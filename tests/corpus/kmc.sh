# kmc.sh -- systems of communicating automata, with the verdicts of an independent full exploration.
#
# The table has, for one FIFO channel of capacity 1, 2 and 3 for each ordered pair: k-safety (our `progress`), deadlock
# (`deadlock-free`), orphan (`no-leftovers`) and the number of states. SPIN decides deadlocks and orphans, too: of a
# sample, or with FULL=1 of all files at all capacities. Its orphans (`no-orphans`) are those of the table
# and messages that a role at its end has left in a run that deadlocks. Where `any-capacity` is decided with room for k,
# k-safety must be as it says at k and all larger capacities of the table (which does not tell k-exhaustivity itself).
. "$(dirname "$0")/lib.sh"
need_corpus kmc.tsv

# Files with verdicts, and those that the table has none for: their notation names channels, and we refuse it as well.
tail -n +2 kmc.tsv | awk -F '\t' '$3 != "" {print $1}' >"$work/files"
tail -n +2 kmc.tsv | awk -F '\t' '$3 == "" {print $1}' >"$work/none"
for k in 1 2 3; do
    verdicts --engine=explorer --progress --any-capacity=$k --capacity=$k <"$work/files" >"$work/explorer.$k" 2>"$work/err.$k"
    sed "s/^/$k\t/" "$work/explorer.$k"
done >"$work/explorer"

# Each line that differs from the table: PATH TAB what.
cat >"$work/compare.awk" <<'END'
BEGIN { FS = "\t" }
FILENAME != table {
    for (i = 3; i <= NF; i++) {
        split($i, x, /[=:]/)
        got[$2, $1, x[1]] = x[2] == "violated" ? 1 : x[2] == "holds" ? 0 : x[2]
        if (x[1] != "any-capacity")
            states[$2, $1] = x[3]
    }
    next
}
FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
$3 == "" { next }
{
    for (k = 1; k <= 3; k++) {
        differs("deadlock", $column["full_deadlock_" k], got[$1, k, "deadlock-free"])
        differs("orphan", $column["full_orphan_" k], got[$1, k, "no-leftovers"])
        differs("ksafe", 1 - $column["full_ksafe_" k], got[$1, k, "progress"])
        any = got[$1, k, "any-capacity"] # room for k or less is enough: what is so with k is so with more
        for (j = k; j <= 3 && any ~ /^[01]$/; j++)
            differs("any capacity, ksafe with " j, 1 - $column["full_ksafe_" j], any)
        if (states[$1, k] != $column["full_states_" k])
            print $1 "\tstates\t" k "\t" $column["full_states_" k] "\t" states[$1, k] "\t" $2
    }
}
function differs(what, want, is) { if (want "" != is "") print $1 "\t" what "\t" k "\t" want "\t" is }
END
awk -v table=kmc.tsv -f "$work/compare.awk" "$work/explorer" kmc.tsv >"$work/differs"

# All ends of a role are one state of ours, and the table counts them as they are written. So the number is ours, or it is
# ours once ends are told apart; where states have names, several ways may lead to one end, and it lies in between.
distinct_states() { # path, capacity
    "$MOTET" import "$1" >"$work/imported" 2>"$err" || return 1
    awk -f "$here/distinct_ends.awk" "$work/imported" "$work/imported" >"$work/apart.proto-session"
    echo "$work/apart.proto-session" | verdicts --engine=explorer --capacity="$2" 2>"$err" | sed 's/.*\tdeadlock-free=[a-z]*:\([0-9]*\):.*/\1/; s/\t.*//'
}
while IFS=$'\t' read -r path what k want is features; do
    [ "$what" = states ] || { printf '%s\t%s\n' "$path" "$what at capacity $k: $is, expected $want"; continue; }
    apart=$(distinct_states "$path" "$k")
    [ "$apart" = "$want" ] && continue
    case $features in *syntax=fsm*) [ "$is" -lt "$want" ] && [ "$want" -lt "$apart" ] && continue ;; esac
    printf '%s\t%s\n' "$path" "states at capacity $k: $is, or $apart with ends apart, expected $want"
done <"$work/differs" >"$work/wrong"

while read -r path; do
    if grep -q "^$path	" "$work/wrong"; then
        fail "$path" "$(grep "^$path	" "$work/wrong" | cut -f 2)"
    else
        pass "$path: deadlock, orphan, k-safety and states"
    fi
done <"$work/files"
t "and any-capacity was decided of most" awk '$1 == 3 && /\tany-capacity=(holds|violated)/ { n++ } END { exit n * 3 < NR / 3 * 2 }' "$work/explorer"
while read -r path; do
    t_exit "$path is refused" 2 "$MOTET" import "$path"
    t_has "$path: where and why" "$err" "^error\[E0602\]: automata that name channels"
done <"$work/none"

# ---- the text that is printed says the same ----
mkdir "$work/text"
while read -r path; do
    name=$(echo "$path" | tr / .)
    "$MOTET" import "$path" -o "$work/text/$name.proto-session" || fail "import $path"
    printf '%s\t%s\n' "$path" "$work/text/$name.proto-session" >>"$work/names"
done <"$work/files" 2>"$err"
cut -f 2 "$work/names" | verdicts --engine=explorer --progress --any-capacity=2 --capacity=2 2>"$err" | sort >"$work/printed"
awk -F '\t' 'NR == FNR { to[$1] = $2; next } { $1 = to[$1]; print }' OFS='\t' "$work/names" "$work/explorer.2" | sort >"$work/direct"
t "as text in this language all are laid out as fmt does" "$MOTET" fmt --check "$work"/text/*
t "as text in this language all have the same verdicts and states" cmp "$work/direct" "$work/printed"

# ---- SPIN ----
for k in 1 2 3; do
    every=$([ -n "${FULL:-}" ] && echo 1 || { [ "$k" = 1 ] && echo 4 || echo 12; })
    awk -v n="$every" -v k="$k" 'NR % n == k % n' "$work/files" >"$work/spin_files"
    verdicts --capacity=$k <"$work/spin_files" >"$work/spin" 2>"$err"
    # both engines: motet reports an internal error, and no verdict, where they disagree
    awk -F '\t' -v k="$k" 'NR == FNR { for (i = 2; i <= NF; i++) { split($i, x, /[=:]/); want[$1, x[1]] = x[2] } next }
        { for (i = 2; i <= NF; i++) { split($i, x, /[=:]/)
              if (x[4] != "es" || x[2] != want[$1, x[1]]) print $1 " " $i " at capacity " k ", expected " want[$1, x[1]] } }
        ' "$work/explorer.$k" "$work/spin" >"$work/spin_wrong.$k"
    awk -F '\t' -v k="$k" 'FILENAME == table {
            if (FNR == 1) for (i = 1; i <= NF; i++) column[$i] = i
            deadlock[$1] = $column["full_deadlock_" k]; orphan[$1] = $column["full_orphan_" k]
            next
        }
        {
            for (i = 2; i <= NF; i++) { split($i, x, /[=:]/); is[x[1]] = x[2] == "violated" }
            if (is["deadlock-free"] != deadlock[$1]) print $1 " deadlocks by the table and not by SPIN, or the other way"
            if (is["no-orphans"] != (orphan[$1] || (is["no-orphans"] && deadlock[$1])))
                print $1 " leaves orphans by the table and not by SPIN, or the other way"
        }' table=kmc.tsv kmc.tsv "$work/spin" >>"$work/spin_wrong.$k"
    cut -f 1 "$work/spin" | sort | comm -3 - <(sort "$work/spin_files") | sed "s/\$/ has no verdict of SPIN at capacity $k/" >>"$work/spin_wrong.$k"
    if [ -s "$work/spin_wrong.$k" ]; then
        fail "SPIN agrees at capacity $k" "$(head -n 20 "$work/spin_wrong.$k")"
    else
        pass "SPIN agrees at capacity $k on $(wc -l <"$work/spin_files") files"
    fi
done

echo "# differences from kmc.tsv: $(cat "$work/wrong" "$work"/spin_wrong.* | wc -l)"
cat "$work/wrong" "$work"/spin_wrong.* | sed 's/^/#   /'
