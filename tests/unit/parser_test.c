/* parser_test.c -- dsl/front: what is reported, where, how often; and that no bytes break the parser. */
#include "front_kit.h"

static void says(struct world *w, const char *text, const char *message, const char *advice)
{
    parse(w, text);
    assert_int_equal(w->d->n, 1);
    if (message && !strstr(w->d->at[0]->message, message))
        fail_msg("message \"%s\" lacks \"%s\"", w->d->at[0]->message, message);
    if (advice && !(w->d->at[0]->help && strstr(w->d->at[0]->help, advice)))
        fail_msg("help \"%s\" lacks \"%s\"", w->d->at[0]->help ? w->d->at[0]->help : "(none)", advice);
}

/* ---- mistakes: one line of text, one diagnostic ---- */

struct mistake {
    const char *text;
    uint32_t line, column; /* from 1, in text */
    enum diag_code code;
};

/* Statements for the body of a session. */
static const struct mistake statements[] = {
    {"  A => B: M;", 1, 5, E0104},
    {"  A --> B: M;", 1, 5, E0104},
    {"  A <- B: M;", 1, 5, E0104},
    {"  A - > B: M;", 1, 5, E0104},
    {"  A \xe2\x86\x92 B: M;", 1, 5, E0101},
    {"  A B: M;", 1, 5, E0104},
    {"  A -> B M;", 1, 10, E0104},
    {"  A -> B := M;", 1, 10, E0104},
    {"  A -> B = M;", 1, 10, E0104},
    {"  A -> B: ;", 1, 11, E0104},
    {"  A -> B:", 1, 10, E0104},
    {"  A ->", 1, 7, E0104},
    {"  A -> B;", 1, 9, E0104},
    {"  A -> B", 1, 9, E0104},
    {"  A -> : M;", 1, 8, E0104},
    {"  -> B: M;", 1, 3, E0104},
    {"  A -> B: M", 1, 12, E0104},
    {"  A -> B: M,", 1, 12, E0104},
    {"  A -> B: M N;", 1, 13, E0104},
    {"  A -> B: M(x);", 1, 12, E0104},
    {"  A -> B: M { x: u8; }", 1, 13, E0104},
    {"  A -> B: M;;", 1, 13, E0104},
    {"  A -> message: M;", 1, 8, E0104},
    {"  A -> B: choice;", 1, 11, E0104},
    {"  A := B;", 1, 5, E0104},
    {"  A@x -> B: M;", 1, 4, E0101},
    {"  A -> B: M @;", 1, 13, E0101},
    {"  A[x] -> B: M;", 1, 5, E0104},
    {"  A[99999] -> B: M;", 1, 5, E0106},
    {"  A[1 -> B: M;", 1, 7, E0104},
    {"  chioce at A { A -> B: M; } or { A -> B: N; }", 1, 3, E0104},
    {"  choice A { A -> B: M; } or { A -> B: N; }", 1, 10, E0104},
    {"  choice at { A -> B: M; } or { A -> B: N; }", 1, 13, E0104},
    {"  choice at A { A -> B: M; }", 1, 3, E0104},
    {"  choice at A A -> B: M; or { A -> B: N; }", 1, 15, E0104},
    {"  or { A -> B: M; }", 1, 3, E0104},
    {"  choice at A { A -> B: M;\n  or { A -> B: N; }", 2, 3, E0104},
    {"  rec { A -> B: M; }", 1, 7, E0104},
    {"  rec rec { A -> B: M; }", 1, 7, E0104},
    {"  continue;", 1, 11, E0104},
    {"  contineu X;", 1, 3, E0104},
    {"  do T;", 1, 7, E0104},
    {"  do T(A B);", 1, 10, E0104},
    {"  do T(A, );", 1, 11, E0104},
    {"  do T(A;", 1, 9, E0104},
    {"  foreach p P { A -> p: M; }", 1, 13, E0104},
    {"  foreach in P { A -> p: M; }", 1, 14, E0104},
    {"  foo;", 1, 3, E0104},
    {"  foo { A -> B: M; }", 1, 3, E0104},
    {"  12;", 1, 3, E0104},
    {"  \"text\";", 1, 3, E0104},
    {"  A -> B: M where;", 1, 18, E0104},
    {"  A -> B: M where x >;", 1, 22, E0104},
    {"  A -> B: M where x = 3;", 1, 21, E0104},
    {"  A -> B: M where x => y;", 1, 21, E0104},
    {"  A -> B: M where x & y;", 1, 21, E0104},
    {"  A -> B: M where x | y;", 1, 21, E0104},
    {"  A -> B: M where x <-1;", 1, 21, E0104},
    {"  A -> B: M where 0 < x < 5;", 1, 25, E0104},
    {"  A -> B: M where (x > 0;", 1, 25, E0104},
    {"  A -> B: M where x > 0);", 1, 24, E0104},
    {"  A -> B: M where x > 0 y;", 1, 25, E0104},
    {"  A -> B: M where x[1] > 0;", 1, 20, E0104},
    {"  A -> B: M where size(x) > 0;", 1, 19, E0104},
    {"  A -> B: M where len(x > 0;", 1, 25, E0104},
    {"  A -> B: M where len() > 0;", 1, 23, E0104},
    {"  A -> B: M where N. > 0;", 1, 22, E0104},
    {"  A -> B: M where x > 10ms;", 1, 23, E0104},
    {"  A -> B: M where x == \"y\";", 1, 24, E0104},
    {"  A -> B: M where x > 0", 1, 24, E0104},
    {"  A -> B: M where x > 0,", 1, 24, E0104},
    {"  A -> B: M where choice;", 1, 19, E0104},
    {"  A -> B: M if x > 0;", 1, 13, E0104},
    {"  par { A -> B: M; } and { B -> A: ; } and { }", 1, 36, E0104},
    {"  par { A -> B: M; }", 1, 3, E0104},
    {"  par { A -> B: M; } { B -> A: N; }", 1, 22, E0104},
    {"  par { A -> B: M; } or { B -> A: N; }", 1, 22, E0104},
    {"  choice at A { A -> B: M; } and { A -> B: N; }", 1, 30, E0104},
    {"  par { A -> B: M;\n  and { B -> A: N; }", 2, 3, E0104},
    {"  par A -> B: M; and { B -> A: N; }", 1, 7, E0104},
    {"  par foreach p P { A -> p: M; }", 1, 17, E0104},
    {"  and { A -> B: M; }", 1, 3, E0104},
    {"  try { A -> B: M; }", 1, 3, E0104},
    {"  try { A -> B: M; } catch { A -> B: N; }", 1, 28, E0104},
    {"  try { A -> B: M; } catch timeout at A { A -> B: N; }", 1, 36, E0104},
    {"  try { A -> B: M; } catch timeout 2 at A { A -> B: N; }", 1, 36, E0104},
    {"  try { A -> B: M; } catch timeout 2s A { A -> B: N; }", 1, 39, E0104},
    {"  try { A -> B: M; } catch timeout 2s { A -> B: N; }", 1, 39, E0104},
    {"  try { A -> B: M; } catch timeout 2s at { A -> B: N; }", 1, 42, E0104},
    {"  try { A -> B: M; } catch crash at A { A -> B: N; }", 1, 37, E0104},
    {"  try { A -> B: M; } catch crash B { A -> B: N; }", 1, 36, E0104},
    {"  try { A -> B: M; } catch cancel A { A -> B: N; }", 1, 35, E0104},
    {"  try { A -> B: M; } catch cancle at A { A -> B: N; }", 1, 28, E0104},
    {"  try { A -> B: M; } catch B at A { A -> B: N; }", 1, 28, E0104},
    {"  try { A -> B: M; } catch (cancel at A) { A -> B: N; }", 1, 28, E0104},
    {"  try { A -> B: M; } catch cancel at A crash B at A { A -> B: N; }", 1, 40, E0104},
    {"  try { A -> B: M; } catch cancel at A, { A -> B: N; }", 1, 41, E0104},
    {"  try { A -> B: M;\n  catch cancel at A { A -> B: N; }", 2, 3, E0104},
    {"  try { A -> B: M; } cacth cancel at A { A -> B: N; }", 1, 22, E0104},
    {"  tyr { A -> B: M; } catch cancel at A { A -> B: N; }", 1, 3, E0104},
    {"  try { A -> B: M; } catch cancel at A { A -> B: ; } catch crash B at A { }", 1, 50, E0104},
    {"  catch cancel at A { A -> B: M; }", 1, 3, E0104},
};

