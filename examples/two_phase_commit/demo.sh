#!/bin/sh
# demo.sh -- two-phase commit from its protocol file to a running service, then two broken variants that are refused.
#
# Takes MOTET (the program), B (the build folder, relative to the top) and CC from the environment; `make demo` sets
# them. Stops with status 1 at the first thing that is not as it should be.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${MOTET:=build/bin/motet}" "${B:=build}" "${CC:=gcc}"
here=examples/two_phase_commit
protocol=$here/two_phase_commit.proto-session
out=$B/demo/two_phase_commit
case $B in # the library's sanitizer, if it has one
*asan*) sanitize="-fsanitize=address,undefined" ;;
*tsan*) sanitize="-fsanitize=thread" ;;
*) sanitize= ;;
esac
flags="-std=c11 -O2 -Wall -Wextra -Wconversion -Wpedantic -Werror $sanitize"
rm -rf "$out" && mkdir -p "$out" || exit 1

step() { printf '\n== %s\n' "$1"; }
fail() { printf 'demo: %s\n' "$1" >&2; exit 1; }
shows() { grep -Eq -- "$1" "$2" || fail "$3"; }

# refused FILE LOG STATUS: motet check must end with STATUS; what it says goes to LOG and to the terminal.
refused() {
    "$MOTET" check "$1" >"$2" 2>&1
    status=$?
    cat "$2"
    [ "$status" = "$3" ] || fail "$1: expected status $3 of motet check, got $status"
}

step "check: $protocol"
"$MOTET" check "$protocol" >"$out/check.txt" 2>&1
status=$?
cat "$out/check.txt"
[ "$status" = 0 ] || fail "the protocol must hold"
for property in deadlock-free fidelity no-orphans "ltl decides"; do
    shows "holds .*$property" "$out/check.txt" "no line says that $property holds"
done

step "draw: $out/two_phase_commit.svg"
"$MOTET" graph "$protocol" -o "$out/two_phase_commit.svg" || fail "no picture"
shows '</svg>' "$out/two_phase_commit.svg" "the picture is not complete"

step "generate: $out"
# The handlers are there before, as in any project after the first day: generating leaves them alone.
cp "$here"/*.c "$here"/*.h "$out" || exit 1
"$MOTET" gen c "$protocol" -o "$out" || fail "no code"
for f in "$here"/*.c "$here"/*.h; do
    cmp -s "$f" "$out/$(basename "$f")" || fail "$(basename "$f") belongs to the user, and generating changed it"
done
(cd "$out" && wc -l -- *.c *.h | tail -n 20)

step "compile"
# shellcheck disable=SC2086
$CC $flags -Iruntime/include -I"$out" -o "$out/store" "$out/tpc_sessions.c" "$out/store.c" "$out/store_main.c" \
    "$out/coordinator.c" "$out/coordinator_handlers.c" "$out/participant.c" "$out/participant_handlers.c" \
    "$B/lib/libmotet.a" -lpthread || fail "the generated code does not compile"
echo "  $out/store"

step "run: 1000 transactions, while a participant crashes now and then"
"$out/store" 1000 || fail "the run failed"

step "broken, by projection: $here/broken/cannot_tell.proto-session"
refused "$here/broken/cannot_tell.proto-session" "$out/cannot_tell.txt" 1
shows 'Q. cannot know whether to send .Done' "$out/cannot_tell.txt" "the message does not say who cannot know what"
shows 'C -> P: Commit' "$out/cannot_tell.txt" "the message does not show the commit branch"
shows 'C -> P: Abort' "$out/cannot_tell.txt" "the message does not show the abort branch"

step "broken, by both engines: $here/broken/no_vote_deadlock.proto-session"
refused "$here/broken/no_vote_deadlock.proto-session" "$out/no_vote_deadlock.txt" 1
shows 'violated .*deadlock-free .*explorer .*SPIN' "$out/no_vote_deadlock.txt" "both engines must find the deadlock"
shows 'C +waits for Done from Q' "$out/no_vote_deadlock.txt" "the chart does not say what C waits for"
shows 'Q +waits for Commit or Abort from C' "$out/no_vote_deadlock.txt" "the chart does not say what Q waits for"

step "all as expected"
