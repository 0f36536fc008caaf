# lib.sh -- sourced by the tests of this folder, which compare verdicts with those that others published for the same
# protocols. The protocols stand beside the repository, in ../shared/corpus, or where CORPUS says.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
: "${CORPUS:=$root/../shared/corpus}"
here=$root/tests/corpus

need_corpus() { # table
    if [ ! -e "$CORPUS/$1" ]; then
        echo "ok - no corpus: $1 is not there to compare with # skip"
        exit 0
    fi
    cd "$CORPUS" || exit 1
}

# verdicts OPTIONS... -- checks the files named on standard input and prints a line for each:
#   PATH TAB NAME=VERDICT:EXPLORER_STATES:ENGINES ... in the order of the report; file=error where there is an error
verdicts() {
    local out=$work/verdicts.$BASHPID
    mkdir "$out"
    MOTET=$MOTET OUT=$out xargs -P 2 -n 6 sh -c '"$MOTET" check "$@" >"$OUT/$$" 2>"$OUT/$$.err"; :' sh "$@" --
    cat "$out"/* | awk '
        /^  (holds|violated|inconclusive) +[a-z-]+ / {
            name = $2; states = ""; engines = ""
            if (match($0, /explorer [0-9,]+/)) { states = substr($0, RSTART + 9, RLENGTH - 9); gsub(/,/, "", states) }
            if (states != "") engines = "e"
            if ($0 ~ /SPIN [0-9,]+/) engines = engines "s"
            all = all "\t" name "=" $1 ":" states ":" engines
        }
        /^(holds|violated|inconclusive|error): / {
            path = substr($0, index($0, ": ") + 2)
            sub(/, ([0-9]+ of [0-9]+ propert(y holds|ies hold)|nothing was checked)$/, "", path)
            if ($1 == "error:") all = all "\tfile=error::"
            print path all; all = ""
        }'
    # a file with an error before anything can be checked has diagnostics alone
    cat "$out"/*.err | awk '
        /^(error|warning)\[/ { error = /^error/ }
        /^ *--> / && error {
            sub(/^ *--> /, ""); sub(/:[0-9]+:[0-9]+$/, "")
            if (!seen[$0]++) print $0
        }' | while read -r path; do
            grep -qF ": $path, " "$out"/* || printf '%s\tfile=error::\n' "$path"
        done
    cat "$out"/*.err >&2
    rm -rf "$out"
}