/* Declarations. */
static const struct mistake declarations[] = {
    {"message { x: u8; }", 1, 9, E0104},
    {"message", 1, 8, E0104},
    {"message enum { y: u8; }", 1, 9, E0104},
    {"message P { x u8; }", 1, 15, E0104},
    {"message P { x = u8; }", 1, 15, E0104},
    {"message P { x: u8 y: u8; }", 1, 19, E0104},
    {"message P {\n  x: u8\n  y: u8;\n}", 2, 8, E0104},
    {"message P { x: u8, y: u8; }", 1, 18, E0104},
    {"message P {\n  x:\n  y: u8;\n}", 2, 5, E0104},
    {"message P { x: ; y: u8; }", 1, 16, E0104},
    {"message P { : u8; }", 1, 13, E0104},
    {"message P { x: string; }", 1, 22, E0104},
    {"message P { x: bytes<>; }", 1, 22, E0104},
    {"message P { x: bytes<0>; }", 1, 22, E0106},
    {"message P { x: string<16777217>; }", 1, 23, E0106},
    {"message P { x: list<u8>; }", 1, 23, E0104},
    {"message P { x: list<u8, 99999999>; }", 1, 25, E0106},
    {"message P { x: optional; }", 1, 24, E0104},
    {"message P { x: u8[]; }", 1, 19, E0104},
    {"message P { x: u8[3; }", 1, 20, E0104},
    {"message P { x: ref<S>; }", 1, 21, E0104},
    {"message P { x: list<u8, 3; }", 1, 26, E0104},
    {"message P { where: u8; }", 1, 13, E0104},
    {"message P { x: u8 where x > 0; }", 1, 19, E0104},
    {"message P(x: u8);", 1, 10, E0104},
    {"message P = ;", 1, 13, E0104},
    {"message P = 65536;", 1, 13, E0106},
    {"message P = 12ab;", 1, 13, E0103},
    {"message P { x: u8; } ;", 1, 22, E0104},
    {"message P", 1, 10, E0104},
    {"mesage P { x: u8; }", 1, 1, E0104},
    {"mess@ge P { x: u8; }", 1, 5, E0101},
    {"struct list { x: u8; }", 1, 8, E0104},
    {"enum E { a b, c }", 1, 12, E0104},
    {"enum E { a; b }", 1, 11, E0104},
    {"enum E { }", 1, 10, E0104},
    {"enum E { a, ,b }", 1, 13, E0104},
    {"enum E;", 1, 7, E0104},
    {"session S(A, role B) { A -> B: M; }", 1, 11, E0104},
    {"session S(A, B) { A -> B: M; }", 1, 11, E0104},
    {"session S(role A, role B);", 1, 16, E0104},
    {"session S() { A -> B: M; }", 1, 11, E0104},
    {"session S { A -> B: M; }", 1, 11, E0104},
    {"session S(role A role B) { A -> B: M; }", 1, 18, E0104},
    {"session S(role A, role B { A -> B: M; }", 1, 26, E0104},
    {"session S(role A[0], role B) { A -> B: M; }", 1, 18, E0106},
    {"session S(role A[4097], role B) { A -> B: M; }", 1, 18, E0106},
    {"session (role A, role B) { A -> B: M; }", 1, 9, E0104},
    {"sesion S(role A, role B) { A -> B: M; }", 1, 1, E0104},
    {"session S(role A, role B) {\n  A -> B: M;", 3, 1, E0104},
    {"session S(role A, role B) {\n  rec X {\n  A -> B: M;\n}", 5, 1, E0104},
    {"session S(role A, role B) {\n  A -> B: M;\n}\n}", 4, 1, E0104},
    {"local L !M . end;", 1, 9, E0104},
    {"local L := !M . end;", 1, 9, E0104},
    {"local L = !M;", 1, 13, E0104},
    {"local L = !M ?N . end;", 1, 14, E0104},
    {"local L = ! . end;", 1, 13, E0104},
    {"local L = +{ !M . end !N . end };", 1, 23, E0104},
    {"local L = +{ };", 1, 14, E0104},
    {"local L = mixed{ };", 1, 18, E0104},
    {"local L = mixed{ !M . end ?N . end };", 1, 27, E0104},
    {"local L = + !M . end;", 1, 13, E0104},
    {"local L = rec . !M . X;", 1, 15, E0104},
    {"local L = rec X !M . X;", 1, 17, E0104},
    {"local L = ;", 1, 11, E0104},
    {"local L = (!M . end;", 1, 20, E0104},
    {"local L = dual L", 1, 17, E0104},
    {"actor A plays S.A { mailbox=3; }", 1, 28, E0104},
    {"actor A plays S.A { mailbox: 3; }", 1, 28, E0104},
    {"actor A plays S.A { mailbox; }", 1, 28, E0104},
    {"actor A plays S.A { mailbox 0; }", 1, 29, E0106},
    {"actor A plays S.A { mailbox 3s; }", 1, 29, E0104},
    {"actor A plays S.A { mailbox 3 }", 1, 30, E0104},
    {"actor A plays S.A { mailbox 3; mailbox 4; }", 1, 32, E0104},
    {"actor A plays S.A { mialbox 3; }", 1, 21, E0104},
    {"actor A plays S.A { foo 3; }", 1, 21, E0104},
    {"actor A S.A { mailbox 3; }", 1, 9, E0104},
    {"actor A plays S { mailbox 3; }", 1, 17, E0104},
    {"actor A plays S.A state { x: u8; }", 1, 19, E0104},
    {"actor A plays S.A { mailbox 3 sharde; }", 1, 31, E0104},
    {"actor A plays S.A { mailbox 3 fail shared; }", 1, 36, E0104},
    {"actor A plays S.A { mailbox 3 fail block; }", 1, 36, E0104},
    {"actor A plays S.A { mailbox 3 drop; }", 1, 31, E0104},
    {"actor A plays S.A { mailbox 3 shared\n sessions 4; }", 1, 37, E0104},
    {"actor A plays S.A { mailbox shared; }", 1, 29, E0104},
    {"actor A plays S.A { inbox; }", 1, 26, E0104},
    {"actor A plays S.A { inbox 0 fail; }", 1, 27, E0106},
    {"actor A plays S.A { inbox 3 shared; }", 1, 29, E0104},
    {"actor A plays S.A { inbox 3; inbox 4; }", 1, 30, E0104},
    {"actor A plays S.A { isolation; }", 1, 30, E0104},
    {"actor A plays S.A { isolation thread; }", 1, 31, E0104},
    {"actor A plays S.A { isolation process; isolation process; }", 1, 40, E0104},
    {"actor A plays S.A { on S.A.M; }", 1, 29, E0104},
    {"actor A plays S.A { on S.A requires x > 0; }", 1, 28, E0104},
    {"actor A plays S.A { on A.M ensures x > 0; }", 1, 28, E0104},
    {"actor A plays S.A { on S.A.M requires; }", 1, 38, E0104},
    {"actor A plays S.A { on S.A.M requires x > 0; ensures x < 3; }", 1, 46, E0104},
    {"actor A plays S.A { on S.A.M requires x > 0, ensures x < 3; }", 1, 44, E0104},
    {"actor A plays S.A { requires x > 0; }", 1, 21, E0104},
    {"actor A plays S.A { state { x: u64; } with x <= 100; }", 1, 44, E0104},
    {"actor A plays S.A { state { x: u64; } with invariant; }", 1, 53, E0104},
    {"actor A plays S.A { state { x: u64; } invarant x <= 100; }", 1, 39, E0104},
    {"actor A plays S.A { invariant x <= 100 }", 1, 39, E0104},
    {"actor A plays S.A { decide { timeout: stop; } }", 1, 21, E0104},
    {"system Y { supervisor root one_for_al { child a: A; } }", 1, 28, E0104},
    {"system Y { supervisor root intensity 5 of 10s { child a: A; } }", 1, 40, E0104},
    {"system Y { supervisor root intensity 5 in 10 { child a: A; } }", 1, 43, E0104},
    {"system Y { supervisor { child a: A; } }", 1, 23, E0104},
    {"system Y { supervisor root { child a A; } }", 1, 38, E0104},
    {"system Y { supervisor root { child a = A; } }", 1, 38, E0104},
    {"system Y { supervisor root { child a: ; } }", 1, 39, E0104},
    {"system Y { supervisor root { child a: A permament; } }", 1, 41, E0104},
    {"system Y { supervisor root { child a: A backoff 10ms; } }", 1, 53, E0104},
    {"system Y { supervisor root { child a: A backoff 10..1s; } }", 1, 49, E0104},
    {"system Y { supervisor root { child a: A shutdown; } }", 1, 49, E0104},
    {"system Y { supervisor root { child a: A shutdown 1s shutdown 2s; } }", 1, 53, E0104},
    {"system Y { supervisor root { child a[0]: A; } }", 1, 38, E0106},
    {"system Y { supervisor root { a: A; } }", 1, 30, E0104},
    {"system Y { child a: A; }", 1, 12, E0104},
    {"system Y { supervisor root { child a: A; decide { timeout: stop; timeout: resume; } } }", 1, 66, E0104},
    {"system Y { supervisor root { decide { timeout: stop; } child a: A; decide { fatal: stop; } } }", 1, 68, E0104},
    {"system Y { supervisor root { decide { tiemout: stop; } child a: A; } }", 1, 39, E0104},
    {"system Y { supervisor root { decide { timeout: halt; } child a: A; } }", 1, 48, E0104},
    {"system Y { supervisor root { decide { timeout stop; } child a: A; } }", 1, 47, E0104},
    {"system Y { supervisor root { decide { timeout = stop; } child a: A; } }", 1, 47, E0104},
    {"system Y { supervisor root { decide { timeout: stop, fatal: stop; } child a: A; } }", 1, 52, E0104},
    {"system Y { supervisor root { decide { timeout: ; } child a: A; } }", 1, 48, E0104},
    {"system Y { supervisor root { child a: A { decide { timeout: stop; } } } }", 1, 41, E0104},
    {"system Y { supervisor root { child a: A permanent decide { timeout: stop; } } }", 1, 76, E0104},
    {"system Y { decide { timeout: stop; } supervisor root { child a: A; } }", 1, 12, E0104},
    {"system Y { wire S(A: a, B = b); }", 1, 20, E0104},
    {"system Y { wire S(A = a B = b); }", 1, 25, E0104},
    {"system Y { wire S(A = , B = b); }", 1, 23, E0104},
    {"system Y { wire S(a, B = b); }", 1, 20, E0104},
    {"system Y { wire S(A = a, B = b; }", 1, 31, E0104},
    {"system Y { wire (A = a); }", 1, 17, E0104},
    {"system Y {\n  wire S(A = a)\n  wire S(A = b);\n}", 2, 16, E0104},
    {"verify Y { crash 1; }", 1, 12, E0104},
    {"verify Y { crashes; }", 1, 19, E0104},
    {"verify Y { crashes 1 of; }", 1, 24, E0104},
    {"verify Y { fair strong; }", 1, 17, E0104},
    {"verify Y { sessions 0; }", 1, 21, E0106},
    {"verify Y { ltl p [] done(S) }", 1, 18, E0104},
    {"verify Y { ltl p { } }", 1, 20, E0104},
    {"verify Y { ltl p { [] sent(A M) } }", 1, 30, E0104},
    {"verify Y { ltl p { [] sent(A, M } }", 1, 33, E0104},
    {"verify Y { ltl p { <> sent(A, M) && } }", 1, 37, E0104},
    {"verify Y { ltl p { sent(A, M) => done(S) } }", 1, 31, E0104},
    {"verify Y { ltl p { sent(A, M) & done(S) } }", 1, 31, E0104},
    {"verify Y { ltl p { sent(A, M) done(S) } }", 1, 31, E0104},
    {"verify Y { ltl p { snet(A, M) } }", 1, 20, E0104},
    {"verify Y { ltl p { foo } }", 1, 20, E0104},
    {"verify Y { ltl p { (done(S) } }", 1, 29, E0104},
    {"verify Y { ltl p { [ done(S) } }", 1, 20, E0104},
    {"verify Y { loss; }", 1, 16, E0104},
    {"verify Y { loss 0; }", 1, 17, E0106},
    {"verify Y { loss 1; loss 2; }", 1, 20, E0104},
    {"verify Y { domain M in 0..3; }", 1, 21, E0104},
    {"verify Y { domain M.f 0..3; }", 1, 23, E0104},
    {"verify Y { domain M.f in 0; }", 1, 27, E0104},
    {"verify Y { domain M.f in 0..; }", 1, 29, E0104},
    {"verify Y { domain M.f in {0, 3}; }", 1, 26, E0104},
    {"assert L <= ;", 1, 13, E0104},
    {"assert L < K;", 1, 10, E0104},
    {"assert L = K;", 1, 10, E0104},
    {"assert L >= K;", 1, 10, E0104},
    {"assert L;", 1, 9, E0104},
    {"assert L == K", 1, 14, E0104},
    {"assert <= K;", 1, 8, E0104},
    {"nonsense here { and { more } };", 1, 1, E0104},
    {"nonsense;", 1, 1, E0104},
    {"{ message }", 1, 1, E0104},
    {"}", 1, 1, E0104},
    {"message P { \"open\n x: u8; }", 1, 13, E0102},
};

