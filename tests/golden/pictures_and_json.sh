# pictures_and_json.sh -- drawings and JSON, whole, to be read in a diff: of one small protocol, and of one that has
# something of each part of the language.
. "$(dirname "$0")/../lib.sh"
p=$root/examples/request_response/request_response.proto-session
golden=$root/tests/golden/pictures_and_json

t "drawings are made" "$MOTET" gen dot "$p" -o "$work/dot"
t "JSON is made" "$MOTET" gen json "$p" -o "$work/json"
t "the drawings are those, and no other" test "$(ls "$work/dot" | tr '\n' ' ')" = \
    "KeyValue.Client.local.dot KeyValue.Server.local.dot KeyValue.global.dot Service.system.dot "
for f in KeyValue.global.dot KeyValue.Client.local.dot Service.system.dot; do
    t_golden "$f" "$work/dot/$f" "$golden/$f"
done
t_golden "the JSON" "$work/json/store.kv.json" "$golden/store.kv.json"

p=$golden/depot.proto-session
t "drawings of all that there is are made" "$MOTET" gen dot "$p" -o "$work/depot"
for f in Delivery.global.dot Delivery.Depot.local.dot Delivery.Driver.local.dot Yard.system.dot; do
    t_golden "$f" "$work/depot/$f" "$golden/$f"
done
t "JSON of all that there is is made" "$MOTET" gen json "$p" -o "$work/json"
t_golden "its JSON" "$work/json/depot.json" "$golden/depot.json"
t "it is JSON" python3 -m json.tool "$work/json/depot.json"
