# check.sh -- motet check from the outside: exit statuses, both formats, every kind of file that is not one.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

cat >pong.proto-session <<'END'
module pong;
message Ping;
message Pong;
session Rally(role A, role B) {
  A -> B: Ping;
  B -> A: Pong;
}
END
cat >ring.proto-session <<'END'
module ring;
message M;
local A = B!M . B!M . D?M . D?M . end;
local B = C!M . C!M . A?M . A?M . end;
local C = D!M . D!M . B?M . B?M . end;
local D = A!M . A!M . C?M . C?M . end;
session Ring(A, B, C, D);
END
cat >unsure.proto-session <<'END'
module unsure;
message Yes;
message No;
message Go;
message Stop;
session Vote(role A, role B, role C) {
  choice at A { A -> B: Yes; C -> B: Go; } or { A -> B: No; C -> B: Stop; }
}
session Fine(role A, role B) { A -> B: Yes; }
END
cat >spells.proto-session <<'END'
module spells;
session S(role A, role B) { A -> B: Nowhere; }
END
{ # what gets lost is no matter of order, and the roles are no family: nothing can be left out
    echo 'module wide; message M; message N;'
    roles=$(seq -s ' ' 12)
    echo "session Wide(role A$(printf ', role B%s' $roles)) {"
    echo "  rec X { $(printf 'A -> B%s: M; ' $roles) $(printf 'B%s -> A: N; ' $roles) continue X; } }"
    echo 'verify Wide { loss 1; }'
} >wide.proto-session
: >empty.proto-session
head -c 64 /dev/zero >binary.proto-session
mkdir -p folder.proto-session

# ---- exit statuses ----
t_exit "all holds: 0" 0 "$MOTET" check pong.proto-session
t_has "deadlock freedom is named" "$out" '^  holds +deadlock-free +Rally +explorer 5 states, SPIN [0-9]+ states'
t_has "fidelity is named" "$out" '^  holds +fidelity +Rally'
t_has "no orphans is named" "$out" '^  holds +no-orphans +Rally'
t_has "implementable is named" "$out" '^  holds +implementable +Rally'
t_has "the scope is named" "$out" 'Rally: 1 session on its own, lanes hold 2'
t_has "the last line is the verdict" "$out" '^holds: pong.proto-session, 4 of 4 properties hold$'
t_exit "a violation: 1" 1 "$MOTET" check --engine=explorer --capacity=1 ring.proto-session
t_has "the verdict is violated" "$out" '^violated: ring.proto-session, 2 of 3 properties hold$'
t_exit "room for two: 0" 0 "$MOTET" check --engine=explorer ring.proto-session
t_exit "an unprojectable session: 1" 1 "$MOTET" check --engine=explorer unsure.proto-session
t_has "it is not implementable" "$out" '^  violated +implementable +Vote'
t_has "and the diagnostic says why" "$err" '^error\[E030[123]\]'
t_has "the other session is still checked" "$out" '^  holds +deadlock-free +Fine'
t_exit "a wrong file: 2" 2 "$MOTET" check spells.proto-session
t_has "its error is on stderr" "$err" '^error\[E02'
t_exit "a memory budget runs out: 3" 3 "$MOTET" check --engine=explorer --memory=1 wide.proto-session
t_has "the verdict is inconclusive" "$out" '^  inconclusive +deadlock-free'
t_has "with what was covered" "$out" 'the memory budget was used up after [0-9]+ states'
t_exit "the worst of several files: 2" 2 "$MOTET" check --engine=explorer pong.proto-session nope.proto-session
t_exit "violated before inconclusive" 1 "$MOTET" check --engine=explorer --memory=1 --capacity=1 \
    ring.proto-session wide.proto-session

# ---- files that are none ----
t_exit "a missing file" 2 "$MOTET" check nope.proto-session
t_has "a missing file says so" "$err" 'cannot read this file: No such file'
t_exit "a folder" 2 "$MOTET" check folder.proto-session
t_has "a folder without a protocol says so" "$err" 'folder.proto-session: there is no file \*.proto-session in this folder'
t_exit "an empty file" 2 "$MOTET" check empty.proto-session
t_has "an empty file says so" "$err" 'nothing to check'
t_exit "a binary file" 2 "$MOTET" check binary.proto-session
t_has "a binary file says so" "$err" 'not text'
t_exit "an empty name" 2 "$MOTET" check ""
head -c 17000000 /dev/zero | tr '\0' '\n' >huge.proto-session
t_exit "a huge file" 2 "$MOTET" check huge.proto-session
t_has "a huge file says so" "$err" 'larger than 16 MiB'

