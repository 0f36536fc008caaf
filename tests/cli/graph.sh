# graph.sh -- motet graph and motet gen dot from the outside: kinds of pictures, selection, names, a missing dot.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
p=$root/examples/two_phase_commit/two_phase_commit.proto-session

# ---- kinds of pictures ----
t "svg" "$MOTET" graph "$p" -o x.svg
t_has "is SVG" x.svg '<svg '
t_has "with the actions of roles" x.svg '>C\?Prepare<'
t_has "and their sends" x.svg '>P\[0\]!Prepare<'
t "png" "$MOTET" graph "$p" -o x.png
t "is PNG" test "$(head -c 4 x.png | tail -c 3)" = PNG
t "pdf" "$MOTET" graph "$p" -o x.PDF
t "is PDF" test "$(head -c 4 x.PDF)" = %PDF
t "dot" "$MOTET" graph "$p" -o x.dot
t_has "is a graph" x.dot '^digraph '
mkdir -p elsewhere && cp "$p" elsewhere/
for k in svg png pdf dot; do
    t "$k again" "$MOTET" graph elsewhere/two_phase_commit.proto-session -o "y.$k"
    t "$k: two runs agree, wherever the file is" cmp "y.$k" "$([ $k = pdf ] && echo x.PDF || echo "x.$k")"
done
t_lacks "no path is in the text" x.dot '/(tmp|home|work|examples)'

# ---- the command line ----
t_exit "no name for the picture: 2" 2 "$MOTET" graph "$p"
t_exit "an unknown kind: 2" 2 "$MOTET" graph "$p" -o x.bmp
t_has "it says which there are" "$err" '\.svg, \.png, \.pdf or \.dot'
t_exit "no kind: 2" 2 "$MOTET" graph "$p" -o .d/x
t_exit "a folder that is not there: 2" 2 "$MOTET" graph "$p" -o nowhere/x.svg
t_has "it says so" "$err" 'cannot write nowhere/x.svg'
t_exit "an unknown session: 2" 2 "$MOTET" graph "$p" --session=Tcp -o z.svg
t_has "it says so, too" "$err" 'no session Tcp'
t_exit "an unknown role: 2" 2 "$MOTET" graph "$p" --role=X -o z.svg
t_has "and again" "$err" 'no role X'
t "nothing was written" test ! -e z.svg

# ---- selection ----
clusters() { grep -c 'subgraph cluster' "$1"; }
count() { # name, expected, options...
    local name=$1 n=$2; shift 2
    "$MOTET" graph "$p" "$@" -o s.dot 2>"$err" || true
    if [ "$(clusters s.dot)" = "$n" ]; then pass "$name"; else fail "$name" "$(clusters s.dot) drawings, expected $n"; fi
}
count "all: system, global type, two roles" 4
count "the global type" 1 --what=global
t_has "is a flow chart with choices" s.dot '>C</font></b><br/>chooses'
t_has "rows of a family are one" s.dot 'P\[0\.\.2\]'
count "roles: members of a family with equal automata are one" 2 --what=local
count "one family" 1 --role=P
count "one member" 1 '--role=P[1]'
t_has "is named" s.dot '<b>P\[1\]</b>'
count "the system" 1 --what=system
t_has "with its strategy" s.dot 'one_for_one'
t_has "and who plays what" s.dot '>P\[0\.\.2\]</font>'
count "one session" 3 --session=Tpc

# ---- what automata look like ----
"$MOTET" graph "$p" --role=P -o p.dot
t_has "final states are doubled" p.dot 'shape=doublecircle'
t_has "choices are diamonds" p.dot 'shape=diamond'
t_has "receives are dashed" p.dot 'style=dashed'
t_has "sends are solid" p.dot 'style=solid'

# ---- a file for each drawing ----
t "gen dot" "$MOTET" gen dot "$p" -o dots
t "makes one a drawing" test "$(ls dots | tr '\n' ' ')" = "Store.system.dot Tpc.C.local.dot Tpc.P-0-2.local.dot Tpc.global.dot "

# ---- large ones stay whole ----
awk 'BEGIN {
    print "module wide; message Ask; message Tell;"
    print "session Wide(role Hub, role Leaf[40]) { foreach l in Leaf { Hub -> l: Ask; } foreach l in Leaf { l -> Hub: Tell; } }"
}' >wide.proto-session
t "forty leaves" "$MOTET" graph wide.proto-session --what=global -o wide.dot
t_has "are one row each way" wide.dot 'Leaf\[0\.\.39\]'
t "and one drawing of a role" test "$("$MOTET" gen dot wide.proto-session -o w | grep -c Leaf)" = 1

# ---- no Graphviz ----
mkdir -p bare
t_exit "no dot: 2" 2 env PATH="$work/bare" "$MOTET" graph "$p" -o none.svg
t_has "it names the package" "$err" 'package is graphviz'
t "and leaves nothing" test ! -e none.svg
t "the text needs none" env PATH="$work/bare" "$MOTET" graph "$p" -o none.dot
printf '#!/bin/sh\necho "syntax error" >&2\nexit 1\n' >bare/dot && chmod +x bare/dot
t_exit "a dot that fails: 101" 101 env PATH="$work/bare:/bin:/usr/bin" "$MOTET" graph "$p" -o none.svg
t_has "with what it said" "$err" 'syntax error'
t "nothing is half-written" test ! -e none.svg
printf 'old' >old.svg
t_exit "a picture that was there" 101 env PATH="$work/bare:/bin:/usr/bin" "$MOTET" graph "$p" -o old.svg
t "is still there" test "$(cat old.svg)" = old
