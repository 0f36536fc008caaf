#!/bin/bash
# What never happens in any scope that was checked is warned of; what was not explored is said to be so.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
check() { t_exit "$1" "$2" "$MOTET" check --engine=explorer "${@:3}"; }

cat >rpc.proto-session <<'END'
message Ask;
message Reply;
message Cancel;
local Client = Server!Ask . Server?Reply . end;
local Server = &{ Client?Ask . Client!Reply . end, Client?Cancel . end };
session Rpc(Client, Server);
END
check "a branch of a local type that nobody takes" 0 rpc.proto-session
t_has "is warned of" "$err" '^warning\[W0301\]: `Server` never receives `Cancel` from `Client` here'
t_has "at its place" "$err" ' rpc.proto-session:5:52$'
cat >values.proto-session <<'END'
message V { f: u8; }
message W;
message X;
message Y;
session D(role A, role B) {
  A -> B: V;
  choice at A { A -> B: W where V.f < 2; } or { A -> B: X where V.f > 1; B -> A: Y; }
}
verify D { domain V.f in 0..1; }
END
check "a branch that no value allows" 0 values.proto-session
t_has "is warned of at its sender" "$err" '^warning\[W0301\]: `A` never sends `X` to `B` here'
cp "$err" warnings
t "and not at its receiver, nor what comes after it" test "$(grep -c '^warning' warnings)" = 1
check "what was kept in the cache" 0 --cache=kept values.proto-session
check "is used" 0 --cache=kept values.proto-session
t_has "it is" "$out" ', cached$'
t_has "and warns as well" "$err" 'never sends `X`'
echo 'verify D { domain V.f in 0..3; }' >>values.proto-session
check "in another scope it happens" 0 values.proto-session
t_lacks "then nothing is warned of" "$err" W0301

cat >crash.proto-session <<'END'
message W;
message X;
message Ask;
session C(role A, role B, role Q) {
  try { A -> B: W; A -> Q: W; Q -> A: X; A -> B: X; } catch crash Q at A { A -> B: Ask; }
}
actor Aa plays C.A { mailbox 1; }
actor Ba plays C.B { mailbox 1; }
actor Qa plays C.Q { mailbox 1; }
system Y { supervisor root { child a: Aa; child b: Ba; child q: Qa; } wire C(A = a, B = b, Q = q); }
END
check "a handler for a crash that no scope has" 0 crash.proto-session
t_lacks "is no warning" "$err" W0301
t_has "but a note" "$out" '^  note: what `A` does when `Q` crashes \(crash.proto-session:5\) was not explored: no scope lets it crash$'
cp crash.proto-session other.proto-session
echo 'verify Y { crashes 1 of b; }' >>other.proto-session
"$MOTET" check --engine=explorer other.proto-session >"$out" 2>"$err"
t_has "nor does the crash of another" "$out" 'was not explored: no scope lets it crash'
echo 'verify Y { crashes 1 of q; }' >>crash.proto-session
"$MOTET" check --engine=explorer crash.proto-session >"$out" 2>"$err"
t_lacks "with its crash it is explored" "$out" 'was not explored'
t_lacks "and everything in it happens" "$err" W0301

cat >stuck.proto-session <<'END'
message M;
message N;
local A = B!M . B?N . end;
local B = A?M . A?M . A!N . end;
session Stuck(A, B);
END
check "what a violation explains" 1 stuck.proto-session
t_lacks "is not told again" "$err" W0301

cat >waits.proto-session <<'END'
message M;
message N;
local A = rec X . B!M . X;
local B = rec X . A?M . X;
local C = A?N . A?M . end;
session Waits(A, B, C);
END
check "one who waits beside the others' loop" 0 waits.proto-session
t_has "never gets its message" "$err" '^warning\[W0301\]: `C` never receives `N` from `A` here'
t_lacks "nor, of course, the next" "$err" 'never receives `M`'