# ---- the command line ----
t_exit "no file" 2 "$MOTET" check
t_exit "an unknown option" 2 "$MOTET" check --engin=spin pong.proto-session
t_has "it suggests the near one" "$err" 'did you mean --engine'
t_exit "a wrong choice" 2 "$MOTET" check --engine=tlc pong.proto-session
t_has "it names the choices" "$err" 'both\|explorer\|spin'
t_exit "a number out of range" 2 "$MOTET" check --capacity=0 pong.proto-session
t_exit "no number" 2 "$MOTET" check --time=soon pong.proto-session
t_exit "a number too large for any" 2 "$MOTET" check --time=99999999999999999999999 pong.proto-session
t_exit "a value that is missing" 2 "$MOTET" check pong.proto-session --time
t_exit "a value for a flag" 2 "$MOTET" check --ascii=yes pong.proto-session
t_exit "help" 0 "$MOTET" check --help
t_has "help explains the engines" "$out" '--engine=both\|explorer\|spin'
t_exit "motet help check is the same" 0 "$MOTET" help check
t_has "motet help check names the statuses" "$out" '101 internal error'
t_exit "no command" 2 "$MOTET"
t_exit "an unknown command" 2 "$MOTET" chekc
t_has "it suggests check" "$err" 'did you mean "motet check"'
t_exit "version" 0 "$MOTET" version
t_exit "a value in the next word" 0 "$MOTET" check --engine explorer pong.proto-session
cp pong.proto-session ./-dash
t_exit "a file that looks like an option" 0 "$MOTET" check --engine=explorer -- -dash
if [ -w /dev/full ]; then
    full() { "$MOTET" check --engine=explorer pong.proto-session >/dev/full; }
    t_exit "output that cannot be written" 2 full
fi

# ---- the chart ----
t_exit "the ring, drawn" 1 "$MOTET" check --engine=explorer --capacity=1 --ascii ring.proto-session
t_has "the chart names the participants" "$out" 'A +B +D +C|A +B +C +D'
t_has "an arrow ends with its place" "$out" '\*-+M-+>\|.* ring.proto-session:3$'
for r in "A B" "B C" "C D" "D A"; do
    t_has "${r% *} waits, and why" "$out" "the lane ${r% *} -> ${r#* } is full \(1 of 1: M\), and ${r#* } itself waits"
done
ascii_only() { ! LC_ALL=C grep -q '[^ -~]' "$out"; }
pass_if() { if "$2"; then pass "$1"; else fail "$1"; fi; }
pass_if "--ascii draws in ASCII" ascii_only
t_exit "color when asked" 0 "$MOTET" check --engine=explorer --color=always pong.proto-session
t_has "the verdict is colored" "$out" "$(printf '\033')\[32mholds"
t_exit "no color in a pipe" 0 "$MOTET" check --engine=explorer pong.proto-session
t_lacks "no escape in a pipe" "$out" "$(printf '\033')"

# ---- JSON ----
json() { # file, python expression over d
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$1" "$2"
}
t_exit "JSON of a violation" 1 "$MOTET" check --engine=explorer --capacity=1 --format=json ring.proto-session
cp "$out" ring.json
t "file and verdict" json ring.json 'd["file"] == "ring.proto-session" and d["verdict"] == "violated"'
t "a property has its fields" json ring.json \
    'set(d["properties"][0]) >= {"name", "subject", "result", "engines", "counterexample"}'
t "an engine has its fields" json ring.json \
    'set(d["properties"][0]["engines"][0]) == {"engine", "result", "states", "seconds"}'
t "the states are counted" json ring.json 'd["properties"][0]["engines"][0]["states"] == 16'
t "four events, with places" json ring.json \
    '[(e["kind"], e["line"]) for e in d["properties"][0]["counterexample"]["events"]] == [("send", l) for l in (3, 4, 5, 6)]'
