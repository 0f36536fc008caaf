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
t_exit "another extension: 2" 2 "$MOTET" import unknown.xyz
t_exit "no such file: 2" 2 "$MOTET" import nowhere.scr
t_exit "no file named: 2" 2 "$MOTET" import