/* Imports, which stand at the head of a file. */
static const struct mistake imports[] = {
    {"import;", 1, 7, E0104},
    {"import store.;", 1, 14, E0104},
    {"import store.types { X Y };", 1, 24, E0104},
    {"import store.types { X as };", 1, 27, E0104},
    {"import store.types { X; Y };", 1, 23, E0104},
    {"import store.types { };", 1, 22, E0104},
    {"import store.types { X }", 1, 25, E0104},
    {"import \"a\\\\b\";", 1, 8, E0104},
    {"import \"\";", 1, 8, E0104},
    {"import store.types", 1, 19, E0104},
    {"import \"store;", 1, 8, E0102},
    {"import { X } from store;", 1, 8, E0104},
    {"imprt store.types;", 1, 1, E0104},
};

enum {
    N_IMPORTS = sizeof imports / sizeof *imports,
    N_STATEMENTS = sizeof statements / sizeof *statements,
    N_DECLARATIONS = sizeof declarations / sizeof *declarations
};

static uint32_t count_lines(const char *s)
{
    uint32_t n = 0;
    for (; *s; s++)
        n += *s == '\n';
    return n;
}

/* Collects a file and the places where it must report something. */
struct composer {
    struct buf text, places;
    uint32_t line; /* of what is added next */
};