t "four wait" json ring.json \
    'sorted(w["participant"] for w in d["properties"][0]["counterexample"]["waiting"]) == list("ABCD")'
t "what holds has no counterexample" json ring.json 'd["properties"][1]["counterexample"] is None'
t_exit "JSON of a wrong file" 2 "$MOTET" check --format=json spells.proto-session
cp "$out" spells.json
t "the verdict is error" json spells.json 'd["verdict"] == "error" and d["properties"] == []'
t "a diagnostic has its fields" json spells.json \
    'set(d["diagnostics"][0]) >= {"code", "severity", "message", "file", "line", "column"}'
t_exit "JSON of a missing file" 2 "$MOTET" check --format=json nope.proto-session
cp "$out" nope.json
t "a missing file is an object too" json nope.json 'd["verdict"] == "error" and d["diagnostics"][0]["file"] == "nope.proto-session"'
t_exit "JSON of two files" 0 "$MOTET" check --engine=explorer --format=json pong.proto-session pong.proto-session
cp "$out" two.json
t "an object for each file" python3 -c 'import json, sys
text, d, n = open(sys.argv[1]).read(), json.JSONDecoder(), 0
while text.strip():
    _, end = d.raw_decode(text.lstrip()); text = text.lstrip()[end:]; n += 1
sys.exit(n != 2)' two.json

# ---- projection alone ----

t_exit "no engine: projection decides" 0 "$MOTET" check --engine=none "$root/examples/two_phase_commit/two_phase_commit.proto-session"
t_has "no engine: implementable" "$out" 'holds +implementable'
t_lacks "no engine: nothing is explored" "$out" 'deadlock-free'
t_exit "no engine: what cannot be projected" 1 "$MOTET" check --engine=none "$root/examples/two_phase_commit/broken/cannot_tell.proto-session"
t_exit "no engine: local types leave nothing to decide" 2 "$MOTET" check --engine=none "$root/examples/ring_of_four/ring_of_four.proto-session"

# ---- a tool is missing ----
mkdir bin
without() { env PATH="$work/bin" "$MOTET" check "$@"; }
t_exit "no temporary folder: 2" 2 env TMPDIR="$work/nowhere" "$MOTET" check pong.proto-session
t_has "no temporary folder: it says what to do" "$err" 'let TMPDIR name a folder that can be written'
t_exit "no spin: 2" 2 without pong.proto-session
t_has "it names the package" "$err" 'install the Debian package `spin`'
t_has "the explorer's answer is still there" "$out" 'explorer 5 states'
t_exit "the explorer needs no tool" 0 without --engine=explorer pong.proto-session
printf '#!/bin/sh\nexit 1\n' >bin/spin && chmod +x bin/spin
t_exit "no compiler: 2" 2 without pong.proto-session
t_has "it names gcc" "$err" 'Debian package `gcc`'
t_exit "a formula is decided without SPIN" 1 "$MOTET" check --engine=explorer "$root/tests/negative/ltl/ship_before_pay.proto-session"

# ---- the files that violate ----
for kind in deadlock fidelity orphan; do
    for f in "$root"/tests/negative/$kind/*.proto-session; do
        n=$kind/$(basename "$f" .proto-session)
        t_exit "$n: both engines find it" 1 "$MOTET" check --format=json "$f"
        cp "$out" found.json
        t "$n: they agree" json found.json 'any(p["result"] == "violated" and p["counterexample"] and p["name"].find("'"$kind"'") >= 0 and
            [e["result"] for e in p["engines"]] == ["violated", "violated"] for p in d["properties"])'
    done
done
for f in "$root"/tests/negative/implementable/*.proto-session; do
    n=implementable/$(basename "$f" .proto-session)
    t_exit "$n: projection refuses it" 1 "$MOTET" check "$f"
    t_has "$n: and says where" "$err" '^ +--> .*:[0-9]+:[0-9]+$'
done
for f in "$root"/tests/negative/ltl/*.proto-session; do
    n=ltl/$(basename "$f" .proto-session)
    t_exit "$n: SPIN finds it" 1 "$MOTET" check "$f"
    t_has "$n: the formula is named" "$out" '^  violated +ltl '
done
