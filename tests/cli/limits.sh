# limits.sh -- every limit that docs/language.md names: what just keeps it is taken, one more is an error that says which.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

two='session Z(role A, role B) { A -> B: M; }'
cast='actor X plays Z.A; actor Y plays Z.B;'
# many N TEXT: N times TEXT, in which @ is the number, from 0
many() { awk -v n="$1" -v text="$2" 'BEGIN {
    parts = split(text, part, "@")
    for (i = 0; i < n; i++) {
        line = part[1]
        for (k = 2; k <= parts; k++)
            line = line i part[k]
        printf "%s%s", line, (n > 5000 ? "\n" : "")
    }
}'; }

# at_most NAME MOST PATTERN COMMAND...: `COMMAND... N` writes a file with N of the things. MOST of them give no error, one
# more the code and text that PATTERN says, and that alone.
at_most() {
    local name=$1 most=$2 pattern=$3 last; shift 3
    "$@" "$most" >fits.proto-session
    "$@" $((most + 1)) >over.proto-session
    "$MOTET" check --engine=none fits.proto-session >"$out" 2>&1
    last=$?
    t_lacks "$name: $most are allowed" "$out" '^error\[E0[1-46]'
    [ "$last" -le 2 ] || fail "$name: $most end with status $last"
    t_exit "$name: one more is refused" 2 "$MOTET" check --engine=none over.proto-session
    t_has "$name: the error says so" "$err" "$pattern"
    t "$name: there is no other" test "$(grep -c '^error\[' "$err")" = 1
}

declarations() { printf 'message M; %s' "$two"; many $(($1 - 2)) 'enum E@ { a }'; }
messages() { printf '%s message M;' "$two"; many $(($1 - 1)) 'message M@;'; }
name_of() { printf 'message M; struct %s { a: u8; } %s' "$(many "$1" n)" "$two"; }
blocks() { printf 'message M; session Z(role A, role B) {'; many $(($1 - 1)) 'rec X@ {'; printf 'A -> B: M;'; many "$1" '}'; }
types() { printf 'message M { f: '; many $(($1 - 2)) 'optional<'; printf u8; many $(($1 - 2)) '>'; printf '; } %s' "$two"; }
branches() { printf 'message M; local A = '; many "$1" '+{!M.'; printf end; many "$1" '}'; printf '; local B = dual A; session S(A, B);'; }
formulas() { printf 'message M; %s verify Z { ltl p {' "$two"; many $(($1 - 2)) '!'; printf 'sent(A, M) } }'; }
disjunctions() { printf 'message M; %s verify Z { ltl p { sent(A, M)' "$two"; many "$(($1 - 2))" '|| sent(A, M)'; printf ' } }'; }
expressions() { printf 'message M { b: bool; } session Z(role A, role B) { A -> B: M where '; many "$(($1 - 2))" '!'; printf 'b; }'; }
sums() { printf 'message M { b: u8; } session Z(role A, role B) { A -> B: M where 0 < b'; many "$(($1 - 3))" ' + b'; printf '; }'; }
nested_structs() { printf 'message M { f: S0; } struct S%d { a: u8; } %s' "$(($1 - 1))" "$two"; awk -v n="$1" 'BEGIN { for (i = 0; i + 1 < n; i++) printf "struct S%d { a: S%d; }", i, i + 1 }'; }
names_of_locals() { printf 'message M; local A = L0; local L%d = !M . end; local B = dual A; session S(A, B);' "$(($1 - 2))"; awk -v n="$(($1 - 1))" 'BEGIN { for (i = 0; i + 1 < n; i++) printf "local L%d = L%d;", i, i + 1 }'; }
tries() { printf 'message M; message E; session Z(role A, role B) {'; many "$1" 'try {'; printf 'A -> B: M;'; many "$1" '} catch timeout 1s at A { A -> B: E; }'; printf '}'; }
actions() { printf 'message M; local A = '; many "$1" '!M.'; printf 'end; local B = dual A; session S(A, B);'; }
payload() { printf 'message M { f: bytes<%d>; g: bytes<16000000>; } %s' $(($1 - 16000000 - 8)) "$two"; }
fields() { printf 'message M {'; many "$1" 'f@: u8;'; printf '} %s' "$two"; }
struct_fields() { printf 'struct S {'; many "$1" 'f@: u8;'; printf '} message M { s: S; } %s' "$two"; }
state_fields() { printf 'message M; %s actor X plays Z.A { state {' "$two"; many "$1" 'f@: u8;'; printf '} }'; }
values() { printf 'enum E { a'; many $(($1 - 1)) ', b@'; printf '} message M { e: E; } %s' "$two"; }
roles() { printf 'message M; session Z(role A, role P[%d]) { foreach p in P { A -> p: M; } }' $(($1 - 1)); }
role_words() { printf 'message M; session Z(role A'; many $(($1 - 1)) ', role P@'; printf ') {'; many $(($1 - 1)) 'A -> P@: M;'; printf '}'; }
family() { printf 'message M; %s %s system S { supervisor r { child x: X; child y[%d]: Y; } wire Z(A = x, B = any y); }' "$two" "$cast" "$1"; }
children() { printf 'message M; %s %s system S { supervisor r { child x: X;' "$two" "$cast"; many $(($1 - 1)) 'child y@: Y;'; printf '} wire Z(A = x, B = y0); }'; }
named() { printf 'message M; %s %s system S { supervisor r { child x: X; supervisor q {' "$two" "$cast"; many $(($1 - 3)) 'child y@: Y;'; printf '} } wire Z(A = x, B = y0); }'; }
instances() { printf 'message M; %s %s system S { supervisor r { child x: X; child z[%d]: Y;' "$two" "$cast" $(($1 - 1 - 14 * 4096)); many 14 'child y@[4096]: Y;'; printf '} wire Z(A = x, B = any y0); }'; }
supervisors() { printf 'message M; %s %s system S {' "$two" "$cast"; many "$1" 'supervisor r@ {'; printf 'child x: X; child y: Y;'; many "$1" '}'; printf 'wire Z(A = x, B = y); }'; }
wires() { printf 'message M; %s %s system S { supervisor r { child x: X; child y: Y; }' "$two" "$cast"; many "$1" 'wire Z(A = x, B = y);'; printf '}'; }
contracts() { printf 'message M { n: u8; } %s actor X plays Z.B {' "$two"; many "$1" 'on Z.B.M requires n > 0;'; printf '}'; }
invariants() { printf 'message M; %s actor X plays Z.B { state { x: u8; }' "$two"; many "$1" 'invariant x > 0;'; printf '}'; }
properties() { printf 'message M; %s verify Z {' "$two"; many "$1" 'ltl p@ { <> sent(A, M) }'; printf '}'; }

