# pictures_and_json.sh -- drawings and JSON of one small protocol, whole, to be read in a diff.
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
