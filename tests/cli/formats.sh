#!/bin/bash
# The formats of motet check that continuous integration reads, folders, and several files at the same time.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

mkdir -p many/deep many/.hidden 'odd names' nothing
cat >many/good.proto-session <<'END'
message Ping;
message Pong;
session Rally(role A, role B) { A -> B: Ping; B -> A: Pong; }
END
cat >many/deep/stuck.proto-session <<'END'
message M;
local A = B?M . B!M . end;
local B = A?M . A!M . end;
session Stuck(A, B);
END
cat >many/deep/late.proto-session <<'END'
message M;
message N;
local A = B!M . B!N . end;
local B = A?M . A?M . end;
session Late(A, B);
END
cat >many/wrong.proto-session <<'END'
message M;
session Wrong(role A, role B) { A -> B: Nowhere; }
END
cp many/wrong.proto-session many/.hidden/
cp many/good.proto-session 'odd names/a&b <c>%.proto-session'
check() { "$MOTET" check --engine=explorer "$@"; }

# ---- folders and several files ----
t_exit "a folder: the worst of its files" 2 check many
t_has "they are counted" "$out" '^4 files: 1 hold, 2 violated, 1 with errors$'
t_lacks "hidden folders are not entered" "$out" 'hidden'
t_exit "a folder without protocols: 2" 2 check nothing
t_has "says so" "$err" 'nothing: there is no file \*\.proto-session in this folder'
mkdir shared
printf 'message Ping;\n' >shared/types.proto-session
printf 'import "types.proto-session";\nsession S(role A, role B) { A -> B: Ping; }\n' >shared/use.proto-session
t_exit "a file that is there for others, found in a folder" 0 check shared
t_has "is counted" "$out" '^2 files: 2 hold$'
t_exit "the same file by its name: 2" 2 check shared/types.proto-session
: >shared/empty.proto-session
t_exit "an empty file is there for nobody: 2" 2 check shared
rm shared/empty.proto-session
mkfifo shared/pipe.proto-session
t_exit "a pipe in a folder is passed over" 0 timeout 60 "$MOTET" check --engine=explorer shared
mkdir -p twice/left twice/right
cp many/deep/stuck.proto-session twice/left/
cp many/deep/stuck.proto-session twice/right/
t_exit "two files of one name" 1 check --save=saved twice
t "have counterexamples of their own" [ "$(ls saved | tr '\n' ' ')" = "$(printf 'twice-%s-stuck.Stuck.deadlock-free.%s ' left html left json right html right json)" ]
check --jobs=1 many >one.out 2>one.err
check --jobs=8 many >all.out 2>all.err
t "the output does not depend on the number of jobs" diff one.out all.out
t "nor do the diagnostics" diff one.err all.err
t_exit "no jobs at all: 2" 2 check --jobs=0 many

# ---- SARIF ----
t_exit "SARIF: the same exit status" 2 check --format=sarif many
cp "$out" sarif.json
t "it is JSON" jq -e . sarif.json
t "of version 2.1.0 with one run" jq -e '.version == "2.1.0" and (.runs | length) == 1' sarif.json
t "each finding is a result" jq -e '[.runs[0].results[].ruleId] | sort ==
    ["E0202", "deadlock-free", "deadlock-free", "fidelity"]' sarif.json
t "each rule is described" jq -e '.runs[0] as $r | all($r.results[].ruleId; . as $id | any($r.tool.driver.rules[]; .id == $id))' sarif.json
t "each result has a place" jq -e 'all(.runs[0].results[]; .locations[0].physicalLocation.artifactLocation.uri | startswith("many/"))' sarif.json
t "a diagnostic has its region" jq -e '.runs[0].results[] | select(.ruleId == "E0202") |
    .locations[0].physicalLocation.region | [.startLine, .startColumn] == [2, 41]' sarif.json
t "a thread flow for each participant" jq -e '.runs[0].results[] | select(.ruleId == "fidelity") |
    [.codeFlows[0].threadFlows[].id] == ["A", "B"]' sarif.json
t "whose events are in order" jq -e '.runs[0].results[] | select(.ruleId == "fidelity") |
    [.codeFlows[0].threadFlows[].locations[].executionOrder] | sort == [range(1; length + 1)]' sarif.json
