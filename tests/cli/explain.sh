# explain.sh -- motet explain, and docs/errors.md, which it prints: every code has an entry, every wrong example gives
# exactly that code, every right one none.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
errors=$root/docs/errors.md

# ---- the entries ----
sed -n 's/^DIAG(\([EW][0-9]*\), [A-Z_]*, "\(.*\)")$/## \1: \2/p' "$root/dsl/base/diag.def" >want
grep '^## ' "$errors" >have
t "every code has an entry, in order, under its title" diff want have

# Files CODE.wrong[.HOW].EXTENSION and CODE.right[...]..., and those that they import, by their names. HOW is gen or early;
# the extension is the language of the example, sh for a command.
awk '/^## / { code = substr($2, 1, 5) }
     /^```[a-z-]+ / { kind = substr($1, 4); file = $2 ~ /\./ ? $2 : code "." $2 ($3 ? "." $3 : "") "." kind; next }
     /^```/ { file = ""; next }
     file { print >file }' "$errors"

codes_of() { # the codes that check, or the generation of C, reports; warnings only where the example is of one
    local kinds='error'
    case $1 in W*) kinds='error\|warning' ;; esac
    case $1 in
    *.sh) sed "s|motet |$MOTET |" "$1" | bash 2>&1 ;;
    *.gen.*) "$MOTET" gen c "$1" -o generated 2>&1 ;;
    *.early.*) "$MOTET" check --engine=explorer --early "$1" 2>&1 ;;
    *) "$MOTET" check --engine=explorer "$1" 2>&1 ;;
    esac | sed -n 's/^\('"$kinds"'\)\[\([EW][0-9]*\)\].*/\2/p' | sort -u | tr '\n' ' '
}
sed 's/^## \([^:]*\):.*/\1/' want | while read -r code; do ls "$code".wrong.* "$code".right.* >/dev/null || echo "$code"; done >bare 2>&1
t "every code has an example wrong and right" test ! -s bare
for f in *.wrong.*; do
    code=${f%%.*}
    got=$(codes_of "$f")
    t "$code: the wrong example gives it, and no other (got: $got)" test "$got" = "$code "
    t "$code: there is a right one" test -e "${f/wrong/right}"
done
for f in *.right.*; do
    got=$(codes_of "$f")
    t "${f%%.*}: the right example gives none (got: $got)" test -z "$got"
    case $f in
    *.proto-session) t_exit "${f%%.*}: the formatter takes the right example" 0 "$MOTET" fmt - <"$f" ;;
    esac
done

# ---- the command ----
t_exit "a code: 0" 0 "$MOTET" explain E0206
t_has "its title" "$out" '^E0206: a role sends to itself$'
t_has "its example, indented" "$out" '^    session Echo\(role A, role B\) \{ A -> B: Ping; B -> B: Ping; \}$'
t_has "what is wrong is named" "$out" '^wrong:$'
t_has "what is right is named" "$out" '^right:$'
t_lacks "no other entry" "$out" 'E0207|^```|^##'
t_exit "small letters do" 0 "$MOTET" explain e0301
t_has "it is the right one" "$out" '^E0301: '
t_exit "several codes" 0 "$MOTET" explain E0101 W0206
t_has "the last entry too" "$out" '^W0206: '
t_exit "no code: all are listed" 0 "$MOTET" explain
t "one a line" test "$(grep -c '^  [EW][0-9]\{4\}  ' "$out")" = "$(wc -l <want)"
for code in $(sed 's/^## \([^:]*\):.*/\1/' want); do
    "$MOTET" explain "$code" >one || fail "explain $code"
    [ "$(wc -l <one)" -ge 3 ] || fail "explain $code says nothing"
done
pass "each code is explained"
t_exit "an unknown code: 2" 2 "$MOTET" explain E9999
t_has "the list is offered" "$err" 'motet explain'
t_exit "help: 0" 0 "$MOTET" help explain
