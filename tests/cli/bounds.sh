#!/bin/bash
# motet bounds: the smallest mailboxes, checked against motet check, and sizes of which a larger one is worse.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
ring=$root/examples/ring_of_four/ring_of_four.proto-session
tpc=$root/examples/two_phase_commit/two_phase_commit.proto-session

t_exit "two before two: one is too small" 0 "$MOTET" bounds "$ring"
t_has "one deadlocks" "$out" '^ +1  violated +holds +holds '
t_has "two hold" "$out" '^ +2  holds +holds +holds '
t_has "two is the smallest" "$out" 'mailbox 2; \}|smallest lanes: 2'
t_exit "two-phase commit needs one" 0 "$MOTET" bounds "$tpc"
t_has "and says what the file has" "$out" '^  actor Coordinator \{ mailbox 1; \}  // 2 in the file$'
t_has "no larger one can be worse" "$out" '^any larger mailbox is as safe as 1: all that it lets through can happen with 1 as well$'

cat >early.proto-session <<'END'
message m;
message x;
message z;
local A = B!m . B!m . C!x . end;
local B = &{ A?m . A?m . C?z . end, C?z . end };
local C = A?x . B!z . end;
session Early(A, B, C);
END
t_exit "safe at one, unsafe at two" 0 "$MOTET" bounds early.proto-session
t_has "is not monotone" "$out" '^not monotone: 1 is safe and 2 is not'
t_exit "check agrees at one" 0 "$MOTET" check --engine=explorer --capacity=1 early.proto-session
t_exit "and at two" 1 "$MOTET" check --engine=explorer --capacity=2 early.proto-session

cat >uneven.proto-session <<'END'
message M;
message N;
local A = B!M . B!M . B!M . B?N . end;
local B = A!N . A?M . A?M . A?M . end;
local C = A!M . end;
session Uneven(A, B);
actor Left plays Uneven.A { mailbox 4; }
actor Right plays Uneven.B { mailbox 4; }
system S {
  supervisor root { child left: Left; child right: Right; }
  wire Uneven(A = left, B = right);
}
END
sed -i '/^local C/d' uneven.proto-session
sed 's/A!N . A?M . A?M . A?M/A!N . A!N . A?M . A?M . A?M/; s/B!M . B?N/B!M . B?N . B?N/' uneven.proto-session >both.proto-session
t_exit "each actor has its own" 0 "$MOTET" bounds both.proto-session
cp "$out" bounds
t "and with them check holds" bash -c '
    for a in Left Right; do
        k=$(sed -n "s/.*actor $a { mailbox \([0-9]*\);.*/\1/p" bounds)
        sed -i "s/\(actor $a .*mailbox \)[0-9]*/\1$k/" both.proto-session
    done; "$1" check --engine=explorer both.proto-session' _ "$MOTET"
t_has "the suggestion differs from the file" bounds '// 4 in the file'

cat >stuck.proto-session <<'END'
message M;
local A = B?M . B!M . end;
local B = A?M . A!M . end;
session Stuck(A, B);
END
t_exit "no size is safe: 1" 1 "$MOTET" bounds stuck.proto-session
t_has "says so" "$out" '^no size is safe: all that a larger one lets through can happen with 1 as well$'
cat >flood.proto-session <<'END'
message M;
message N;
local A = rec X . B!M . X;
local B = C?N . end;
local C = rec X . B?M . X;
session Flood(A, B, C);
END
t_exit "none that was tried is safe: 1" 1 "$MOTET" bounds --upto=3 flood.proto-session
t_has "more cannot be said where something never has room" "$out" '^no size up to 3 is safe$'
cat >lossy.proto-session <<'END'
message M;
message End;
session S(role A, role B) { rec X { choice at A { A -> B: M; continue X; } or { A -> B: End; } } }
actor Left plays S.A { mailbox 1; }
actor Right plays S.B { mailbox 1 drop_newest; }
system Y { supervisor root { child left: Left; child right: Right; } wire S(A = left, B = right); }
END
"$MOTET" bounds --upto=3 lossy.proto-session >"$out" 2>"$err"
t_has "it was tried" "$out" '^ +3  '
t_lacks "the rule does not speak of mailboxes that drop" "$out" 'can happen with'
t_exit "no memory for it: 3" 3 "$MOTET" bounds --memory=1 --upto=1 <(awk 'BEGIN {
    print "message M; session W(role A, role B[14]) { foreach b in B { A -> b: M; } foreach b in B { b -> A: M; } }" }')
t_has "says what to do" "$out" 'not all searches ended'
t_exit "a subject that is not there: 2" 2 "$MOTET" bounds --subject=Nowhere "$tpc"
t_exit "a file with errors: 2" 2 "$MOTET" bounds <(echo 'session S(role A, role B) { A -> B: No; }')