static void add_text(struct composer *c, const char *text)
{
    buf_printf(&c->text, "%s\n", text);
    c->line += count_lines(text) + 1;
}

static void add_mistake(struct composer *c, const struct mistake *m)
{
    buf_printf(&c->places, "%s%s@%u:%u", c->places.n ? " " : "", diag_code_name(m->code), c->line + m->line - 1,
               m->column);
    add_text(c, m->text);
}

static void check_composed(struct world *w, struct composer *c)
{
    parse_bytes(w, c->text.p, c->text.n);
    const char *found = places(w);
    if (strcmp(found, buf_cstr(&c->places)) != 0)
        fail_msg("in\n%s\nexpected %s\nfound    %s", c->text.p, buf_cstr(&c->places), found);
    buf_free(&c->text);
    buf_free(&c->places);
}

static void each_mistake_in_a_statement_is_one_diagnostic(void **state)
{
    struct world *w = *state;
    for (uint32_t i = 0; i < N_STATEMENTS; i++) {
        struct composer c = {.line = 1};
        add_text(&c, "session S(role A, role B) {\n  A -> B: M;");
        add_mistake(&c, &statements[i]);
        add_text(&c, "  B -> A: N;\n}\nmessage Last;");
        check_composed(w, &c);
        assert_int_equal(w->f->decls.n, 2);
    }
}

static void each_mistake_in_a_declaration_is_one_diagnostic(void **state)
{
    struct world *w = *state;
    for (uint32_t i = 0; i < N_DECLARATIONS; i++) {
        struct composer c = {.line = 1};
        add_text(&c, "message First;");
        add_mistake(&c, &declarations[i]);
        add_text(&c, "message Last;");
        check_composed(w, &c);
        assert_string_equal(vec_last(w->f->decls)->name.name, "Last");
    }
}

