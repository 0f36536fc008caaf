# refinement.sh -- refinements from the outside: each broken file refused for what it breaks, its fixed twin accepted;
# both engines on values; what happens without z3.
. "$(dirname "$0")/../lib.sh"
cd "$root/tests/negative/refinement" || exit 1

verdict_of() { jq -r --arg p "$2" '[.properties[] | select(.name == $p) | .result] | unique | join(" ")' "$1"; }
codes_of() { jq -r '[.diagnostics[] | select(.severity == "error") | .code] | join(" ")' "$1"; }
same() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got: $2" "expected: $3"; fi; }
check() { # name, exit status, file, the rest: options
    local name=$1 want=$2 file=$3; shift 3
    t_exit "$name" "$want" "$MOTET" check --format=json "$@" "$file"
    cp "$out" "$work/json"
}

# ---- broken and fixed ----
check "hearsay is no protocol" 2 hearsay.proto-session --engine=explorer
same "hearsay: what a role cannot know" "$(codes_of "$work/json")" E0340
t "hearsay: who, and what to do" jq -e '.diagnostics[0] | (.message | test("`Buyer`")) and (.help | length > 0)' "$work/json"
check "rebate is refused" 1 rebate.proto-session --engine=explorer
same "rebate: no values" "$(codes_of "$work/json")" E0341
same "rebate: the property is violated" "$(verdict_of "$work/json" refinements)" violated
check "last_bid is refused" 1 last_bid.proto-session --engine=explorer
same "last_bid: stuck" "$(codes_of "$work/json")" E0342
t "last_bid: the run has its values" jq -e '.diagnostics[0].notes | any(test("price = 255"))' "$work/json"
for f in hearsay rebate overdraft; do
    check "${f}_fixed holds" 0 ${f}_fixed.proto-session --engine=explorer
    same "${f}_fixed: nothing is reported" "$(codes_of "$work/json")" ""
done

# ---- values in both engines ----
check "overdraft is refused" 1 overdraft.proto-session
same "overdraft: stuck" "$(codes_of "$work/json")" E0342
same "overdraft: a deadlock, too" "$(verdict_of "$work/json" deadlock-free)" violated
t "overdraft: both engines find it" jq -e \
    '.properties[] | select(.name == "deadlock-free") | [.engines[].result] == ["violated", "violated"]' "$work/json"
t "overdraft: messages have values" jq -e \
    '.properties[] | select(.name == "deadlock-free") | .counterexample.events | any(.message == "Balance{left=5}")' "$work/json"
t "overdraft: who lacks values, and where" jq -e \
    '.properties[] | select(.name == "deadlock-free") | .counterexample.waiting |
     any(.participant == "Customer" and .kind == "values" and .line == 11)' "$work/json"
check "overdraft_fixed holds in both engines" 0 overdraft_fixed.proto-session
check "last_bid_fixed holds, with its formula" 0 last_bid_fixed.proto-session
same "last_bid_fixed: the formula means all values" "$(verdict_of "$work/json" "ltl answered")" holds

t_exit "the Promela has them, too" 0 "$MOTET" gen promela overdraft_fixed.proto-session -o "$work/pml"
t_has "as messages" "$work/pml/Account.session.pml" 'm_Balance_left_5'

# ---- notes ----
check "a model without domains says so" 0 rebate_fixed.proto-session --engine=explorer
t "which fields it does not know" jq -e '.notes | any(test("Order.price and Rebate.amount"))' "$work/json"
check "one with domains has nothing to say" 0 overdraft_fixed.proto-session --engine=explorer
t "no note" jq -e '.notes == []' "$work/json"
t_exit "in text, too" 0 "$MOTET" check --engine=explorer rebate_fixed.proto-session
t_has "the note" "$out" '^  note: the model of Shop does not know Order.price and Rebate.amount'
sed '/^session/,$d' rebate_fixed.proto-session >"$work/actor.proto-session"
cat >>"$work/actor.proto-session" <<'END'
session Shop(role Buyer, role Seller) { Buyer -> Seller: Order; }
actor Clerk plays Shop.Seller {
  state { sum: u64; }
  invariant sum < 1000;
  on Shop.Seller.Order requires price > 0 ensures sum >= old(sum);
}
END
t_exit "contracts are no part of the model" 0 "$MOTET" check --engine=explorer "$work/actor.proto-session"
t_has "which is said" "$out" '^  note: contracts and invariants of actors are checked when they run'

# ---- undecided ----
cat >"$work/open.proto-session" <<'END'
message Count { n: u32; }
message Tick { n: u32; }
message Done;
session Clock(role A, role B) {
  A -> B: Count where n == 0;
  rec X {
    choice at A {
      A -> B: Tick where n == Count.n + 1;
      B -> A: Count where n == Tick.n;
      continue X;
    } or {
      A -> B: Done where Count.n == 40;
    }
  }
}
END
check "what is not settled is inconclusive" 3 "$work/open.proto-session" --engine=explorer
same "the property says so" "$(verdict_of "$work/json" refinements)" inconclusive
t "and why" jq -e '.properties[] | select(.name == "refinements") | .engines[0].why | test("A -> B: Done")' "$work/json"

# ---- the tool ----
mkdir "$work/bin"
for p in spin gcc cc sh; do ln -s "$(command -v $p)" "$work/bin/$p"; done
t_exit "without z3 a file with refinements is no success" 2 env PATH="$work/bin" "$MOTET" check --engine=explorer last_bid_fixed.proto-session
t_has "the package is named" "$err" 'install the Debian package `z3`'
echo 'message M; session S(role A, role B) { A -> B: M; }' >"$work/plain.proto-session"
t_exit "a file without any does not need it" 0 env PATH="$work/bin" "$MOTET" check --engine=explorer "$work/plain.proto-session"
printf '#!/bin/sh\necho sat\n' >"$work/bin/z3"
chmod +x "$work/bin/z3"
t_exit "an answer that is none is an error" 2 env PATH="$work/bin" "$MOTET" check --engine=explorer last_bid_fixed.proto-session
t_has "it says what came" "$err" 'refinements cannot be checked: z3 answers: sat'