at_most declarations 65536 'E0106.*more than 65536 declarations' declarations
at_most messages 60000 'E0106.*60000 messages' messages
at_most 'bytes of a name' 255 'E0106.*name has 256 bytes' name_of
at_most blocks 200 'E0106.*200 levels' blocks
at_most types 200 'E0106.*200 levels' types
at_most branches 200 'E0106.*200 levels' branches
at_most formulas 200 'E0106.*200 levels' formulas
at_most 'operators of formulas' 200 'E0106.*200 levels' disjunctions
at_most expressions 200 'E0106.*200 levels' expressions
at_most 'operators of expressions' 200 'E0106.*200 levels' sums
at_most 'structs in each other' 200 'E0106.*200 deep' nested_structs
at_most 'local types that are others' 200 'E0106.*200' names_of_locals
at_most 'bodies of try' 4 'E0106.*4' tries
at_most 'actions in a row' 4096 'E0106.*4096 actions in a row' actions
at_most 'bytes of a message' 16777216 'E0106.*16777216 bytes' payload
at_most 'fields of a message' 1000 'E0106.*more than 1000 fields of a message' fields
at_most 'fields of a struct' 1000 'E0106.*more than 1000 fields of a struct' struct_fields
at_most 'fields of a state' 1000 'E0106.*more than 1000 fields of the state' state_fields
at_most 'values of an enum' 4096 'E0106.*more than 4096 values' values
at_most 'members of families' 250 'E0106.*251 roles' roles
at_most 'roles' 250 'E0106.*250 roles' role_words
at_most 'members of a family of children' 4096 'E0106.*4096' family
at_most 'children of a supervisor' 4095 'E0106.*4096' children
at_most 'supervisors and children' 4096 'E0106.*4096' named
at_most 'supervisors in each other' 199 'E0106.*200 levels' supervisors
at_most 'instances' 60000 'E0106.*60000' instances
at_most wires 1000 'E0106.*more than 1000 wires' wires
at_most contracts 1000 'E0106.*more than 1000 contracts' contracts
at_most invariants 1000 'E0106.*more than 1000 invariants' invariants
at_most properties 1000 'E0106.*more than 1000 properties' properties