static void each_mistake_in_an_import_is_one_diagnostic(void **state)
{
    struct world *w = *state;
    for (uint32_t i = 0; i < N_IMPORTS; i++) {
        struct composer c = {.line = 1};
        add_text(&c, "module m;\nimport a;");
        add_mistake(&c, &imports[i]);
        add_text(&c, "import b;\nmessage Last;");
        check_composed(w, &c);
        assert_string_equal(vec_last(w->f->decls)->name.name, "Last");
        assert_string_equal(vec_last(w->f->imports).module.name, "b");
    }
}

/* Six mistakes of the two tables in one file, in any order, with good text between them. */
static void six_mistakes_are_six_diagnostics(void **state)
{
    struct world *w = *state;
    uint64_t seed = 0x6d6f746574;
    for (int round = 0; round < 2000; round++) {
        struct composer c = {.line = 1};
        uint32_t in_session = (uint32_t)(random_next(&seed) % 7);
        add_text(&c, "module m;");
        for (uint32_t i = in_session; i < 6; i++) {
            add_mistake(&c, &declarations[random_next(&seed) % N_DECLARATIONS]);
            add_text(&c, "message Good { x: u8; }");
        }
        add_text(&c, "session S(role A, role B) {");
        for (uint32_t i = 0; i < in_session; i++) {
            add_mistake(&c, &statements[random_next(&seed) % N_STATEMENTS]);
            add_text(&c, "  A -> B: M;");
        }
        add_text(&c, "}");
        check_composed(w, &c);
    }
}

/* False at the end of the text. */
static bool next_token(struct lexer *x, struct token *t)
{
    *t = lex_next(x);
    return t->kind != T_EOF;
}

/* Any one token deleted, or doubled: nearly always one diagnostic at most (braces can mislead anyone). */
static void one_token_wrong_is_one_diagnostic(void **state)
{
    struct world *w = *state;
    struct world tokens = {.a = arena_new(0)};
    tokens.s = sources_new(tokens.a);
    struct lexer x;
    struct token t;
    uint32_t cases = 0, cascades = 0, source = sources_add(tokens.s, "f", sample, strlen(sample));
    lexer_init(&x, tokens.a, interner_new(tokens.a), tokens.s, source, diags_new(tokens.a));
    while (next_token(&x, &t)) {
        for (int doubled = 0; doubled < 2; doubled++) {
            struct buf text = {0};
            buf_putn(&text, sample, doubled ? t.at.hi : t.at.lo);
            buf_putc(&text, ' ');
            buf_puts(&text, sample + (doubled ? t.at.lo : t.at.hi));
            parse_bytes(w, text.p, text.n);
            cases++;
            cascades += w->d->n > 1;
            if (w->d->n > 4)
                fail_msg("%s\n%s", places(w), buf_cstr(&text));
            buf_free(&text);
        }
    }
    arena_free(tokens.a);
    assert_true(cases > 600);
    if (cascades * 40 > cases)
        fail_msg("%u of %u cases gave more than one diagnostic", cascades, cases);
}

static void two_items_of_one_line_are_two_diagnostics(void **state)
{
    struct world *w = *state;
    REPORTS("verify Y { loss 0; domain M.f in 0; }", "E0106@1:17 E0104@1:35");
    REPORTS(BODY("A => B M;"), "E0104@2:3 E0104@2:8");
    REPORTS(BODY("par rec X { A -> B: M; }"), "E0104@2:5");
    REPORTS(BODY("try A -> B: M; } catch cancel at A { A -> B: N; }"), "E0104@2:5");
    REPORTS(BODY("try { A -> B: M; } catch cancel at A A -> B: N; }"), "E0104@2:38");
    REPORTS(BODY("try { A -> B: M; } catch cancel at A\n A -> B: M;\n"), "E0104@2:37");
    REPORTS(BODY("try { A -> B: ; } catch cancle at A, crash at A { par { A -> B: M; } }"),
            "E0104@2:15 E0104@2:25 E0104@2:47 E0104@2:51");
    REPORTS("session S(A, B) { A B: M; A -> B: ; }", "E0104@1:11 E0104@1:21 E0104@1:35");
    REPORTS("system Y { supervisor root intensity 5 of 10s { child a A; } }", "E0104@1:40 E0104@1:57");
}

/* ---- what is said ---- */

static void common_mistakes_get_their_cure(void **state)
{
    struct world *w = *state;
    says(w, BODY("A => B: M;"), "`=>` is not an arrow", "write `->`");
    says(w, BODY("A B: M;"), "expected `->`", "A -> B: M;");
    says(w, BODY("A -> B: M"), "expected `;` after a statement", NULL);
    says(w, BODY("A -> B: M, B -> A: N;"), "not with a comma", "write `;`");
    says(w, BODY("A -> B := M;"), "not behind `:=`", "A -> B: M;");
    says(w, BODY("A -> B;"), "expected `:` and a message", "A -> B: M;");
    says(w, BODY("chioce at A { } or { }"), "found name `chioce`", "did you mean `choice`?");
    says(w, "actor A plays S.A { mailbox=3; }", "without `=`", "write `mailbox 3`");
    says(w, "session S(A) { }", "expected `role` before `A`", "write `role A`");
    says(w, "message enum;", "`enum` is a keyword and cannot be the name of a message", "enum_");
    says(w, "message M { x: string; }", "expected `<`", "string<64>");
    says(w, "system Y { supervisor r { child a: A shutdown 5; } }", "needs a unit", "ms");
    says(w, "local L = !M;", "cannot stop after an action", ". end");
    says(w, "verify Y { crash 1; }", "found `crash`", "did you mean `crashes`?");
    says(w, BODY("par { A -> B: M; } or { B -> A: M; }"), "`par` are joined by `and`", "par { ... } and { ... }");
    says(w, BODY("try { A -> B: M; }"), "at least one `catch`", "catch timeout 2s at A");
    says(w, BODY("try { A -> B: M; } catch timeout 2s { }"), "`at` and the role that catches", "timeout 2s at A");
    says(w, BODY("try { A -> B: M; } catch cancle at A { }"), "found name `cancle`", "did you mean `cancel`?");
    says(w, BODY("catch cancel at A { }"), "without a `try` before it", "try { ... } catch");
}

