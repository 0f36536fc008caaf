# spin_search.sh -- the other ways in which SPIN searches, from the outside.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

# Pairs that talk for ever; with LATE one of them takes something else than what it is sent, after some rounds.
system_of() { # sessions, last message of D
    cat <<END
message M;
message N;
local A = B!M . B?M . B!M . B?M . rec X . B!M . B?M . X;
local B = A?M . A!M . A?M . A!M . rec X . A?M . A!M . X;
local D = E!M . E?M . E!M . E?M . E!M . E?M . E!M . E?M . E!$2 . E?M . end;
local E = D?M . D!M . D?M . D!M . D?M . D!M . D?M . D!M . D?M . D!M . end;
session Talk(A, B);
session Late(D, E);
actor ActA plays Talk.A { mailbox 2; }
actor ActB plays Talk.B { mailbox 2; }
actor ActD plays Late.D { mailbox 2; }
actor ActE plays Late.E { mailbox 2; }
system Sys {
  supervisor root one_for_one intensity 1 in 1s {
    child a: ActA permanent; child b: ActB permanent; child d: ActD permanent; child e: ActE permanent;
  }
  wire Talk(A = a, B = b);
  wire Late(D = d, E = e);
}
verify Sys { sessions $1; }
END
}
system_of 1 M >fine.proto-session
system_of 2 N >late.proto-session

for way in bitstate swarm; do
    t_exit "$way: what holds is inconclusive" 3 "$MOTET" check --engine=spin --spin=$way fine.proto-session
    t_has "$way: says how much" "$out" "^      SPIN: .*bitstate search.* covered (at least )?[1-9][0-9]* states, not exhaustive"
    t_lacks "$way: and never that it holds" "$out" '^  holds '
    t_exit "$way: what is violated is" 1 "$MOTET" check --engine=spin --spin=$way --time=20 late.proto-session
    t_has "$way: by SPIN alone" "$out" '^  violated +fidelity +Sys +SPIN [0-9,]+ states'
    t_has "$way: with a chart to its end" "$out" '──N──'
    t_exit "$way: the explorer decides what it can" 0 "$MOTET" check --spin=$way fine.proto-session
    t_has "$way: and the line tells of both" "$out" '^  holds +deadlock-free +Sys +explorer [0-9,]+ states, SPIN [0-9,]+ states \(not all\)'
done
"$MOTET" check --engine=spin --spin=swarm --format=json fine.proto-session >json 2>/dev/null
t "json has the reason too" jq -e '[.properties[].engines[] | select(.engine == "spin").why | test("not exhaustive")] | all' json
t_exit "cores for one search" 0 "$MOTET" check --engine=spin --spin-cores=2 fine.proto-session
t_exit "there is no other way" 2 "$MOTET" check --spin=fast fine.proto-session
t_has "and it says which there are" "$err" 'exhaustive\|bitstate\|swarm'
t_exit "no search takes no core" 2 "$MOTET" check --spin-cores=0 fine.proto-session
t_exit "what is partial is not kept" 3 "$MOTET" check --cache="$work/keep" --engine=spin --spin=bitstate fine.proto-session
t "at all" test "$(ls keep | wc -l)" = 0
