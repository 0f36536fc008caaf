#!/bin/bash
# gen_c_constructs.sh -- a row for each part of the language: what it becomes in C runs and does what docs/runtime.md says,
# or `motet gen c` refuses it by code, place and what to do instead.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/gen_c_kit/kit.bash"
cd "$root" || exit 1
t "the library builds with AddressSanitizer" library asan
t "the library builds with ThreadSanitizer" library tsan

p=$work/t.proto-session d=$work/c

# protocol < TEXT: the file of the rows that follow
protocol() { cat >"$p"; rm -rf "$d"; }

# runs NAME PATTERN FLAGS...: the stubs, filled in (gen_c_kit), in system Z end with a line of figures that matches, under
# both sanitizers. What is told on stderr matches $told, which is then forgotten.
told=
runs() {
    local name=$1 pattern=$2 s
    shift 2
    if ! [ -e "$d" ]; then
        t "$name: in the model it is sound" "$MOTET" check --engine=explorer "$p"
        t "$name: becomes C" "$MOTET" gen c "$p" -o "$d"
        t "$name: strict gcc and clang" strictly_both "$d"
        t "$name: is filled in" fill "$d"
    fi
    for s in asan tsan; do
        t "$name: links with $s" compile "$d" $s z_spec "$@"
        t "$name: runs with $s" timeout 300 "$d/$s"
        t_has "$name: does what it should" "$out" "$pattern"
        if [ "$told" ]; then t_has "$name: says what is wrong" "$err" "$told"; fi
    done
    told=
}

# refused NAME CODE LINE:COLUMN PATTERN
refused() {
    protocol
    t_exit "$1: is no C" 2 "$MOTET" gen c "$p" -o "$d"
    t_has "$1: its code and what it is" "$err" "^error\[$2\]: .*$4"
    t_has "$1: its place" "$err" "^ *--> .*:$3\$"
    t_has "$1: what to do" "$err" '^ *= help: '
    t "$1: and nothing is written" test ! -e "$d"
}

two="actor A plays S.X; actor B plays S.Y;"
system="system Z { supervisor root one_for_one { child a: A; child b: B; } wire S(X = a, Y = b); }"
all=' opened 50 completed 50 aborted 0 .* fidelity 0 crashes 0 '

# ---- sessions ----

protocol <<END
message Up { n: u8; }  message Down;  message End;
session S(role X, role Y) {
  par { X -> Y: Up; X -> Y: Up; } and { Y -> X: Down; Y -> X: Down; }
  X -> Y: End;
}
$two $system
END
runs "par" "$all"

protocol <<END
message Ask;  message Yes;  message No;  message Done;
session S(role X, role Y[3]) {
  par foreach y in Y { X -> y: Ask; choice at y { y -> X: Yes; } or { y -> X: No; } }
  foreach y in Y { X -> y: Done; }
}
actor A plays S.X;  actor B plays S.Y;
system Z { supervisor root one_for_one { child a: A; child b[3]: B; } wire S(X = a, Y = b); }
END
runs "par foreach" ' opened 50 completed 50 aborted 0 messages 450 '

body="try { X -> Y: Ask; Y -> X: Yes; } catch"
head="message Ask;  message Yes;  message Late;"
refused "try, timeout" E0526 3:41 'catches `timeout` here; generated C cannot leave a body of `try`' <<END
$head
session S(role X, role Y) {
$body timeout 5s at X { X -> Y: Late; } }
$two $system
END
refused "try, crash" E0526 3:41 'catches `crash` here' <<END
$head
session S(role X, role Y) {
$body crash Y at X { } }
$two $system
END
refused "try, cancel" E0526 3:41 'catches `cancel` here' <<END
$head
session S(role X, role Y) {
$body cancel at X { X -> Y: Late; } }
END
refused "a choice between a send and a receive" E0524 2:18 'actor `A` can send here or receive instead' <<END
message Ask;  message Stop;
local X = mixed{ Y!Ask . end, Y?Stop . end };
local Y = mixed{ X?Ask . end, X!Stop . end };
session S(X, Y);
actor A plays S.X;
END
refused "a message to oneself" E0525 2:11 'actor `A` has no lane to itself' <<END
message Ask;
local X = X!Ask . Y!Ask . X?Ask . end;
local Y = X?Ask . end;
local W = end;
session S(X, Y, W);
actor A plays S.X;
END
refused "a number too large for exact arithmetic" E0523 2:47 'bits that a number' <<END
message Ask { n: u64; }
session S(role X, role Y) { X -> Y: Ask where n * n * n * n * n > 7; }
$two
END

