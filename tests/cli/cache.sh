# cache.sh -- answers that are kept: used when nothing changed, never when something did, never when they are damaged.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
unset MOTET_CACHE XDG_CACHE_HOME
export HOME=$work/home
keep=$work/keep

cat >ring.proto-session <<'END'
module ring;
message M;
local A = B!M . B!M . D?M . D?M . end;
local B = C!M . C!M . A?M . A?M . end;
local C = D!M . D!M . B?M . B?M . end;
local D = A!M . A!M . C?M . C?M . end;
session Ring(A, B, C, D);
actor Station plays Ring.A, Ring.B, Ring.C, Ring.D { mailbox 2; }
system Plant {
  supervisor root one_for_all intensity 3 in 5s {
    child a: Station permanent;
    child b: Station permanent;
    child c: Station permanent;
    child d: Station permanent;
  }
  wire Ring(A = a, B = b, C = c, D = d);
}
verify Plant {
  ltl taken { [] (sent(A, M) -> <> received(B, M)) }
}
END
sed 's/mailbox 2/mailbox 1/' ring.proto-session >tight.proto-session
sed '/^verify/,$d' ring.proto-session >plain.proto-session
sed 's/<> received(B, M)/[] !received(B, M)/' ring.proto-session >wrong.proto-session

check() { "$MOTET" check --cache="$keep" "$@"; }

# ---- what is kept is used ----
t_exit "a first check" 0 check ring.proto-session
t_lacks "is not from the cache" "$out" 'cached'
t_exit "the same again" 0 check ring.proto-session
t_has "is" "$out" '^  holds +deadlock-free +Plant +explorer [0-9,]+ states, SPIN [0-9,]+ states, cached$'
t_lacks "in every line" "$out" '[0-9] s$'
t_exit "without the cache" 0 check --no-cache ring.proto-session
t_lacks "nothing is cached" "$out" 'cached'
for file in tight wrong; do
    t_exit "a violation ($file)" 1 check $file.proto-session
    cp "$out" first
    t_exit "and again" 1 check $file.proto-session
    t_has "is kept" "$out" '^  violated .* cached$'
    cp "$out" again
    t "with its chart" diff <(sed -E 's/, [0-9.]+ s$//' first) <(sed -E 's/, cached$//' again)
done

# Formats are the same with and without, but for the seconds and the word itself.
plain() {
    jq -S 'del(.. | .seconds?, .cached?)' 2>/dev/null <"$1" || sed -E 's/time="[^"]*"//g; s/, [0-9.]+ s$//; s/, cached$//' "$1"
}
for format in text json sarif junit github; do
    for file in ring tight wrong; do
        "$MOTET" check --no-cache --format=$format $file.proto-session >new 2>&1
        check --format=$format $file.proto-session >old 2>&1
        t "$format of $file is the same from the cache" diff <(plain new) <(plain old)
    done
done
check --format=json tight.proto-session >json 2>&1
t "json says that it is cached" test "$(jq '[.properties[] | select(.cached)] | length' json)" = 4

# ---- what does not matter ----
{ echo '// a comment'; echo; cat tight.proto-session; } >moved.proto-session
t_exit "comments and places do not matter" 1 check moved.proto-session
t_has "to what is kept" "$out" '^  violated .* cached$'
t_has "but the chart tells places as they are now" "$out" 'moved.proto-session:5'
t_exit "budgets do not matter to a definite answer" 0 check --time=7 --memory=99 ring.proto-session
t_has "that is kept" "$out" 'cached$'

# ---- what does ----
changed() { # name, sed script
    sed "$2" ring.proto-session >changed.proto-session
    check changed.proto-session >"$out" 2>&1
    t_lacks "$1 matters" "$out" 'cached$'
}
changed "the room of a mailbox" 's/mailbox 2/mailbox 3/'
changed "the order of two actions" 's/B!M . B!M . D?M . D?M/B!M . D?M . B!M . D?M/'
changed "a name" 's/child b:/child bee:/; s/B = b,/B = bee,/'
changed "the name of a message" 's/M/N/g; s/Nodule/Module/'
changed "a formula" 's/<> received/<> ! received/'
changed "fairness" 's/ltl taken/fair none; ltl taken/'
changed "a crash" 's/ltl taken/crashes 1; ltl taken/'
changed "lost messages" 's/ltl taken/loss 1; ltl taken/'
changed "several sessions" 's/mailbox 2;/mailbox 2; sessions 2;/; s/ltl taken/sessions 2; ltl taken/'
changed "a policy" 's/mailbox 2;/mailbox 2 drop_newest;/'
sed 's/ltl taken/crashes 1; ltl taken/' ring.proto-session >crash.proto-session
check crash.proto-session >/dev/null 2>&1
sed 's/one_for_all/one_for_one/; s/ltl taken/crashes 1; ltl taken/' ring.proto-session >changed.proto-session
t_exit "a crash under another strategy" 0 check changed.proto-session
t_lacks "matters" "$out" 'cached$'
check plain.proto-session >/dev/null 2>&1
t_exit "one engine" 0 check --engine=explorer plain.proto-session
t_lacks "is not answered by two" "$out" 'cached$'
t_exit "another question" 0 check --progress plain.proto-session
t_lacks "is not answered by a smaller one" "$out" 'cached$'

