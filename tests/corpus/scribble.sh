# scribble.sh -- global protocols with the verdicts of the tool that they were written for.
#
# `expected` is its verdict where choices may be unfair, `expected_fair` where they are fair. Ours is to accept when every
# property holds, with --progress, --early and without or with no-starvation; lanes hold one message, as there. Where the two differ,
# scribble_differences.tsv says so, for one column or both, and why; a difference that is not there fails, and so does an
# entry without one. FULL=1 lets SPIN decide, too.
. "$(dirname "$0")/lib.sh"
need_corpus scribble.tsv
engine=explorer
[ -z "${FULL:-}" ] || engine=both

tail -n +2 scribble.tsv | cut -f 1 >"$work/files"
verdicts --engine=$engine --progress --choices=unfair --early --capacity=1 <"$work/files" 2>"$work/diagnostics" >"$work/ours"

# PATH TAB COLUMN TAB expected TAB ours, for each verdict of the table
awk -F '\t' '
    FNR == NR {
        fair[$1] = unfair[$1] = "accept"
        for (i = 2; i <= NF; i++) {
            split($i, x, /[=:]/)
            if (x[2] != "holds") unfair[$1] = "reject"
            if (x[2] != "holds" && x[1] != "no-starvation") fair[$1] = "reject"
        }
        next
    }
    FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    {
        print $1 "\texpected\t" $column["expected"] "\t" ($1 in unfair ? unfair[$1] : "no verdict")
        print $1 "\texpected_fair\t" $column["expected_fair"] "\t" ($1 in fair ? fair[$1] : "no verdict")
    }' OFS='\t' "$work/ours" scribble.tsv >"$work/verdicts"

awk -F '\t' '
    FNR == NR {
        if (FNR == 1) next
        if (NF != 4 || $4 == "") print $1 "\tan entry without a reason"
        if ($2 == "both" || $2 == "expected") { said[$1, "expected"] = $3; why[$1] = $4 }
        if ($2 == "both" || $2 == "expected_fair") { said[$1, "expected_fair"] = $3; why[$1] = $4 }
        next
    }
    {
        known[$1] = 1
        explained = ($1 SUBSEP $2) in said
        if ($3 == $4 && explained) print $1 "\t" $2 ": is " $4 " as expected; the explanation is out of date"
        else if ($3 != $4 && !explained) print $1 "\t" $2 ": is " $4 ", expected " $3
        else if ($3 != $4 && said[$1, $2] != $4) print $1 "\t" $2 ": is " $4 ", explained is " said[$1, $2]
    }
    END { for (path in why) if (!(path in known)) print path "\tis explained and not in the corpus" }
    ' "$here/scribble_differences.tsv" "$work/verdicts" >"$work/wrong"

cut -f 1 "$work/files" "$work/wrong" | sort -u | while read -r path; do
    if grep -q "^$path	" "$work/wrong"; then
        fail "$path" "$(grep "^$path	" "$work/wrong" | cut -f 2)"
    else
        pass "$path"
    fi
done
open=$(cut -f 4 "$here/scribble_differences.tsv" | grep -c '^open')
echo "# differences from scribble.tsv that are not explained: $(wc -l <"$work/wrong")"
sed 's/^/#   /' "$work/wrong"
echo "# $(($(wc -l <"$here/scribble_differences.tsv") - 1)) differences are explained, $open open"

# ---- the text that is printed says the same ----
mkdir "$work/text"
while read -r path; do
    text=$work/text/$(echo "$path" | tr / .).proto-session
    "$MOTET" import "$path" -o "$text" 2>"$err" && printf '%s\t%s\n' "$path" "$text"
done <"$work/files" >"$work/names"
cut -f 2 "$work/names" | verdicts --engine=explorer --progress --choices=unfair --early --capacity=1 2>"$err" | sort >"$work/printed"
awk -F '\t' 'NR == FNR { to[$1] = $2; next } $1 in to { $1 = to[$1]; print }' OFS='\t' "$work/names" "$work/ours" |
    sed 's/:e*s*$//; s/:e*s*\t/\t/g' | sort >"$work/direct"
sed -i 's/:e*s*$//; s/:e*s*\t/\t/g' "$work/printed"
t "most can be imported" [ "$(wc -l <"$work/names")" -gt 130 ]
t "as text in this language all are laid out as fmt does" "$MOTET" fmt --check "$work"/text/*
t "as text in this language all have the same verdicts and states" cmp "$work/direct" "$work/printed"