/* What other notations write for it. */
static void habits_are_put_right(void **state)
{
    struct world *w = *state;
    says(w, "global protocol S(role A, role B) { M() from A to B; }", "a protocol of Scribble", "motet import");
    says(w, "local protocol S(role A, role B) { M() from A; }", "a protocol of Scribble", "motet import");
    says(w, "local\nprotocol", "a protocol of Scribble", "motet import");
    says(w, "protocol S(role A, role B) { A -> B: M; }", "found name `protocol`", "did you mean `session`?");
    says(w, "global session S(role A, role B) { A -> B: M; }", "always global", "leave it out");
    says(w, "from a.b import M;\nmessage N;", "found name `from`", "import a.b { X };");
    says(w, "import a.*;", "brings all", "leave out `.*`");
    says(w, "import a.b as c;", "expected `;` after an import", "X as Y");
    says(w, "message M, N;", "found `,`", "a declaration of its own");
    says(w, "message M { u32 n; }", "found name `n`", "write `n: u32;`");
    says(w, "message M { l: vector<u8, 3>; }", "found name `vector`", "did you mean `list`?");
    says(w, "enum E { a = 1, b = 2 }", "found `=`", "count from 0");
    says(w, "enum E { a; b; c; }", "separated by commas", "write `,`");
    says(w, BODY("A -> B: M(u32);"), "fields do not stand here", "message M { name: type; }");
    says(w, BODY("A -> B: M { x > 3 };"), "nor conditions stand here in `{`", "where ...;");
    says(w, BODY("A -> B: M if x > 3;"), "starts with `where`", "write `where`");
    says(w, BODY("A -> B: M where x in 1..4;"), "`in` is not an operator", "1 <= x && x <= 4");
    says(w, BODY("A -> B: M where x =< 4;"), "`=<` is not an operator", "write `<=`");
    says(w, BODY("A -> B, C: M;"), "one receiver", "foreach p in P");
    says(w, BODY("A -> {B, C}: M;"), "one receiver", "foreach p in P");
    says(w, BODY("A -> B: M, N;"), "one message", "A -> B: M; A -> B: N;");
    says(w, BODY("M: A -> B;"), "starts with its sender", "write `A -> B: M;`");
    says(w, BODY("M() from A to B;"), "expected a statement", "A -> B: M;");
    says(w, BODY("choice at A { A -> B: M; } else { A -> B: N; }"), "joined by `or`", "or { ... }");
    says(w, BODY("par { A -> B: M; } || { A -> B: N; }"), "joined by `and`", "and { ... }");
    says(w, BODY("rec X: { A -> B: M; }"), "no `:` stands behind", "leave it out");
    says(w, BODY("rec X { A -> B: M; X; }"), "found `X`", "continue X;");
    says(w, BODY("loop X { A -> B: M; }"), "found name `loop`", "did you mean `rec`?");
    says(w, BODY("for p in P { A -> p: M; }"), "found name `for`", "did you mean `foreach`?");
    says(w, BODY("foreach p : P { A -> p: M; }"), "stands behind `in`", "foreach p in P");
    says(w, BODY("foreach i in 0..3 { A -> B: M; }"), "expected a role family", "role P[3]");
    says(w, BODY("A -> B[i]: M;"), "found name `i`", "foreach p in P");
    says(w, BODY("do T(A as X, B as Y);"), "in the order", "leave out `as`");
    says(w, BODY("do T<A, B>;"), "found `<`", "do S(A, B);");
    says(w, BODY("try { A -> B: M; } catch (timeout 2s at A) { }"), "found `(`", "without parentheses");
    says(w, BODY("try { A -> B: M; } catch timeout at A { }"), "the time after which", "timeout 2s at A");
    says(w, BODY("try { A -> B: M; } catch cancel at A { } finally { A -> B: M; }"), "no `finally`", "behind the `try`");
    says(w, "actor A : S.R;", "stands behind `plays`", "actor A plays S.R");
    says(w, "actor A plays S::R;", "not by `::`", "write `.`");
    says(w, "actor A plays S.R { capacity 4; }", "found name `capacity`", "did you mean `mailbox`?");
    says(w, "actor A plays S.R { mailbox(4); }", "no parentheses", "mailbox N");
    says(w, "system Y { supervisor r { child a: A; } wire S(a, b); }", "expected `=`", "R = a");
    says(w, "system Y { supervisor r { child a: A; } wire S(R: a, T: b); }", "bound with `=`", "R = child");
    says(w, "system Y { supervisor r { decide { default: stop; } child a: A; } }", "found name `default`", "`_`?");
    says(w, "system Y { supervisor r intensity 5 per 10s { child a: A; } }", "stands behind `in`", "5 in 10s");
    says(w, "verify S { ltl { <> done(S) } }", "the name of the property", "ltl NAME {");
    says(w, "verify S { ltl p: <> done(S); }", "`{` and a formula", "ltl p {");
    says(w, "verify S { ltl p { F done(S) } }", "found name `F`", "did you mean `eventually`?");
    says(w, "verify S { ltl p { [] (A -> B: M) } }", "found name `A`", "received(B, M)");
    says(w, "local L = !M; ?N; end;", "joined by `.`", "write `.`");
    says(w, "local L = mu X . !M . X;", "found name `mu`", "did you mean `rec`?");
    says(w, "local L = B!{ M . end, N . end };", "the name of a message", "+{ B!M . end, B!N . end }");
    says(w, "local L = B&{ M . end, N . end };", "no peer stands before `&{`", "&{ B?M . end, B?N . end }");
    says(w, "local L = !M(u32) . end;", "fields do not stand here", "message M { name: type; }");
    says(w, "# a comment of another language\nmessage M;", "character `#`", "starts with `//`");
    says(w, "import \xe2\x80\x9cx.proto-session\xe2\x80\x9d;", "quotation mark", "write `\"`");
    says(w, BODY("A \xe2\x80\x93> B: M;"), "a typographic arrow", "write `->`");
    says(w, BODY("A -> B: M where x \xe2\x89\xa4 3;"), "byte 0xe2", "write `<=`");
}