refused "a session that nobody begins" E0526 6:68 'nobody begins session `S`; generated C cannot open it' <<END
message Ask;
local X = Y?Ask . end;
local Y = X?Ask . end;
session S(X, Y);
$two
$system
END

# ---- refinements ----

protocol <<END
struct In { size: u16; of: Deep; }  struct Deep { kind: Kind; }  enum Kind { plain, odd }
message Ask { id: u32; in: In; text: string<9>; }  message Yes { id: u32; left: u8; }  message No;
session S(role X, role Y) {
  X -> Y: Ask where in.of.kind != odd && len(text) < 3;
  choice at Y { Y -> X: Yes where id == Ask.id && left <= Ask.in.size; } or { Y -> X: No; }
}
$two $system
END
runs "refinements over earlier messages, fields of structs and lengths" "$all"

protocol <<END
message Ask { id: u32; }  message Yes { id: u64; }
session S(role X, role Y) { X -> Y: Ask; Y -> X: Yes where id > Ask.id; }
$two
system Z { supervisor root one_for_one intensity 100 in 1s { child a: A; child b: B; } wire S(X = a, Y = b); }
END
told='^motet: b was to send what breaks its refinement: t.proto-session:2: Yes where `id > Ask.id`$'
runs "a refinement that a maker breaks" ' completed 0 aborted [1-9].* refused [1-9].* fidelity 0 crashes [1-9]'
runs "without checks nobody looks at it" "$all" -DNDEBUG

# ---- actors ----

protocol <<END
struct In { a: u8; of: Deep[2]; }  struct Deep { b: i16; }
message Ask { in: In; l: list<In, 3>; o: optional<Deep>; }  message Yes;
session S(role X, role Y) { X -> Y: Ask; Y -> X: Yes; }
actor A plays S.X;
actor B plays S.Y {
  state { n: u32; in: In; l: list<Deep, 4>; o: optional<u8>; } with invariant state.n <= 7 && in.a == 0;
  invariant len(l) == 0;
  on S.Y.Ask requires Ask.in.a == state.in.a && len(Ask.l) == 0 ensures n == old(n) && old(state.in.a) == 0;
}
$system
END
runs "contracts and invariants" "$all"

protocol <<END
message Ask { n: u8; }
session S(role X, role Y) { X -> Y: Ask; }
actor A plays S.X;
actor B plays S.Y { sessions 1; state { seen: u64; } on S.Y.Ask ensures seen == old(seen) + 1; }
system Z { supervisor root one_for_one intensity 100 in 1s { child a: A; child b: B; } wire S(X = a, Y = b); }
END
told='^motet: B: t.proto-session:4: ensures `seen == old\(seen\) \+ 1` does not hold$'
runs "a contract that its handler breaks" ' completed 0 aborted 50 .* crashes 50 restarts 50 '

protocol <<END
message Ask = 700 { n: u8; }  message Yes;  message No = 2;
session S(role X, role Y) { X -> Y: Ask; Y -> X: Yes; Y -> X: No; }
$two $system
END
runs "stable tags" "$all"
t_has "a tag that is given is the table's" "$d/t_sessions.c" '^    \{"Ask", 700, sizeof'
t_has "and so is another" "$d/t_sessions.c" '^    \{"No", 2, 0'

