# fmt.sh -- motet fmt from the outside: rewriting, --check, --diff, standard input, files that are wrong.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

cat >ugly.proto-session <<'END'
message   Ping{n:u8;}
message Pong ;


// the only one
session Rally( role A,role B ){
      A->B:Ping; // served
    B -> A : Pong;
}
END
cat >neat.proto-session <<'END'
message Ping { n: u8; }
message Pong;

// the only one
session Rally(role A, role B) {
  A -> B: Ping; // served
  B -> A: Pong;
}
END
printf 'message Ping\nsession S(role A role B) {\n  A => B: Ping;\n}\n' >wrong.proto-session
cp wrong.proto-session wrong.before

# ---- in place ----
cp ugly.proto-session a.proto-session
cp ugly.proto-session b.proto-session
chmod 640 a.proto-session
ln -s b.proto-session link.proto-session
t_exit "several files: 0" 0 "$MOTET" fmt a.proto-session link.proto-session
t "nothing is said" test ! -s "$out" -a ! -s "$err"
t "the first is formatted" cmp a.proto-session neat.proto-session
t "permissions stay" test "$(stat -c %a a.proto-session)" = 640
t "the link's file is formatted" cmp b.proto-session neat.proto-session
t "the link stays a link" test -L link.proto-session
touch -d '2001-01-01' a.proto-session
before=$(stat -c %Y.%i a.proto-session)
t_exit "again: 0" 0 "$MOTET" fmt a.proto-session
t "a formatted file is not touched" test "$(stat -c %Y.%i a.proto-session)" = "$before"
t "no temporary file is left" test -z "$(find . -name '.motet-*')"

# ---- --check, --diff ----
t_exit "--check of a formatted file: 0" 0 "$MOTET" fmt --check neat.proto-session
t "it says nothing" test ! -s "$out"
cp ugly.proto-session c.proto-session
t_exit "--check of two: 1" 1 "$MOTET" fmt --check neat.proto-session c.proto-session
t "it names the one that is not" test "$(cat "$out")" = c.proto-session
t "and leaves it" cmp ugly.proto-session c.proto-session
t_exit "--diff: 0" 0 "$MOTET" fmt --diff c.proto-session
cp "$out" c.diff
t "it leaves the file too" cmp ugly.proto-session c.proto-session
t "the diff turns one into the other" sh -c 'patch -s c.proto-session c.diff && cmp c.proto-session neat.proto-session'
t_exit "--diff of a formatted file: 0" 0 "$MOTET" fmt --diff neat.proto-session
t "it is empty" test ! -s "$out"
t_exit "--check --diff: 1" 1 "$MOTET" fmt --check --diff ugly.proto-session
t_has "it shows the change" "$out" '^-message Pong ;$'
t_lacks "and not the bare name" "$out" '^ugly'

# Diffs of every kind: several hunks, blank lines, joined and split lines, no line end at the end, a mark at the start.
{
    printf '\357\273\277\n\nmodule m ;\n'
    for i in 1 2 3 4 5 6 7 8 9; do echo "message M$i;"; done
    printf 'message\n  X ;\n\n\n\n\nmessage Y; message Z;\n'
    for i in 1 2 3 4 5 6 7; do echo "// comment $i"; done
    printf 'verify S {\n\n\n}\n'
    for i in 1 2 3 4 5 6 7 8; do printf 'enum E%d { a }\r\n' $i; done
    printf '\n\n  message Last{a:u8;}'
} >many.proto-session
cp many.proto-session many.want
t_exit "many changes: 0" 0 "$MOTET" fmt --diff many.proto-session
cp "$out" many.diff
t "in several hunks" test "$(grep -c '^@@' many.diff)" -ge 3
t_has "a missing line end is told" many.diff '^\\ No newline at end of file$'
t_exit "many changes, written" 0 "$MOTET" fmt many.want
t "patch agrees" sh -c 'patch -s --binary many.proto-session many.diff && cmp many.proto-session many.want'

# ---- standard input ----
t_exit "standard input: 0" 0 "$MOTET" fmt - <ugly.proto-session
cp "$out" piped
t "its result is on the standard output" cmp piped neat.proto-session
t_exit "--check of standard input: 1" 1 "$MOTET" fmt --check - <ugly.proto-session
t "it is named" test "$(cat "$out")" = "<stdin>"
t_exit "wrong standard input: 2" 2 "$MOTET" fmt - <wrong.proto-session
t_has "it has diagnostics" "$err" '^ *--> <stdin>:[0-9]+:[0-9]+$'
t "and no result" test ! -s "$out"
t_exit "an empty file" 0 "$MOTET" fmt - </dev/null
t "stays empty" test ! -s "$out"

# ---- wrong files ----
cp ugly.proto-session d.proto-session
t_exit "a syntax error: 2" 2 "$MOTET" fmt wrong.proto-session d.proto-session
t_has "it is reported" "$err" '^error\[E0104\]'
t "the file is left alone" cmp wrong.proto-session wrong.before
t "the others are formatted" cmp d.proto-session neat.proto-session
t_exit "a syntax error outranks --check" 2 "$MOTET" fmt --check ugly.proto-session wrong.proto-session
t_exit "a missing file: 2" 2 "$MOTET" fmt nowhere.proto-session
t_has "it is named" "$err" 'nowhere'
t_exit "no file: 2" 2 "$MOTET" fmt
t_exit "an unknown option: 2" 2 "$MOTET" fmt --chek neat.proto-session
t_has "the nearest one is offered" "$err" 'did you mean --check'
t_exit "a protocol of another tool: 2" 2 "$MOTET" fmt net.scr
t_exit "help: 0" 0 "$MOTET" help fmt
t_has "help names the options" "$out" '^ +--check '
mkdir locked && cp ugly.proto-session locked/x.proto-session && chmod 555 locked
if [ "$(id -u)" != 0 ]; then
    t_exit "a folder that cannot be written: 2" 2 "$MOTET" fmt locked/x.proto-session
fi
chmod 755 locked

# ---- the project's own files ----
t_exit "the examples are formatted" 0 "$MOTET" fmt --check "$root"/examples/*/*.proto-session "$root"/examples/*/*/*.proto-session
