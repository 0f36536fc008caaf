# lib.sh -- sourced by the shell tests. Each test is one line, "ok - NAME" or "not ok - NAME"; tests/run counts them.
#
#   t NAME COMMAND...            passes when the command succeeds
#   t_exit NAME STATUS COMMAND...  passes when it ends with that status; its output goes to $out and $err
#   t_has NAME FILE PATTERN      passes when a line of FILE matches the extended regular expression
#   t_lacks NAME FILE PATTERN    passes when none does
#   t_golden NAME FILE GOLDEN    passes when the files are equal; with ACCEPT=1 GOLDEN is replaced
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${MOTET:=$root/build/bin/motet}" "${B:=build}" "${CC:=gcc}"
work=$(mktemp -d "${TMPDIR:-/tmp}/motet-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
out=$work/stdout
err=$work/stderr
export MOTET_CACHE=off # the tests of the cache have their own

pass() { echo "ok - $1"; }
fail() { echo "not ok - $1"; shift; for l in "$@"; do printf '%s\n' "$l" | sed 's/^/#   /'; done; }

t() {
    local name=$1; shift
    if "$@" >"$out" 2>"$err"; then pass "$name"; else fail "$name" "status $? of: $*" "$(tail -n 12 "$out" "$err")"; fi
}
t_exit() {
    local name=$1 want=$2 got=0; shift 2
    "$@" >"$out" 2>"$err" || got=$?
    if [ "$got" = "$want" ]; then pass "$name"; else fail "$name" "status $got, expected $want: $*" "$(tail -n 12 "$out" "$err")"; fi
}
t_has() { if grep -Eq -- "$3" "$2"; then pass "$1"; else fail "$1" "no line of $2 matches: $3" "$(head -n 20 "$2")"; fi; }
t_lacks() { if grep -Eq -- "$3" "$2"; then fail "$1" "a line of $2 matches: $3" "$(grep -E -- "$3" "$2" | head -n 5)"; else pass "$1"; fi; }
t_golden() {
    if [ "${ACCEPT:-}" = 1 ]; then mkdir -p "$(dirname "$3")" && cp "$2" "$3"; fi
    if diff -u "$3" "$2" >"$work/diff" 2>&1; then pass "$1"; else fail "$1" "differs from $3 (make golden-accept takes it)" "$(head -n 30 "$work/diff")"; fi
}