# Numbers and lists that are limited where they stand.
limited() { # TEXT, PATTERN: TEXT is a file, or what stands in a session or a verify block
    printf '%s' "$1" >over.proto-session
    t_exit "$2: refused" 2 "$MOTET" check --engine=none over.proto-session
    t_has "$2" "$err" "$2"
}
limited "message M { f: bytes<16777217>; } $two" 'E0106.*1 to 16777216, this is 16777217'
limited "message M { f: u8[16777217]; } $two" 'E0106.*1 to 16777216, this is 16777217'
limited "message M = 65536; $two" 'E0106.*0 to 65535, this is 65536'
limited "message M; $two actor X plays Z.A { mailbox 65536; }" 'E0106.*`mailbox` must be 1 to 65535'
limited "message M; $two actor X plays Z.A { inbox 65536; }" 'E0106.*`inbox` must be 1 to 65535'
limited "message M; $two verify Z { sessions 256; }" 'E0106.*`sessions` must be 1 to 255'
limited "message M; $two verify Z { loss 256; }" 'E0106.*`loss` must be 1 to 255'
limited "message M; $two verify Z { crashes 256; }" 'E0106.*crashes must be 1 to 255'
limited 'message M; session Z(role A, role P[4097]) { A -> P[0]: M; }' 'E0106.*1 to 4096, this is 4097'
limited "message M; $two actor X plays $(many 250 'Z.A, ')Z.B;" 'E0106.*more than 250 roles of an actor'
limited "import a { $(many 1001 'N@, ') }; message M; $two" 'E0106.*more than 1000 names in one import'
limited "$(many 1001 'import a@; ') message M; $two" 'E0106.*more than 1000 imports'
limited "message M { $(many 1000 'f@: u8; ') } $two verify Z { $(many 1001 'domain M.f0 in 0..0; ') }" 'E0106.*more than 1000 domains'
limited "message M; session Z(role A, role B) { try { A -> B: M; } $(many 1001 'catch cancel at A { } ') }" \
    'E0106.*more than 1000 handlers'
limited "message M = 18446744073709551616; $two" 'E0103'

# A file, its errors, and all diagnostics.
{ printf 'message M; %s //' "$two"; head -c 16777216 /dev/zero | tr '\0' x; } >large.proto-session
t_exit "a file of more than 16 MiB" 2 "$MOTET" check --engine=none large.proto-session
t_has "says how large one may be" "$err" 'E0[15]0[16].*16'
limited "$(many 101 'session ; ')" 'E0106.*more than 100 errors'
limited "message M; session Z(role A, role B) { $(many 1001 'A -> B: M@; ') }" 'E0106.*more than 1000 errors'

# Files that import files: how many, how many in a row.
mkdir many && cd many || exit 1
for i in $(seq 0 256); do echo "module m$i; message M$i;" >"m$i.proto-session"; done
{ for i in $(seq 0 256); do echo "import m$i;"; done; echo "$two" | sed 's/M;/M0;/'; } >all.proto-session
t_exit "257 files are imported" 2 "$MOTET" check --engine=none all.proto-session
t_has "the limit is named" "$err" 'E0106.*256'
for i in $(seq 0 64); do echo "module c$i; import c$((i + 1)); message C$i;" >"c$i.proto-session"; done
echo 'module c65; message C65;' >c65.proto-session
echo "import c0; message M; $two" >row.proto-session
t_exit "files import each other 65 times in a row" 2 "$MOTET" check --engine=none row.proto-session
t_has "the limit is named" "$err" 'E0106.*64'
