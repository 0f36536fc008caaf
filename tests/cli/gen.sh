# gen.sh -- motet gen from the outside: what is written, what is left alone, what is refused. The texts themselves are
# tested in tests/golden and tests/cli/examples.sh.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

cat >shop.proto-session <<'END'
module web.shop;
enum Why { stock, price }
struct Line { sku: string<16>; count: u16; }
/// What the buyer wants.
message Order { lines: list<Line, 8>; note: optional<string<80>>; }
message Offer = 7 { cents: u64; }
message Take;
message Leave { why: Why; }
session Buy(role Buyer, role Seller[2]) {
  foreach s in Seller { Buyer -> s: Order; }
  foreach s in Seller { s -> Buyer: Offer; }
  choice at Buyer { foreach s in Seller { Buyer -> s: Take; } } or { foreach s in Seller { Buyer -> s: Leave; } }
}
actor Customer plays Buy.Buyer { mailbox 2; }
actor Shop plays Buy.Seller { mailbox 3; sessions 5; state { sold: u64; } }
system Market {
  supervisor root rest_for_one intensity 3 in 5s {
    child shop[2]: Shop permanent backoff 10ms..1s;
    child customer: Customer transient;
  }
  wire Buy(Buyer = customer, Seller = shop);
}
verify Market {
  crashes 1 of shop;
  ltl answered { [] (sent(Buyer, Order) -> <> (received(Buyer, Offer) || crashed(shop))) }
}
END
cat >wrong.proto-session <<'END'
module wrong;
session S(role A, role B) { A -> B: Nothing; }
END
echo 'module empty;' >empty.proto-session

# ---- the command line ----
t_exit "no folder: 2" 2 "$MOTET" gen json shop.proto-session
t_has "it says which option is missing" "$err" '-o'
t_exit "a folder and --stdout: 2" 2 "$MOTET" gen json shop.proto-session -o out --stdout
t_exit "no such target: 2" 2 "$MOTET" gen promella shop.proto-session -o out
t_has "it says which one is near" "$err" 'did you mean "promela"'
t_exit "no file: 2" 2 "$MOTET" gen json
t_exit "a missing file: 2" 2 "$MOTET" gen json missing.proto-session -o out
t_exit "a wrong file: 2" 2 "$MOTET" gen json wrong.proto-session -o out
t_has "with its diagnostics" "$err" 'E0202'
t_exit "nothing to make: 2" 2 "$MOTET" gen dot empty.proto-session -o out
t_exit "several models on one stdout: 2" 2 "$MOTET" gen promela shop.proto-session --stdout --subject=Nobody
t_exit "C on stdout: 2" 2 "$MOTET" gen c shop.proto-session --stdout
t_exit "help: 0" 0 "$MOTET" gen --help
t "and nothing was written" test ! -e out

# ---- folders ----
t_exit "folders are created" 0 "$MOTET" gen json shop.proto-session -o a/b//c/
t "down to the last" test -f a/b/c/web.shop.json
t "no other file is left there" test "$(ls -A a/b/c)" = web.shop.json
: >file
t_exit "a file in the way of a folder: 2" 2 "$MOTET" gen json shop.proto-session -o file/under
t_has "it says so" "$err" 'cannot create the folder file/under'
mkdir -p taken/web.shop.json
t_exit "a folder in the way of a file: 2" 2 "$MOTET" gen json shop.proto-session -o taken
t "nothing is left behind" test "$(ls -A taken)" = web.shop.json
mkdir -p half/Market.system.dot
t_exit "the last of several files cannot be written: 2" 2 "$MOTET" gen dot shop.proto-session -o half
t "then none of them is" test "$(ls -A half)" = Market.system.dot