mkdir -p "$work/lib"
cat >"$work/lib/base.proto-session" <<END
module lib.base;
enum Level { low, high }
struct Item { level: Level; n: u16; }
message Ask { item: Item; }
session Once(role P, role Q) { P -> Q: Ask where item.level == low; }
END
protocol <<END
import lib.base { Ask as Question, Once, Item };
message Yes = 9 { item: Item; }
session S(role X, role Y) { do Once(X, Y); Y -> X: Yes where item.n == Question.item.n; X -> Y: Question; }
$two $system
END
runs "imports, by other names" "$all"
t_has "what a name is here" "$d/t_messages.h" '^\} t_question;$'

protocol <<END
enum E { one, two }  struct In { a: u8; o: optional<list<E, 3>>; }
message Ask {
  who: ref<S.Y>; maybe: optional<ref<S.X>>; l: list<list<In, 2>, 2>; oo: optional<optional<u8>>; m: i32[2][3];
  f: f32; g: f64; s: string<8>; b: bytes<9>; e: E[4]; t: list<string<3>, 2>;
}
session S(role X, role Y) { X -> Y: Ask; }
$two $system
END
runs "optional, list, arrays, nested structs, references" "$all"

flood='session S(role X, role Y) {
  rec More { choice at X { X -> Y: Data; X -> Y: Data; continue More; } or { X -> Y: Stop; } }
}'
for policy in "" " fail" " shared" " shared fail"; do
    protocol <<END
message Data { n: u64; }  message Stop;
$flood
actor A plays S.X;  actor B plays S.Y { mailbox 1$policy; sessions 1; }
$system
END
    counts=' lost 0 refused 0 blocked [1-9]'
    case $policy in *fail) counts=' lost 0 refused [1-9][0-9]* blocked 0 ' ;; esac
    runs "mailbox$policy" "$all"
    runs "mailbox$policy, what there is no room for" "$counts"
done
# What is lost must not be missed: a session without an end.
for policy in drop_newest drop_oldest "shared drop_newest"; do
    protocol <<END
message Data { n: u64; }  message Stop;
session S(role X, role Y) { rec More { X -> Y: Data; continue More; } }
actor A plays S.X;  actor B plays S.Y { mailbox 1 $policy; }
$system
END
    runs "mailbox $policy" ' aborted 50 .* lost [1-9][0-9]* refused 0 blocked 0 fidelity 0 crashes 0 ' -DMOST=20000
done
protocol <<END
message Data;
session S(role X, role Y) { X -> Y: Data; }
actor A plays S.X;  actor B plays S.Y { mailbox 1 shared drop_oldest; }
END
t_exit "mailbox shared drop_oldest: is no language" 2 "$MOTET" gen c "$p" -o "$d"
t_has "mailbox shared drop_oldest: its code" "$err" '^error\[E0221\]'

