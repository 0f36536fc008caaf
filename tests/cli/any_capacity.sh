#!/bin/bash
# motet check --any-capacity: from which room on more is as safe; and why it cannot be told.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
cat >ring.proto-session <<'END'
message M;
local A = B!M . B!M . D?M . D?M . end;
local B = C!M . C!M . A?M . A?M . end;
local C = D!M . D!M . B?M . B?M . end;
local D = A!M . A!M . C?M . C?M . end;
session Ring(A, B, C, D);
END
ring=ring.proto-session
any() { "$MOTET" check --engine=explorer "$@" 2>"$err" | sed -n '/ any-capacity /,$p'; }

t_exit "the ring: room for two is enough" 0 "$MOTET" check --engine=explorer --any-capacity=4 "$ring"
t_has "it holds" "$out" '^  holds +any-capacity +Ring +explorer 343 states'
t_has "from two on" "$out" '^  Ring: 1 session on its own, all lanes hold 2, or each holds that or more$'
t_exit "of room for one nothing is known" 3 "$MOTET" check --engine=explorer --any-capacity=1 "$ring"
t_has "who can never send what, where, and when" "$out" 'explorer: with room for 1, A can never send `M` to B \(ring.proto-session:2\) after A sends M to B$'
t_exit "without the option it is not asked" 0 "$MOTET" check --engine=explorer "$ring"
t_lacks "so it is not answered" "$out" any-capacity

cat >wrong.proto-session <<'END'
message M;
message N;
local A = B!M . end;
local B = A?N . end;
session Wrong(A, B);
END
t_exit "what is wrong with any room is violated" 1 "$MOTET" check --engine=explorer --any-capacity=4 --save=saved wrong.proto-session
t_has "and says so" "$out" '^  violated +any-capacity +Wrong'
t_has "from the first on that is enough" "$out" 'all lanes hold 1, or each'
t "its lanes are not the file's: nothing is saved to be replayed" bash -c '! ls saved | grep any-capacity'

cat >flood.proto-session <<'END'
message M;
message N;
local A = rec X . B!M . X;
local B = C?N . end;
local C = rec X . B?M . X;
session Flood(A, B, C);
END
any --any-capacity=3 flood.proto-session >"$out"
t_has "no room is enough for who is never heard" "$out" '^  inconclusive +any-capacity +Flood'
t_has "the witness has the largest room that was tried" "$out" 'with room for 3, A can never send `M` to B \(flood.proto-session:3\) after A sends M to B, A sends M to B, A sends M to B$'

cat >race.proto-session <<'END'
message M;
message N;
local A = C!M . end;
local B = C!N . end;
local C = &{ A?M . end, B?N . end };
session Race(A, B, C);
END
any --any-capacity=3 race.proto-session >"$out"
t_has "a race has no answer" "$out" 'C takes `M` of A \(race.proto-session:5\) or `N` of B, whichever comes first'

cat >kinds.proto-session <<'END'
message M;
message N;
message Stop;
session Par(role A, role B) { par { A -> B: M; } and { B -> A: N; } }
session Try(role A, role B) { try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Stop; } }
END
any --any-capacity=3 kinds.proto-session >"$out"
t_has "a state that sends and receives is named" "$out" 'no rule tells it where A may send and receive in one state'
t_has "and so are events" "$out" 'no rule tells it where events can happen'

t_exit "room for none is none" 2 "$MOTET" check --any-capacity=0 "$ring"
"$MOTET" check --engine=explorer --any-capacity=4 --format=json "$ring" >"$out"
t_has "JSON has it" "$out" '"name": "any-capacity"'