/* Roles that are called as statements elsewhere are none of them. */
static void habits_remain_names(void **state)
{
    struct world *w = *state;
    ACCEPTS("session S(role loop, role call) { loop -> call: M; call -> loop: If; }");
    ACCEPTS("message protocol; message F { global: u8; from: u8; queue: u8; } local mu = !if . mu;");
    ACCEPTS("session S(role A, role G) { A -> G: M; } verify S { ltl F { <> sent(G, F) } }");
}

static void an_open_brace_is_labelled(void **state)
{
    struct world *w = *state;
    REPORTS("session S(role A, role B) {\n A -> B: M;\nmessage N;", "E0104@3:1");
    assert_int_equal(w->d->at[0]->labels.n, 1);
    assert_int_equal(w->d->at[0]->labels.at[0].at.lo, 26);
    assert_int_equal(w->f->decls.n, 2);
    REPORTS("session S(role A) {\n choice at A {", "E0104@2:15");
    assert_int_equal(w->d->at[0]->labels.n, 1);
}

static void a_declaration_inside_a_block_ends_it(void **state)
{
    struct world *w = *state;
    REPORTS("session S(role A, role B) {\n  A -> B: M;\n  message M;\n}\nmessage N;", "E0104@3:3");
    REPORTS("session S(role A, role B) {\n  A -> B: M;\nmessage M;\n}\nmessage N;", "E0104@3:1 E0104@4:1");
}

static void expressions_are_told_apart_from_those_of_other_languages(void **state)
{
    struct world *w = *state;
    says(w, BODY("A -> B: M where x = 3;"), "`=` is not an operator", "write `==`");
    says(w, BODY("A -> B: M where x & y;"), "`&` is not an operator", "write `&&`");
    says(w, BODY("A -> B: M where 0 < x < 5;"), "comparisons do not chain", "write `0 < x && ...`");
    says(w, BODY("A -> B: M where size(x) < 5;"), "no function `size`", "`len(x)`");
    says(w, BODY("A -> B: M where x[1] < 5;"), "elements of lists", "len(...)");
    says(w, "message M { x: u8 where x > 0; }", "does not stand at a field", "A -> B: M where");
    says(w, "actor A plays S.A { mailbox 3 fail shared; }", "before the policy", "write `shared fail`");
    says(w, "actor A plays S.A { on S.A.M requires x > 0; ensures x > 1; }", "`ensures` without a message",
         "one `;` at its end");
    says(w, "system Y { supervisor r { decide { fatal: escalat; } child a: A; } }", "found name `escalat`",
         "did you mean `escalate`?");
    says(w, "message M; import x;", "before its declarations", "head of the file");
    says(w, "assert L < K;", "not compared with `<`", "write `<=`");
}

/* ---- limits ---- */

static char *repeat(struct world *w, const char *head, const char *unit, uint32_t times, const char *middle,
                    const char *close, const char *tail)
{
    buf_free(&w->out);
    buf_puts(&w->out, head);
    for (uint32_t i = 0; i < times; i++)
        buf_puts(&w->out, unit);
    buf_puts(&w->out, middle);
    for (uint32_t i = 0; i < times; i++)
        buf_puts(&w->out, close);
    buf_puts(&w->out, tail);
    return w->out.p;
}

static void expect_limit(struct world *w, const char *text, uint32_t n)
{
    parse(w, text);
    assert_int_equal(w->d->n, n);
    if (n)
        assert_int_equal(w->d->at[0]->code, E0106);
}

static void blocks_nest_200_deep(void **state)
{
    struct world *w = *state;
    const char *head = "session S(role A, role B) {", *tail = "}\nmessage M;";
    expect_limit(w, repeat(w, head, "rec X {", FRONT_MAX_DEPTH - 1, "A -> B: M;", "}", tail), 0);
    expect_limit(w, repeat(w, head, "rec X {", FRONT_MAX_DEPTH, "A -> B: M;", "}", tail), 1);
    assert_int_equal(w->f->decls.n, 2);
    expect_limit(w, repeat(w, head, "rec X {", 100000, "A -> B: M;", "}", tail), 1);
}

static void types_nest_200_deep(void **state)
{
    struct world *w = *state;
    expect_limit(w, repeat(w, "struct T { x: ", "optional<", 150, "u8", ">", "; }"), 0);
    expect_limit(w, repeat(w, "struct T { x: ", "optional<", 100000, "u8", ">", "; }"), 1);
    expect_limit(w, repeat(w, "struct T { x: u8", "[2]", 150, "", "", "; }"), 0);
    expect_limit(w, repeat(w, "struct T { x: u8", "[2]", 100000, "", "", "; }"), 1);
}

static void formulas_nest_200_deep(void **state)
{
    struct world *w = *state;
    const char *head = "verify S { ltl p { ", *tail = " } }";
    expect_limit(w, repeat(w, head, "(", 150, "true", ")", tail), 0);
    expect_limit(w, repeat(w, head, "(", 100000, "true", ")", tail), 1);
    expect_limit(w, repeat(w, head, "! ", 100000, "true", "", tail), 1);
    expect_limit(w, repeat(w, head, "true || ", 150, "true", "", tail), 0);
    expect_limit(w, repeat(w, head, "true || ", 100000, "true", "", tail), 1);
    expect_limit(w, repeat(w, head, "true -> ", 100000, "true", "", tail), 1);
}

static void local_types_have_limits(void **state)
{
    struct world *w = *state;
    expect_limit(w, repeat(w, "local L = ", "!M . ", 4000, "end", "", ";"), 0);
    expect_limit(w, repeat(w, "local L = ", "!M . ", 100000, "end", "", ";"), 1);
    expect_limit(w, repeat(w, "local L = ", "dual ", 100000, "end", "", ";"), 1);
    expect_limit(w, repeat(w, "local L = ", "+{ !M . ", 100000, "end", "}", ";"), 1);
    expect_limit(w, repeat(w, "local L = ", "(", 100000, "end", ")", ";"), 1);
}

