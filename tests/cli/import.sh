# import.sh -- motet import, and the other commands on files that were written for other tools.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

cat >pong.scr <<'END'
module pong;
global protocol Rally(role A, role B) {
  ping() from A to B;
  pong() from B to A;
}
END
cat >ring.txt <<'END'
A: B!m; B!m; C?m; C?m; end
B: C!m; C!m; A?m; A?m; end
C: A!m; A!m; B?m; B?m; end
END
printf 'A: B!a; end\nB: A?a; C!b; end\n' >unknown.txt
echo 'A' >unknown.xyz

t_exit "Scribble is translated" 0 "$MOTET" import pong.scr
t_has "to a session" "$out" '^session Rally\(role A, role B\) \{$'
t_exit "into a file" 0 "$MOTET" import pong.scr -o pong.proto-session
t_exit "which can be checked" 0 "$MOTET" check --engine=explorer pong.proto-session
t_exit "and which fmt leaves alone" 0 "$MOTET" fmt --check pong.proto-session
t_exit "automata are translated" 0 "$MOTET" import ring.txt -o ring.proto-session
t_exit "and fmt leaves them alone" 0 "$MOTET" fmt --check ring.proto-session

t_exit "check takes the file as it is" 0 "$MOTET" check --engine=explorer pong.scr
t_exit "a violation is found" 1 "$MOTET" check --engine=explorer --capacity=1 --progress ring.txt
t_has "at its place in the file" "$out" 'ring\.txt:1$'
t_has "progress is named" "$out" '^  violated +progress +Ring'
t_has "leftovers are named" "$out" '^  holds +no-leftovers +Ring'
t_lacks "starvation is not asked for" "$out" 'no-starvation'
t_exit "with more room all holds" 0 "$MOTET" check --engine=explorer --capacity=2 --progress --choices=unfair ring.txt
t_has "starvation is decided" "$out" '^  holds +no-starvation +Ring'
t_exit "gen takes the file as it is" 0 "$MOTET" gen promela ring.txt -o models

t_exit "what cannot be translated: 2" 2 "$MOTET" import unknown.txt -o no.proto-session
t_has "the place is told" "$err" '^ *--> unknown\.txt:2:9$'
t_has "and the reason" "$err" '^error\[E0602\]: no automaton is called `C`'
t "nothing is written" [ ! -e no.proto-session ]
cp pong.scr kept.scr
t_exit "the file is not written over: 2" 2 "$MOTET" import kept.scr -o kept.scr
t "it is as it was" cmp pong.scr kept.scr
: >empty.txt
t_exit "a file with nothing in it: 2" 2 "$MOTET" import empty.txt
t_exit "another extension: 2" 2 "$MOTET" import unknown.xyz
t_exit "no such file: 2" 2 "$MOTET" import nowhere.scr
t_exit "no file named: 2" 2 "$MOTET" import

# ---- comments ----
cat >said.scr <<'END'
// All about it

module said;
global protocol P(role A, role B) {
  a() from A to B;  // first

  // then
  b() from A to B;
}
END
t_exit "comments stay" 0 "$MOTET" import said.scr -o said.proto-session
cat >said.want <<'END'
// All about it

module said;

message a;
message b;

session P(role A, role B) {
  A -> B: a; // first

  // then
  A -> B: b;
}
END
t "where they were" diff said.want said.proto-session

# ---- all errors at once ----
cat >three.scr <<'END'
module three;
global protocol P(role A, role B) {
  m() from A to C;
  interruptible { n() from A to B; } with { o() by A; }
  rec X { n() from A to B; }
  continue X;
}
END
t_exit "all that is wrong is told: 2" 2 "$MOTET" import three.scr
t_has "the first" "$err" '^ *--> three\.scr:3:17$'
t_has "the second" "$err" '^ *--> three\.scr:4:3$'
t_has "the last" "$err" '^ *--> three\.scr:6:12$'
t "no more" [ "$(grep -c '^error' "$err")" = 3 ]

# ---- modules of Scribble ----
mkdir -p lib/net
cat >lib/net/Ping.scr <<'END'
module net.Ping;
type <java> "java.lang.Long" from "rt.jar" as Time;
global protocol Ping(role C, role S) { ping(Time) from C to S; do Pong(S, C); }
aux global protocol Pong(role A, role B) { pong() from A to B; }
global protocol Other(role A, role B) { other() from A to B; }
END
cat >uses.scr <<'END'
module uses;
import net.Ping as P;
global protocol Main(role A, role B) { par { a() from A to B; } and { do P.Ping(B as C, A as S); } }
END
t_exit "a module that is not there: 2" 2 "$MOTET" import uses.scr
t_has "the places are told" "$err" 'there is no file net/Ping\.nuscr$'
t_exit "with its folder it is" 0 "$MOTET" import -I lib uses.scr -o uses.proto-session
t_has "a protocol that is used" uses.proto-session '^session Pong\(role A, role B\) \{$'
t_lacks "not one that is not" uses.proto-session 'Other|other'
t_has "roles by name are in order" uses.proto-session '^    do Ping\(B, A\);$'
t_exit "fmt leaves it alone" 0 "$MOTET" fmt --check uses.proto-session
t_exit "check imports as it reads" 0 "$MOTET" check --engine=explorer -I lib uses.scr