protocol <<END
message Ask;
session S(role X, role Y) { X -> Y: Ask; }
actor A plays S.X;  actor B plays S.Y { inbox 3 fail; state { n: u32; } with invariant n < 3; }
$system
END
t "inbox: becomes C" "$MOTET" gen c "$p" -o "$d"
t "inbox: strict gcc and clang" strictly_both "$d"
t_has "inbox: its room and its policy" "$d/b.h" 'receive = b__mail, .inbox = 3, .inbox_policy = MOTET_REFUSE'
cat >"$d/a_handlers.c" <<'END'
#include "a.h"
struct a { int unused; };
const motet_actor_type a_actor = A_ACTOR(struct a);
motet_status a_init(struct a *self, const motet_start *start) { (void)self; (void)start; return MOTET_DONE; }
void a_fini(struct a *self) { (void)self; }
motet_status a_make_ask(struct a *self, motet_session *s, motet_peer to) { (void)self; (void)s; (void)to; return MOTET_DONE; }
void a_completed(struct a *self, motet_session *s) { (void)self; (void)s; }
void a_aborted(struct a *self, motet_session *s, motet_abort_reason why) { (void)self; (void)s; (void)why; }
END
cat >"$d/b_handlers.c" <<'END'
#include "b.h"
struct b { struct b_state state; };
const motet_actor_type b_actor = B_ACTOR(struct b);
motet_status b_init(struct b *self, const motet_start *start) { (void)self; (void)start; return MOTET_DONE; }
void b_fini(struct b *self) { (void)self; }
motet_status b_mail(struct b *self, motet_ctx *ctx, const motet_mail *mail)
{
    if (mail->kind == MOTET_ASKED) {
        return motet_reply(ctx, mail->from, mail->id, &self->state.n, sizeof self->state.n) ? MOTET_FAIL : MOTET_DONE;
    }
    self->state.n++;
    return MOTET_DONE;
}
motet_status b_on_ask(struct b *self, motet_session *s, motet_peer from) { (void)self; (void)s; (void)from; return MOTET_DONE; }
void b_completed(struct b *self, motet_session *s) { (void)self; (void)s; }
void b_aborted(struct b *self, motet_session *s, motet_abort_reason why) { (void)self; (void)s; (void)why; }
END
cat >"$d/z_main.c" <<'END'
#include <stdio.h>
#include "z.h"
#define NEED(e) do { motet_err e_ = (e); if (e_) { printf("%s: %s\n", #e, motet_err_text(e_)); return 1; } } while (0)
int main(void)
{
    motet_system *sys;
    motet_ref b;
    unsigned n = 9;
    size_t size = sizeof n;
    NEED(motet_system_start(&z_spec, NULL, &sys));
    NEED(motet_child_ref(sys, 1, 0, &b));
    NEED(motet_send(sys, b, 0, NULL, 0, 1000000000));
    NEED(motet_send(sys, b, 0, NULL, 0, 1000000000));
    NEED(motet_call(sys, b, 0, NULL, 0, 10000000000, &n, &size));
    motet_stats s;
    NEED(motet_send(sys, b, 0, NULL, 0, 1000000000)); /* the third breaks the invariant */
    do {
        motet_system_stats(sys, &s);
    } while (s.crashes == 0);
    motet_system_stop(sys, &s);
    printf("counted %u crashes %u\n", n, (unsigned)s.crashes);
    return 0;
}
END
with_mail() {
    local flags=flags_$1
    # shellcheck disable=SC2086
    "$CC" $strict -O1 -g ${!flags} -Iruntime/include -I"$d" -o "$d/$1" "$d"/*.c "$builds/$1/lib/libmotet.a" -lpthread
}
for s in asan tsan; do
    t "inbox: links with $s" with_mail $s
    t "inbox: runs with $s" timeout 60 "$d/$s"
    t_has "inbox: mail is handled, and invariants hold" "$out" '^counted 2 crashes 1$'
    t_has "inbox: what broke is said" "$err" 'invariant'
done
message Ask;
session S(role X, role Y) { X -> Y: Ask; }
actor A plays S.X;  actor B plays S.Y { inbox 3; }
END

protocol <<END
message Ask { n: u32; who: ref<S.X>; l: list<string<9>, 3>; }  message Yes { n: u32; }  message No;
session S(role X, role Y) {
  rec More { X -> Y: Ask where n <= 9; choice at Y { Y -> X: Yes; continue More; } or { Y -> X: No; } }
}
actor A plays S.X;
actor B plays S.Y {
  isolation process; sessions 1; state { n: u32; } with invariant n == 0; on S.Y.Ask ensures state.n == old(state.n);
}
system Z {
  supervisor root one_for_one intensity 10000 in 1s { child a: A; child b[2]: B; }
  wire S(X = a, Y = any b);
}
END
runs "isolation process" "$all"
told='^motet: b\[[01]\]: its process was killed by signal '
runs "isolation process, whose death is a restart" ' completed 0 aborted 50 .* crashes 50 restarts 50 ' \
    -DFILL_FAILS=1000 '-DFILL_IN="on_ask"' '-DFILL_STATUS=(__builtin_trap(), MOTET_FAIL)'

protocol <<END
message Ask;  message Yes;
session S(role X, role Y) { X -> Y: Ask; Y -> X: Yes; }
actor A plays S.X;  actor B plays S.Y { sessions 2; }
system Z { supervisor root one_for_one { child a: A; child b[3]: B; } wire S(X = a, Y = any b); }
END
runs "sessions 2, any" "$all"

# ---- supervision ----

# supervised CHILD_DECIDE SUPERVISOR_DECIDE: one session after the other
supervised() {
    protocol <<END
message Data;  message Stop;
session S(role X, role Y) { rec More { choice at X { X -> Y: Data; continue More; } or { X -> Y: Stop; } } }
actor A plays S.X;  actor B plays S.Y { sessions 1; }
system Z {
  supervisor root one_for_one intensity 10000 in 1s {
    child a: A;
    supervisor inner one_for_one intensity ${3:-10000} in 1s { $2 child b: B $1; child c: B; }
  }
  wire S(X = a, Y = b);
}
END
}
stops="-DFILL_FAILS=1000 -DFILL_IN=\"on_stop\"" # each session fails once, at its end
some="-DFILL_FAILS=300 -DFILL_IN=\"on_data\""
rows() { # NAME PATTERN FLAGS...: flags may be a list
    local name=$1 pattern=$2
    shift 2
    # shellcheck disable=SC2086
    runs "$name" "$pattern" $*
}
supervised "" ""
rows "a child restarts by itself" ' completed 0 aborted 50 .* crashes 50 restarts 50 resumed 0 gave_up 0' "$stops"
supervised "" "" 0
rows "a supervisor that gives up takes its other child with it" ' aborted 50 .* crashes 50 restarts 100 ' "$stops"
supervised "" "decide { fatal: escalate; _: restart; }"
rows "decide escalate" ' completed 0 aborted 50 .* crashes 50 restarts 100 ' "$stops -DFILL_STATUS=MOTET_FAIL_FATAL"
rows "decide by reason" ' completed 0 aborted 50 .* crashes 50 restarts 50 ' "$stops -DFILL_STATUS=MOTET_FAIL_TIMEOUT"
supervised "decide { timeout: stop; }" "decide { _: escalate; }"
rows "decide of a child, stop" ' crashes 1 restarts 0 ' "$stops -DFILL_STATUS=MOTET_FAIL_TIMEOUT"
rows "decide of its supervisor else" ' aborted 50 .* crashes 50 restarts 100 ' "$stops -DFILL_STATUS=MOTET_FAIL"
supervised "" "decide { protocol_violation: resume; }"
rows "decide resume" ' opened 50 completed 50 aborted 0 .* crashes 0 restarts 0 resumed [1-9]' \
    "$some -DFILL_STATUS=MOTET_FAIL_PROTOCOL_VIOLATION"

# ---- verify blocks are for the engines: C is the same with another one ----

protocol <<END
message Ask { n: u8; }  message Yes;
session S(role X, role Y) { X -> Y: Ask where n < 3; Y -> X: Yes; }
$two $system
verify Z { sessions 2; crashes 1 of b; loss 1; domain Ask.n in 0..3; ltl l { <> done(S) } }
END
t "with a verify block: becomes C" "$MOTET" gen c "$p" -o "$work/with"
sed -i '/^verify/d' "$p"
t "without: becomes C" "$MOTET" gen c "$p" -o "$work/without"
t "and they are the same" diff -r "$work/with" "$work/without"
runs "a refinement that a domain is about" "$all"