static void a_file_has_a_largest_size(void **state)
{
    struct world *w = *state;
    size_t n = (size_t)FRONT_MAX_FILE + 1;
    char *text = test_malloc(n);
    memset(text, ' ', n);
    parse_bytes(w, text, n);
    assert_int_equal(w->d->n, 1);
    assert_int_equal(w->d->at[0]->code, E0106);
    parse_bytes(w, text, n - 1);
    assert_int_equal(w->d->n, 0);
    test_free(text);
}

static void after_a_hundred_errors_the_rest_is_silent(void **state)
{
    struct world *w = *state;
    parse(w, repeat(w, "", "nonsense;\n", FRONT_MAX_ERRORS, "", "", ""));
    assert_int_equal(w->d->n, FRONT_MAX_ERRORS);
    parse(w, repeat(w, "", "nonsense;\n", 50000, "", "", "message M;"));
    assert_int_equal(w->d->n, FRONT_MAX_ERRORS + 1);
    assert_int_equal(w->d->at[FRONT_MAX_ERRORS]->code, E0106);
}

/* ---- any bytes ---- */

static void spans_lie_within(struct world *w)
{
    uint32_t size = w->s->at[0]->size;
    for (uint32_t i = 0; i < w->d->n; i++) {
        const struct diag *x = w->d->at[i];
        assert_true(x->at.lo <= x->at.hi && x->at.hi <= size);
        for (uint32_t k = 0; k < x->labels.n; k++)
            assert_true(x->labels.at[k].at.lo <= x->labels.at[k].at.hi && x->labels.at[k].at.hi <= size);
    }
    for (uint32_t i = 0; i < w->f->decls.n; i++)
        assert_true(w->f->decls.at[i]->at.lo <= w->f->decls.at[i]->at.hi && w->f->decls.at[i]->at.hi <= size);
    assert_true(w->d->n <= FRONT_MAX_ERRORS + 1);
}

/* What parsed must also print and render. */
static void survives(struct world *w, const char *text, size_t n)
{
    parse_bytes(w, text, n);
    spans_lie_within(w);
    buf_free(&w->out);
    diags_render_text(w->d, w->s, &w->out, false);
    if (w->d->n == 0)
        ast_print(w->f, &w->out);
    assert_false(w->out.failed);
}

static void every_prefix_is_survived(void **state)
{
    struct world *w = *state;
    for (size_t n = 0; n < sizeof sample; n++)
        survives(w, sample, n);
}

static size_t mutate(char *text, size_t n, size_t cap, uint64_t *seed)
{
    static const char *const pieces[] = {"{",       "}",    "(",    ")",  "[",   "]",  ";",    ",",
                                         "->",      "or ",  "try ", "\n", "\"",  "/*", "//",   "\xff",
                                         "message ", "session ", "choice ", "0x", "+{", "..", "ltl x {", "<"};
    size_t at = n ? random_next(seed) % n : 0;
    switch (random_next(seed) % 4) {
    case 0: /* delete some */ {
        size_t cut = random_next(seed) % 12;
        cut = cut > n - at ? n - at : cut;
        memmove(text + at, text + at + cut, n - at - cut);
        return n - cut;
    }
    case 1: /* insert a piece */ {
        const char *piece = pieces[random_next(seed) % (sizeof pieces / sizeof *pieces)];
        size_t more = strlen(piece);
        if (n + more > cap)
            return n;
        memmove(text + at + more, text + at, n - at);
        memcpy(text + at, piece, more);
        return n + more;
    }
    case 2: /* change a byte */
        if (n)
            text[at] = (char)random_next(seed);
        return n;
    default: /* copy a part over another */ {
        size_t from = n ? random_next(seed) % n : 0, len = random_next(seed) % 40;
        len = from + len > n ? n - from : len;
        len = at + len > n ? n - at : len;
        memmove(text + at, text + from, len);
        return n;
    }
    }
}

static void mutations_are_survived(void **state)
{
    struct world *w = *state;
    uint64_t seed = 0x5eed;
    char text[2 * sizeof sample];
    for (int round = 0; round < 4000; round++) {
        size_t n = sizeof sample - 1;
        memcpy(text, sample, n);
        for (uint64_t k = random_next(&seed) % 12 + 1; k > 0; k--)
            n = mutate(text, n, sizeof text, &seed);
        survives(w, text, n);
    }
}

static void random_bytes_are_survived(void **state)
{
    struct world *w = *state;
    uint64_t seed = 0xb17e5;
    char text[400];
    for (int round = 0; round < 2000; round++) {
        size_t n = random_next(&seed) % sizeof text;
        for (size_t i = 0; i < n; i++)
            text[i] = (char)(random_next(&seed) >> 11);
        survives(w, text, n);
    }
}

static void random_tokens_are_survived(void **state)
{
    struct world *w = *state;
    uint64_t seed = 0x70c3;
    for (int round = 0; round < 3000; round++) {
        struct buf text = {0};
        for (uint64_t k = random_next(&seed) % 80; k > 0; k--) {
            uint64_t r = random_next(&seed);
            int kind = T_NAME + (int)(r % (TOKEN_KINDS - T_NAME));
            buf_puts(&text, kind < T_IFF ? (r & 64 ? "Name" : "12") : token_spelling((enum token_kind)kind));
            buf_putc(&text, (r >> 20) % 6 ? ' ' : '\n');
        }
        survives(w, buf_cstr(&text), text.n);
        buf_free(&text);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_mistake_in_a_statement_is_one_diagnostic), T(each_mistake_in_a_declaration_is_one_diagnostic),
        T(each_mistake_in_an_import_is_one_diagnostic), T(six_mistakes_are_six_diagnostics), T(one_token_wrong_is_one_diagnostic),
        T(two_items_of_one_line_are_two_diagnostics), T(common_mistakes_get_their_cure), T(habits_are_put_right),
        T(habits_remain_names), T(an_open_brace_is_labelled),
        T(a_declaration_inside_a_block_ends_it), T(expressions_are_told_apart_from_those_of_other_languages),
        T(blocks_nest_200_deep), T(types_nest_200_deep),
        T(formulas_nest_200_deep), T(local_types_have_limits), T(a_file_has_a_largest_size),
        T(after_a_hundred_errors_the_rest_is_silent), T(every_prefix_is_survived), T(mutations_are_survived),
        T(random_bytes_are_survived), T(random_tokens_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