# ---- imports between files in this language ----
mkdir -p shop
cat >shop/types.proto-session <<'END'
module shop.types;
enum Reason { sold_out, closed }
struct Item { id: u32; why: Reason; }
message Order { item: Item; }
message Reply { item: optional<Item>; }
session Unused(role A, role B) { A -> B: Order; B -> A: Reply; }
END
cat >shop/buy.proto-session <<'END'
module shop.buy;
import shop.types { Order, Reply as Answer };
session Buy(role C, role S) { C -> S: Order; S -> C: Answer; }
actor Server plays Buy.S;
END
cat >main.proto-session <<'END'
import shop.buy { Buy, Server };
import "pong.scr" { Rally };
struct Item { n: u8; }
message Note = 9 { item: Item; }
session Both(role A, role B) { do Buy(A, B); A -> B: Note; }
session Warm(role A, role B) { do Rally(A, B); }
actor Client plays Buy.C;
system Mall {
  supervisor root one_for_one intensity 1 in 1s { child s: Server permanent; child c: Client permanent; }
  wire Buy(C = c, S = s);
}
END
t_exit "a file with imports holds" 0 "$MOTET" check --engine=explorer main.proto-session
t_has "its own session is checked" "$out" 'implementable +Both'
t_lacks "an imported one is checked where it stands" "$out" 'implementable +(Buy|Rally|Unused)'
t_exit "from another folder" 0 "$MOTET" check --engine=explorer shop/buy.proto-session
t_exit "and from within" 0 env -C shop "$MOTET" check --engine=explorer buy.proto-session
t_exit "a module with types alone holds nothing, and that is fine" 0 "$MOTET" check --engine=explorer shop/types.proto-session
t_exit "C of it stands alone" 0 "$MOTET" gen c main.proto-session -o c
t_has "a hidden type is called after its file" c/main_messages.h 'struct main_types_item \{'
t_lacks "what is not needed is not there" c/main_sessions.c 'unused'
for f in c/*.c; do
    t_exit "$f compiles" 0 "$CC" -std=c11 -Wall -Wextra -Werror -I"$root/runtime/include" -Ic -c "$f" -o /dev/null
done
t_exit "drawings of it" 0 "$MOTET" gen dot main.proto-session --stdout
t_exit "JSON of it" 0 "$MOTET" gen json main.proto-session --stdout
t_exit "models of it" 0 "$MOTET" gen promela main.proto-session -o pml
t "models of its own sessions alone" [ "$(ls pml | tr '\n' ' ')" = "Both.session.pml Mall.system.pml Warm.session.pml " ]
printf 'import main;\nimport shop.nowhere;\n' >broken.proto-session
t_exit "a file that is not there: 2" 2 "$MOTET" check broken.proto-session
t_has "is told" "$err" '^error\[E0603\]: `shop\.nowhere` is not there$'
printf 'module shop.bad;\nmessage M { x: Nothing; }\n' >shop/bad.proto-session
printf 'import shop.bad;\nsession S(role A, role B) { A -> B: M; }\n' >uses_bad.proto-session
t_exit "an error in an imported file: 2" 2 "$MOTET" check uses_bad.proto-session
t_has "stands in that file" "$err" '^ *--> shop/bad\.proto-session:2:16$'

# ---- choices that are known late ----
cat >late.scr <<'END'
module late;
global protocol Late(role A, role B) {
  choice at A { m() from A to B; x() from A to B; } or { m() from A to B; y() from A to B; }
}
END
cat >either.scr <<'END'
module either;
global protocol Either(role A, role B, role C) {
  choice at A { m() from A to B; x() from B to C; } or { m() from A to B; y() from B to C; }
}
END
t_exit "a role may learn late which branch it is in" 0 "$MOTET" check --engine=explorer late.scr
t_exit "unless it is asked for" 1 "$MOTET" check --engine=explorer --early late.scr
t_has "it is violated" "$out" '^  violated +early-choice +Late'
t_has "the role is told, and where" "$err" '^warning\[W0302\]: `B` takes `m` from `A` and cannot know which branch this is$'
t_exit "it does no harm where the role goes on by itself" 0 "$MOTET" check --engine=none --early either.scr
