# front.sh -- what is said about the wrong files in tests/negative/front, as it is read in a terminal.
. "$(dirname "$0")/../lib.sh"
cd "$root/tests/negative/front" || exit 1

for f in *.proto-session; do
    name=${f%.proto-session}
    t_exit "$name: refused" 2 "$MOTET" check --engine=none "$f"
    cp "$err" "$work/said"
    t_golden "$name: what is said" "$work/said" "$root/tests/golden/front/$name.txt"
    t_exit "$name: the formatter leaves it alone, or has nothing to say" "$(grep -qE '^error\[E010' "$work/said" && echo 2 || echo 1)" \
        "$MOTET" fmt --check "$f"
done