# Another program, or another SPIN, has to find out for itself.
cp "$MOTET" other && printf 'x' >>other
t_exit "another build of motet" 0 ./other check --cache="$keep" ring.proto-session
t_lacks "has no answers yet" "$out" 'cached$'
mkdir tools && printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v spin)" >tools/spin && chmod +x tools/spin
t_exit "another SPIN" 0 env PATH="$work/tools:$PATH" "$MOTET" check --cache="$keep" ring.proto-session
t_lacks "has none either" "$out" 'cached$'

# ---- what is damaged ----
rm -rf "$keep"
check ring.proto-session >/dev/null 2>&1
entry=$(ls "$keep")
cp "$keep/$entry" whole
damaged() { # name
    t_exit "$1: the answer" 0 check ring.proto-session
    t_lacks "$1: is found anew" "$out" 'cached$'
    check ring.proto-session >"$out" 2>&1
    t_has "$1: and kept again" "$out" 'cached$'
}
: >"$keep/$entry"; damaged "an empty file"
head -c 300 whole >"$keep/$entry"; damaged "half a file"
sed 's/"holds"/"hodls"/' whole >"$keep/$entry"; damaged "a changed letter"
sed 's/"holds"/"violated"/' whole >"$keep/$entry"; damaged "another verdict"
sed '1s/cache 1/cache 2/' whole >"$keep/$entry"; damaged "another version"
{ cat whole; echo x; } >"$keep/$entry"; damaged "a longer file"
head -c 4000 /dev/urandom >"$keep/$entry"; damaged "noise"
check tight.proto-session >/dev/null 2>&1
other=$(ls "$keep" | grep -v "$entry")
cp "$keep/$other" "$keep/$entry"; damaged "the file of another model"
rm -rf "${keep:?}/$entry"; mkdir "$keep/$entry"
t_exit "a folder in its place: the answer" 0 check ring.proto-session
t_lacks "a folder in its place: is found anew" "$out" 'cached$'
t_lacks "and nobody is told" "$err" .

# ---- what is not kept ----
rm -rf "$keep"
cat >many.proto-session <<'END'
message M {}
session Talk(role A, role B) { rec X { A -> B: M; B -> A: M; continue X; } }
actor Caller plays Talk.A { mailbox 2; }
actor Callee plays Talk.B { mailbox 2; }
system Sys {
  supervisor root one_for_one intensity 1 in 1s { child caller: Caller permanent; child callee: Callee permanent; }
  wire Talk(A = caller, B = callee);
}
verify Sys { sessions 12; }
END
t_exit "what is inconclusive" 3 check --engine=explorer --reduce=none --memory=2 many.proto-session
t "is not kept" test "$(ls "$keep" | wc -l)" = 0

# ---- the folder ----
t_exit "by default" 0 "$MOTET" check --engine=explorer plain.proto-session
t "it is in the user's cache folder" test "$(ls "$HOME/.cache/motet" | wc -l)" = 1
t_exit "or where XDG_CACHE_HOME says" 0 env XDG_CACHE_HOME="$work/xdg" "$MOTET" check --engine=explorer plain.proto-session
t "which is a folder of ours there" test "$(ls "$work/xdg/motet" | wc -l)" = 1
t_exit "or where MOTET_CACHE says" 0 env MOTET_CACHE="$work/own/deep" "$MOTET" check --engine=explorer plain.proto-session
t "which is made with its parents" test "$(ls "$work/own/deep" | wc -l)" = 1
t "for its owner alone" test "$(stat -c %a "$work/own/deep")" = 700
t_exit "off is no folder" 0 env MOTET_CACHE=off "$MOTET" check --engine=explorer plain.proto-session
t "but nothing" test ! -e off
t_exit "without a home there is none" 0 env -u HOME "$MOTET" check --engine=explorer plain.proto-session
t_lacks "and nobody is told" "$err" .
t_exit "a folder that was asked for and cannot be is no reason not to check" 0 \
    "$MOTET" check --engine=explorer --cache=/dev/null/x plain.proto-session
t_has "but it is said" "$err" '^motet: check: nothing is cached: folder /dev/null/x cannot be used: '
t_exit "without an engine there is nothing to keep" 0 "$MOTET" check --engine=none --cache="$work/none" \
    <(printf 'message M; session S(role A, role B) { A -> B: M; }')
t "so that no folder is made" test ! -e none

# Many at once.
rm -rf "$keep"
for i in 1 2 3 4 5 6; do check --engine=explorer plain.proto-session tight.proto-session moved.proto-session >many.$i 2>&1 & done
wait
for i in 1 2 3 4 5 6; do sed -E 's/, ([0-9.]+ s|cached)$//' many.$i; done | sort | uniq -c | awk '$1 % 6 { exit 1 }'
t "several at once agree" test $? = 0
t "and leave whole files" test "$(ls -A "$keep" | grep -vc '^[0-9a-f]\{32\}$')" = 0
t_exit "which are used" 0 check --engine=explorer plain.proto-session
t_has "afterwards" "$out" 'cached$'
