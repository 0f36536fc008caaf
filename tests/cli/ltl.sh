#!/bin/bash
# motet check on formulas: both engines, the fairness that a verdict depends on, and what holds for no reason.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

cat >pairs.proto-session <<'END'
message M;
message N;
message Stop;
session Talk(role A, role B) { rec X { choice at A { A -> B: M; B -> A: N; continue X; } or { A -> B: Stop; } } }
session Flow(role A, role B) { rec X { A -> B: M; continue X; } }
actor P plays Talk.A, Flow.A { mailbox 1; }
actor Q plays Talk.B, Flow.B { mailbox 1; }
system Y { supervisor root { child p: P; child q: Q; } wire Talk(A = p, B = q); wire Flow(A = p, B = q); }
verify Y {
  ltl heard { [] (sent(Talk.A, Stop) -> <> received(Talk.B, Stop)) }
  ltl in_order { !received(Talk.B, Stop) W sent(Talk.A, Stop) }
}
verify Y {
  fair none;
  ltl heard { [] (sent(Talk.A, Stop) -> <> received(Talk.B, Stop)) }
  ltl in_order { !received(Talk.B, Stop) W sent(Talk.A, Stop) }
}
verify Y {
  ltl never_dies { [] (crashed(p) -> <> done(Talk)) }
}
END

t_exit "a file with violated formulas: 1" 1 "$MOTET" check pairs.proto-session
cp "$out" all
cp "$err" first_err
t_has "both engines decide a formula" "$out" '^  holds +ltl heard +Y +explorer [0-9]+ states, SPIN [0-9]+ states'
t_has "both find what is violated" "$out" '^  violated +ltl heard +Y +explorer [0-9]+ states, SPIN [0-9]+ states'
t "where fairness decides, both verdicts are told each time" test "$(grep -c '^      holds under weak fairness, violated without fairness$' all)" = 2
t_has "the run goes on for ever" all 'from here on again and again'
t_has "each scope says its fairness" all 'ltl without fairness$'
t_has "also the weak one" all 'ltl under weak fairness$'
t_has "what holds for no reason is vacuous" all '^      vacuous: it holds with `false` in place of `<> done\(Talk\)`, too; `crashed\(p\)` never happens$'
t_has "with a warning at the formula" first_err '^warning\[W0404\]: `never_dies` holds vacuously$'
t "and nothing else is" test "$(grep -c vacuous: all)" = 1
t_exit "without SPIN the same" 1 "$MOTET" check --engine=explorer pairs.proto-session
t_has "a formula is decided by the explorer alone" "$out" '^  holds +ltl heard +Y +explorer [0-9]+ states, [0-9.]+ s$|^  holds +ltl heard +Y +explorer [0-9]+ states$'
t_exit "and without the explorer" 1 "$MOTET" check --engine=spin pairs.proto-session
t_has "a formula is decided by SPIN alone" "$out" '^  holds +ltl heard +Y +SPIN [0-9]+ states'
t_lacks "which does not look further" "$out" 'vacuous:|violated without fairness'
"$MOTET" check --engine=explorer --format=json pairs.proto-session >"$out" 2>"$err"
t_has "JSON names the fairness" "$out" '"fairness": "none"'
t_has "and the other verdict" "$out" '"otherwise": "violated"'
t_has "and what is vacuous" "$out" '"vacuous": "it holds with'

# What is kept says the same when it comes from the cache.
"$MOTET" check --engine=explorer --cache=kept pairs.proto-session >first 2>"$err"
"$MOTET" check --engine=explorer --cache=kept pairs.proto-session >second 2>"$err"
t_has "and warned of as well" "$err" W0404
t_has "the second time it is kept" second ', cached$'
t "and nothing is missing" cmp <(sed 's/, [0-9.]* s$//' first) <(sed 's/, cached$//; s/, [0-9.]* s$//' second)

# Other liveness verdicts say theirs, too.
"$MOTET" check --engine=explorer --progress --choices=unfair pairs.proto-session >"$out" 2>"$err"
t_has "starvation is judged under weak fairness" "$out" '^      under weak fairness to participants, whatever they choose$'