# ---- only what changed ----
t "C is written" "$MOTET" gen c shop.proto-session -o c
t_has "it says what" "$out" '^wrote +shop.h$'
touch -d '2001-01-01' c/*
t "C is written again" "$MOTET" gen c shop.proto-session -o c
t_has "what is right is left alone" "$out" '^same +shop.h$'
t_lacks "nothing is written" "$out" '^wrote'
t "not even touched" test -z "$(find c -newermt 2002-01-01 -type f)"
echo '/* spoilt */' >>c/shop.h
echo '/* mine */' >>c/shop_handlers.c
t "C is mended" "$MOTET" gen c shop.proto-session -o c
t_has "what was spoilt is written" "$out" '^wrote +shop.h$'
t_lacks "and is right" c/shop.h 'spoilt'
t_has "what is the user's is kept" "$out" '^kept +shop_handlers.c'
t_has "with what the user wrote" c/shop_handlers.c 'mine'
t "the user's is made when it is missing" rm c/shop_handlers.c
t "C is completed" "$MOTET" gen c shop.proto-session -o c
t_has "then it is written" "$out" '^wrote +shop_handlers.c$'

# ---- promela ----
t "promela: a file for each thing to check" "$MOTET" gen promela shop.proto-session -o pml
t "the system in its scope" test -f pml/Market.system.pml
t "one on stdout" "$MOTET" gen promela shop.proto-session --stdout --subject=Market
cp "$out" printed
t "is the same text" cmp -s printed pml/Market.system.pml

# ---- json ----
t "json on stdout" "$MOTET" gen json shop.proto-session --stdout
cp "$out" printed
t "is the same text as in the file" cmp -s printed a/b/c/web.shop.json
j=a/b/c/web.shop.json
is() { # name, jq program that must be true
    t "json: $1" jq -e "$2" "$j"
}
is "format, module and file" '.format == 2 and .module == "web.shop" and .file == "shop.proto-session"'
is "no path" '[.. | strings | select(test("/"))] == []'
is "enums" '.types[0] == {"name": "Why", "kind": "enum", "values": ["stock", "price"], "line": 2}'
is "structs" '.types[1] | .kind == "struct" and [.fields[].name] == ["sku", "count"]'
is "payload types" '.messages[0].fields[0].type == {"kind": "list", "bound": 8, "element": {"kind": "struct", "name": "Line"}}'
is "optional payload" '.messages[0].fields[1].type == {"kind": "optional", "element": {"kind": "string", "bound": 80}}'
is "doc comments" '.messages[0].doc | test("What the buyer wants")'
is "a given tag" '.messages[1].tag == 7'
is "tags differ" '[.messages[].tag] | length == (unique | length)'
is "roles and families" '[.sessions[0].roles[] | [.name, .family, .index]] == [["Buyer", null, null], ["Seller[0]", "Seller", 0], ["Seller[1]", "Seller", 1]]'
is "the initiator" '.sessions[0].initiator == "Buyer"'
is "global targets exist" '.sessions[0].global.states | length as $n | all(.[].edges[]; .target < $n)'
is "a final state" '.sessions[0].global.states | any(.final)'
is "a local automaton a role" '[.sessions[0].locals[].role] == ["Buyer", "Seller[0]", "Seller[1]"]'
is "local actions" '.sessions[0].locals[1].states[0].edges[0] | .action == "receive" and .peer == "Buyer" and .message == "Order" and .line == 10'
is "actors" '.actors[1] | .mailbox == 3 and .sessions == 5 and .plays == [{"session": "Buy", "roles": ["Seller[0]", "Seller[1]"]}]'
is "no bound on sessions" '.actors[0].sessions == null'
is "the supervision tree" '.systems[0].root | .strategy == "rest_for_one" and .intensity == 3 and .window_ns == 5000000000'
is "children in start order" '[.systems[0].root.members[] | .child] == ["shop", "customer"]'
is "backoff" '.systems[0].root.members[0] | .size == 2 and .backoff_max_ns == 1000000000'
is "wires" '.systems[0].wires[0].bindings[2] == {"role": "Seller[1]", "instance": "shop[1]"}'
is "crash budgets" '.verify[0].crashes == [{"child": "shop", "count": 1}]'
is "formulas" '.verify[0].ltl[0].formula == "[] (sent(Buyer, Order) -> <> (received(Buyer, Offer) || crashed(shop)))"'