cat >ruled.proto-session <<'END'
message M;
message N;
local T = !M . ?N . end;
assert T == dual T;
session Late(role A, role B, role C) {
  choice at A { A -> B: M; B -> C: M; C -> A: M; } or { A -> B: N; B -> C: M; C -> A: N; }
}
END
check --format=sarif --early --progress --choices=unfair ruled.proto-session >ruled.json 2>"$err"
t "so is each of an assertion, and of what only options ask for" jq -e '.runs[0] as $r |
    all($r.results[].ruleId; . as $id | any($r.tool.driver.rules[]; .id == $id)) and any($r.results[].ruleId; . == "equal")' ruled.json
t "why a type is none is told" jq -e 'any(.runs[0].results[] | select(.ruleId == "equal") | .message.text; test("violated: at the start, "))' ruled.json
t "each finding has a place in its file" jq -e 'all(.runs[0].results[]; .locations[0].physicalLocation.region.startLine > 0)' ruled.json
t "the notes of a diagnostic are part of its text" jq -e 'any(.runs[0].results[].message.text; test("\nnote: at the start, "))' ruled.json
t_exit "nothing found: no results" 0 check --format=sarif many/good.proto-session
t "and still a document" jq -e '.runs[0].results == []' "$out"
t_exit "a path that is no URI" 0 check --format=sarif 'odd names'
check --format=sarif 'odd names/a&b <c>%.proto-session' nowhere%.proto-session >"$out" 2>"$err"
t "is escaped" jq -e 'any(.runs[0].results[].locations[0].physicalLocation.artifactLocation.uri; . == "nowhere%25.proto-session")' "$out"

# ---- JUnit ----
junit() { python3 -c '
import sys, xml.etree.ElementTree as x
r = x.parse(sys.argv[1]).getroot()
print(r.tag, len(r), *[s.get(k) for k in ("tests", "failures", "errors") for s in r])
print(*[c.get("name") + ":" + (c[0].tag if len(c) else "passed") for s in r for c in s], sep="\n")' "$1"; }
t_exit "JUnit: the same exit status" 2 check --format=junit many
cp "$out" junit.xml
t "it is XML" junit junit.xml
t_has "a suite for each file" "$out" '^testsuites 4 '
t_has "a violation is a failure" "$out" '^deadlock-free .*:failure$'
t_has "what is wrong with a file is an error" "$out" '^the file:error$'
t_has "what holds has passed" "$out" '^no-orphans .*:passed$'
t_exit "JUnit: a file that is right, with a session that cannot be implemented" 1 check --format=junit ruled.proto-session
cp "$out" junit.xml
t "it is XML" junit junit.xml
t_has "what is violated are failures, and the file is no error" "$out" '^testsuites 1 [0-9]+ [1-9][0-9]* 0$'
t_has "with the diagnostics that say why" junit.xml '^error\[E0310\]'
t_exit "names are escaped" 0 check --format=junit 'odd names'
cp "$out" junit.xml
t "and read back" junit junit.xml
printf 'message M;\nlocal A = B!M . B!M . B?M . B?M . end;\nlocal B = A!M . A!M . A?M . A?M . end;\nsession S(A, B);\n' >unsure.proto-session
t_exit "an inconclusive property" 3 check --any-capacity=1 --format=junit unsure.proto-session
cp "$out" junit.xml
t "is read" junit junit.xml
t_has "as an error, never as passed" "$out" '^any-capacity.*:error$'

# ---- GitHub ----
t_exit "annotations: the same exit status" 2 check --format=github many
t_has "an error at its line" "$out" '^::error file=many/wrong.proto-session,line=2,col=41,title=E0202::'
t_has "a violation at its place, with its chart on one line" "$out" '^::error file=many/deep/stuck.proto-session,line=[23],col=[0-9]+,title=Stuck%3A deadlock-free::.*%0A'
t_exit "an inconclusive property" 3 check --any-capacity=1 --format=github unsure.proto-session
t_has "is a warning" "$out" '^::warning file=unsure.proto-session,.*title=S%3A any-capacity::'
t_lacks "percent signs are escaped" "$out" '%[^0-9A-F]'
