#!/bin/bash
# The page of a counterexample, in a browser: what it shows at each step is what the steps say.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
painters=$root/tests/negative/deadlock/painters.proto-session
"$MOTET" check --engine=explorer --save=saved "$painters" >"$out" 2>"$err"
page=saved/painters.Studio.deadlock-free.html
json=saved/painters.Studio.deadlock-free.json
n=$(jq '.steps | length' "$json")

browse() { # URL OPTION...
    chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$work/profile" "${@:2}" "$1" 2>/dev/null
}
# What the reader sees: the number of the step, the event that is marked, each participant's words.
shown() {
    python3 -c '
import sys, html.parser
class P(html.parser.HTMLParser):
    def __init__(s): super().__init__(); s.stack, s.out = [], []
    def handle_starttag(s, t, a):
        a = dict(a)
        if t in ("meta", "input", "link"): return
        mark = "where" if a.get("id") == "where" else "event" if a.get("aria-current") == "true" else \
               "words" if a.get("class") == "words" else "message" if a.get("class") == "message" else \
               "source" if "here" in (a.get("class") or "").split() else ""
        s.stack.append((t, mark)); s.out += [[mark, ""]] if mark else []
    def handle_endtag(s, t):
        while s.stack and s.stack.pop()[0] != t: pass
    def handle_data(s, d):
        for t, m in reversed(s.stack):
            if m: s.out[-1][1] += d; return
p = P(); p.feed(sys.stdin.read())
for m, x in p.out: print(m, x)'
}
t "there is a browser" bash -c 'command -v chromium'
for i in 0 1 $((n / 2)) "$n"; do
    browse "file://$work/$page#$i" --dump-dom | shown >view
    t_has "step $i: its number" view "^where $i of $n\$"
    want=$(jq -r ".steps[$i - 1] // empty" "$json")
    [ "$i" = 0 ] && want="the first state"
    t_has "step $i: its event is marked" view "^event $i$want\$"
    t "step $i: a card for each participant" test "$(grep -c '^words' view)" = 4
done
t_has "the end: who waits, and why" view '^words waits for Given from Blue: the lane Blue -> Ann is empty, and Blue itself waits for Back from Ben$'
t_has "the messages that nobody takes" view '^message Take$'
t_has "the line of the last event" view '^source 9local Ben = '

# The buttons: the same page with a script that presses them.
sed 's#</body>#<script>for (let i = 0; i < 4; i++) by("next").click(); by("back").click();</script></body>#' "$page" >pressed.html
browse "file://$work/pressed.html" --dump-dom | shown >view
t_has "next and back" view "^where 3 of $n\$"
sed 's#</body>#<script>by("last").click(); document.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft"}));</script></body>#' "$page" >pressed.html
browse "file://$work/pressed.html" --dump-dom | shown >view
t_has "last, and a key" view "^where $((n - 1)) of $n\$"

# A name that would end the script must not.
sed '1i/* </script><script>document.title = "broken"</script> */' "$painters" >evil.proto-session
"$MOTET" check --engine=explorer --save=evil evil.proto-session >"$out" 2>"$err"
browse "file://$work/evil/evil.Studio.deadlock-free.html#1" --dump-dom | shown >view
t_has "text of the source cannot break out" view "^where 1 of $n\$"
t "the page loads nothing" bash -c '! grep -Eq "(src|href)=" "$1"' _ "$page"
