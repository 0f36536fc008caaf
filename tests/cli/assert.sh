# assert.sh -- assertions on local types, and warnings: what check says of them, and with which exit status.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
negative=$root/tests/negative/subtype
check() { "$MOTET" check --engine=explorer "$@"; }

# ---- no, with the path ----
t_exit "a receive is missing: 1" 1 check "$negative/deaf_server.proto-session"
t_has "the property is violated" "$out" '^  violated +subtype +Deaf <= Cache '
t_has "the diagnostic" "$err" '^error\[E0310\]: `Deaf` is not a subtype of `Cache`$'
t_has "where" "$err" "= note: at the start, \`Cache\` takes [?]Put, and \`Deaf\` does not$"
t_exit "answers pile up: 1" 1 check "$negative/impatient_client.proto-session"
t_has "it never takes them" "$err" "for ever without the [?]Answer of \`Client\`|has still to do [?]Answer"
t_exit "it waits where it should act: 1" 1 check "$negative/greedy_relay.proto-session"
t_has "with peers" "$err" '`Greedy` waits for Last\?Parcel, where `Relay` may first do Next!Parcel'

# ---- neither yes nor no ----
t_exit "not decided: 3" 3 check "$negative/ahead_for_ever.proto-session"
t_has "inconclusive" "$out" '^  inconclusive +subtype +Double <= Client '
t_has "the reason" "$out" '`Double` runs further ahead of `Client`'

# ---- yes ----
cat >yes.proto-session <<'END'
message Order;
message Answer;
message Bye;
local Client = rec Day . +{ !Order . ?Answer . Day, !Bye . end };
local Short = !Order . ?Answer . !Bye . end;
local Ahead = !Order . !Order . ?Answer . ?Answer . !Bye . end;
assert Short <= Client;
assert Ahead
    <= Client;
assert dual(dual Client) == Client;
END
t_exit "all hold: 0" 0 check yes.proto-session
t_has "synchronous" "$out" '^  holds +subtype +Short <= Client +subtyping [0-9]+ states$'
t_has "asynchronous, and what it takes" "$out" '^  Ahead <= Client: asynchronous, up to 1 ahead: lanes need room for that$'
t_has "both ways" "$out" '^  holds +equal +dual\(dual Client\) == Client '
t_exit "JSON has them" 0 check --format=json yes.proto-session
t_has "by name" "$out" '"name": "equal"'
t_has "by subject" "$out" '"subject": "Ahead <= Client"'
t_exit "no engine is needed" 0 "$MOTET" check --engine=none yes.proto-session

# ---- warnings ----
cat >unused.proto-session <<'END'
message Ping;
message Pong;
session Echo(role A, role B, role C) { A -> B: Ping; }
END
t_exit "warnings leave the status alone" 0 check unused.proto-session
t_has "the message" "$err" '^warning\[W0208\]: message `Pong` is never used$'
t_has "the role" "$err" '^warning\[W0207\]: role `C` takes part in nothing$'
t_has "what to do" "$err" '= help: leave its declaration out$'
cat >apply.py <<'END'
import json, sys
report = json.load(sys.stdin)
fixes = [f for d in report["diagnostics"] for f in d.get("fixes", [])]
lines = open(sys.argv[1]).read().split("\n")
offset = lambda line, column: sum(len(l) + 1 for l in lines[:line - 1]) + column - 1
text = "\n".join(lines)
for f in sorted(fixes, key=lambda f: -offset(f["line"], f["column"])):
    text = text[:offset(f["line"], f["column"])] + f["text"] + text[offset(f["end_line"], f["end_column"]):]
open(sys.argv[1], "w").write(text)
sys.exit(not fixes)
END
cat >fixable.proto-session <<'END'
message Ping;
message Pong { note: string<8>; }
session Echo(role A, role B) { A -> B: Pnig; }
END
apply() { check --format=json "$1" | python3 apply.py "$1"; }
t "a misspelt name is put right" apply fixable.proto-session
t_exit "then all holds" 0 check fixable.proto-session
t_has "and a warning is left" "$err" '^warning\[W0208\]'
t "which is put right, too" apply fixable.proto-session
t_exit "and all holds" 0 check fixable.proto-session
t "nothing is said any more" test ! -s "$err"
printf 'module names;\nmessage A; message B = 40; message C; message D;\n' >names.proto-session
printf 'module more;\nmessage Q;\n' >more.proto-session
cat >many.proto-session <<'END'
module many;
import names { A as First, B, C as Last, D };
import more;

/// About Pong,
/// at length
message Pong { note: string<8>; }

/// About Ping
message Ping;

session S(role X, role Y) { X -> Y: B; Y -> X: Ping; X -> Y: B; X -> Y: B; }
actor Left plays S.X { mailbox 1; }
actor Right plays S.Y { mailbox 1 shared drop_newest; }
system Both {
  supervisor root one_for_one intensity 3 in 10s {
    child l: Left temporary backoff 1ms..2ms;
    child r: Right permanent;
  }
  wire S(X = l, Y = r);
}
END
cat >many.want <<'END'
module many;
import names { B,  };


/// About Ping
message Ping;

session S(role X, role Y) { X -> Y: B; Y -> X: Ping; X -> Y: B; X -> Y: B; }
actor Left plays S.X { mailbox 1; }
actor Right plays S.Y { mailbox 1 shared block; }
system Both {
  supervisor root one_for_one intensity 3 in 10s {
    child l: Left temporary;
    child r: Right permanent;
  }
  wire S(X = l, Y = r);
}
END
t "all that can be put right at once is" apply many.proto-session
t "and nothing else" diff many.want many.proto-session
t_exit "then all holds" 0 check many.proto-session
t_lacks "without a warning" "$err" '^warning'
cat >never_full.proto-session <<'END'
message Ping;
message Pong;
session Echo(role A, role B) { A -> B: Ping; B -> A: Pong; A -> B: Ping; }
actor Left plays Echo.A;
actor Right plays Echo.B { mailbox 1 drop_oldest; }
END
check never_full.proto-session >"$out" 2>"$err"
t_lacks "a mailbox that never fills may drop" "$err" '^warning'
for f in "$root"/examples/*/*.proto-session; do
    check "$f" >"$out" 2>"$err"
    t_lacks "no warning about $(basename "$f" .proto-session)" "$err" '^warning'
done
cat >imported.scr <<'END'
module imported;
data <java> "int" from "int" as int;
global protocol P(role A, role B, role C) { rec X { M(int) from A to B; continue X; } }
END
check imported.scr >"$out" 2>"$err"
t_lacks "files of other tools get none" "$err" '^warning\[W02(07|08|09|10)'
