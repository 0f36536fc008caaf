/* format_random_test.c -- dsl/front/format: its promises on generated files, of all constructs, with white space and
 * comments wherever they may stand. */
#include "format_kit.h"

struct maker {
    struct buf out;
    uint64_t seed;
    uint32_t depth;
};

static uint32_t roll(struct maker *m, uint32_t n) { return (uint32_t)(random_next(&m->seed) % n); }
static void say(struct maker *m, const char *s) { buf_puts(&m->out, s); }

/* White space where some is allowed; `must` where some is needed. Sometimes a comment. */
static void gap(struct maker *m, bool must)
{
    uint32_t r = roll(m, 40);
    if (r == 0)
        put_sprinkle(&m->out, roll(m, N_SPRINKLES), roll(m, 100));
    else if (r < 4)
        say(m, r == 1 ? "\n\n" : "\n");
    else if (must || r < 20)
        say(m, r < 8 ? "  " : " ");
    else
        return;
    if (must)
        say(m, " ");
}

static bool is_tight(char c) { return strchr(";,(){}[]", c) != NULL; }

/* The tokens of `text`, which are separated by single blanks, with gaps between them. */
static void tokens(struct maker *m, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (*s == ' ')
            gap(m, !is_tight(s[-1]) && !is_tight(s[1]));
        else
            buf_putc(&m->out, *s);
    }
}

/* One of the n texts, as tokens. */
static void one_of(struct maker *m, const char *const *texts, uint32_t n) { tokens(m, texts[roll(m, n)]); }
#define ONE_OF(m, ...)                                                                                                 \
    one_of((m), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void word(struct maker *m)
{
    static const char *const words[] = {"A",    "B",     "Request", "state", "ltl",  "sent",  "U",     "next",
                                        "list", "done",  "of",      "any",   "x1",   "block", "Answer", "until",
                                        "in",   "at",    "Participant", "X", "true", "bool",  "ref",   "on",
                                        "with", "invariant", "requires", "_", "as", "fail", "timeout", "domain",
                                        "decide", "len", "old", "crash"};
    if (roll(m, 30) == 0)
        buf_repeat(&m->out, 'n', 20 + roll(m, 90));
    else
        say(m, words[roll(m, sizeof words / sizeof *words)]);
}

static void role_name(struct maker *m)
{
    say(m, roll(m, 2) ? "Alice" : "P");
    if (roll(m, 4) == 0) {
        gap(m, false);
        say(m, "[");
        gap(m, false);
        say(m, "1]");
    }
}

static void make_type(struct maker *m)
{
    static const char *const simple[] = {"bool",   "u64",       "string<16>", "bytes < 4 >", "u8",  "u16", "u32", "i8",
                                         "Reason", "u8[3] [4]", "ref<S . A>", "f32",         "f64", "i16", "i32", "i64"};
    uint32_t r = roll(m, 6);
    if (r > 1 || m->depth > 5) {
        say(m, simple[roll(m, sizeof simple / sizeof *simple)]);
        return;
    }
    m->depth++;
    say(m, r ? "list<" : "optional<");
    gap(m, false);
    make_type(m);
    gap(m, false);
    say(m, r ? ",4>" : ">");
    m->depth--;
}

static void make_fields(struct maker *m)
{
    say(m, "{");
    for (uint32_t n = roll(m, 5); n; n--) {
        gap(m, false);
        word(m);
        gap(m, false);
        say(m, ":");
        gap(m, false);
        make_type(m);
        gap(m, false);
        say(m, ";");
    }
    gap(m, false);
    say(m, "}");
}

/* ---- expressions ---- */

static void make_path(struct maker *m)
{
    static const char *const names[] = {"x", "amount", "M . f", "state . y", "U", "a . b . c", "W", "with", "ensured"};
    one_of(m, names, sizeof names / sizeof *names);
}

static void make_expr(struct maker *m)
{
    uint32_t r = m->depth > 5 ? 9 : roll(m, 10);
    m->depth++;
    if (r < 2) {
        ONE_OF(m, "!", "-", "not");
        gap(m, true);
        tokens(m, "( ");
        make_expr(m);
        tokens(m, " )");
    } else if (r < 5) {
        make_expr(m);
        gap(m, true);
        static const char *const operators[] = {"&&", "||", "and", "or", "+", "-", "*", "/ ", "%"};
        say(m, operators[roll(m, 9)]); /* a comment right behind `/` would be another comment */
        gap(m, true);
        make_expr(m);
    } else if (r < 6) {
        tokens(m, "( ");
        make_expr(m);
        gap(m, true);
        ONE_OF(m, "<", "<=", ">", ">=", "==", "!=", "->", "implies");
        gap(m, true);
        make_expr(m);
        tokens(m, " )");
    } else if (r < 8) {
        make_path(m);
    } else {
        ONE_OF(m, "0", "12", "0xff", "true", "false", "len ( x )", "old ( state . x )", "- 3");
    }
    m->depth--;
}

/* `E` in parentheses, since comparisons do not chain. */
static void make_condition(struct maker *m)
{
    tokens(m, "( ");
    make_expr(m);
    tokens(m, " )");
    if (roll(m, 3) == 0) {
        gap(m, true);
        ONE_OF(m, "> 3", "== true", "-> x <= y + 1", "|| len ( a ) != 0");
    }
}

/* ---- statements ---- */

static void make_block(struct maker *m);

static void make_choice(struct maker *m)
{
    say(m, "choice at ");
    role_name(m);
    gap(m, false);
    make_block(m);
    for (uint32_t n = 1 + roll(m, 2); n; n--) {
        gap(m, false);
        say(m, "or");
        gap(m, false);
        make_block(m);
    }
}

static void make_par(struct maker *m)
{
    if (roll(m, 3) == 0) {
        tokens(m, "par foreach p in P");
        gap(m, false);
        make_block(m);
        return;
    }
    tokens(m, "par");
    gap(m, false);
    make_block(m);
    for (uint32_t n = 1 + roll(m, 2); n; n--) {
        gap(m, false);
        say(m, "and");
        gap(m, false);
        make_block(m);
    }
}

static void make_try(struct maker *m)
{
    say(m, "try");
    gap(m, false);
    make_block(m);
    for (uint32_t n = 1 + roll(m, 2); n; n--) {
        gap(m, false);
        say(m, "catch");
        gap(m, true);
        for (uint32_t k = roll(m, 3); k; k--) {
            ONE_OF(m, "timeout 2s at Alice ,", "crash P at Alice ,", "cancel at P [ 1 ] ,", "crash at at at ,");
            gap(m, false);
        }
        ONE_OF(m, "timeout 1500ms at Alice", "crash P [ 2 ] at Alice", "cancel at timeout");
        gap(m, false);
        make_block(m);
    }
}

static void make_statement(struct maker *m)
{
    switch (m->depth > 6 ? 5 : roll(m, 10)) {
    case 0: make_choice(m); return;
    case 8: make_par(m); return;
    case 9: make_try(m); return;
    case 1:
        say(m, "rec X");
        gap(m, false);
        make_block(m);
        return;
    case 2:
        say(m, "foreach p in P");
        gap(m, false);
        make_block(m);
        return;
    case 3: say(m, "continue X ;"); return;
    case 4:
        say(m, "do S(");
        role_name(m);
        gap(m, false);
        say(m, ",");
        gap(m, false);
        role_name(m);
        say(m, ") ;");
        return;
    default:
        role_name(m);
        gap(m, false);
        say(m, "->");
        gap(m, false);
        role_name(m);
        gap(m, false);
        say(m, ":");
        gap(m, false);
        word(m);
        gap(m, false);
        if (roll(m, 3) == 0) {
            gap(m, true);
            say(m, "where");
            gap(m, true);
            make_condition(m);
            gap(m, false);
        }
        say(m, ";");
        return;
    }
}

static void make_block(struct maker *m)
{
    m->depth++;
    say(m, "{");
    for (uint32_t n = roll(m, 4); n; n--) {
        gap(m, false);
        make_statement(m);
    }
    gap(m, false);
    say(m, "}");
    m->depth--;
}

static void make_local(struct maker *m)
{
    for (uint32_t n = roll(m, 9); n; n--) {
        if (roll(m, 2))
            say(m, "Peer");
        gap(m, false);
        say(m, roll(m, 2) ? "!" : "?");
        gap(m, false);
        word(m);
        gap(m, false);
        say(m, ".");
        gap(m, false);
    }
    uint32_t r = m->depth > 4 ? 9 : roll(m, 11);
    m->depth++;
    if (r == 10) {
        tokens(m, "rec X .");
        gap(m, false);
        make_local(m);
    } else if (r < 4) {
        say(m, r == 3 ? " mixed" : r % 2 ? "+" : "&");
        gap(m, false);
        say(m, "{");
        for (uint32_t n = 1 + roll(m, 3); n; n--) {
            gap(m, false);
            make_local(m);
            gap(m, false);
            say(m, n > 1 || roll(m, 3) == 0 ? "," : "");
        }
        gap(m, false);
        say(m, "}");
    } else if (r < 6) {
        say(m, "(");
        make_local(m);
        say(m, ")");
    } else {
        if (r == 6)
            say(m, "dual ");
        say(m, roll(m, 2) ? "end" : "X");
    }
    m->depth--;
}

static void make_formula(struct maker *m)
{
    static const char *const unary[] = {"!",    "[]",  "<>",    "X ",          "always ",
                                        "not ", "[ ]", "next ", "eventually ", "< >"};
    static const char *const binary[] = {"&&",    "||",   "->",        "<->", " U ",          " until ",
                                         " and ", " or ", " implies ", " W ", " weak_until "};
    static const char *const atoms[] = {"true",    "sent(P[1],U)",   "received ( S.A , M )", "false",
                                        "done(S)", "crashed(c [2])", "restarted(c)"};
    uint32_t r = m->depth > 5 ? 9 : roll(m, 7);
    m->depth++;
    if (r < 2) {
        say(m, unary[roll(m, 10)]);
        gap(m, false);
        say(m, "(");
        make_formula(m);
        say(m, ")");
    } else if (r < 5) {
        say(m, "(");
        make_formula(m);
        gap(m, false);
        say(m, binary[roll(m, 11)]);
        gap(m, false);
        make_formula(m);
        gap(m, false);
        say(m, ")");
    } else {
        say(m, atoms[roll(m, 7)]);
    }
    m->depth--;
}

/* ---- actors, systems, verify blocks ---- */

static void make_contract(struct maker *m)
{
    ONE_OF(m, "on S . A . M", "on S . P [ 1 ] . requires", "on on . on . on");
    for (uint32_t n = 1 + roll(m, 3); n; n--) {
        gap(m, true);
        ONE_OF(m, "requires", "ensures");
        gap(m, true);
        make_condition(m);
    }
    tokens(m, " ;");
}

static void make_item(struct maker *m)
{
    static const char *const plain[] = {"sessions 3 ;", "isolation process ;", "mailbox 2 ;", "inbox 7 drop_newest ;",
                                        "mailbox 3 shared ;", "mailbox 4 shared drop_newest ;", "inbox 1 ;",
                                        "mailbox 4 drop_oldest ;", "mailbox 0x10 block ;", "inbox 1_000 fail ;"};
    switch (roll(m, 5)) {
    case 0: make_contract(m); return;
    case 1:
        say(m, "invariant");
        gap(m, true);
        make_condition(m);
        tokens(m, " ;");
        return;
    case 2:
        tokens(m, "state ");
        make_fields(m);
        if (roll(m, 2)) {
            gap(m, true);
            tokens(m, "with invariant");
            gap(m, true);
            make_condition(m);
            tokens(m, " ;");
        }
        return;
    default: one_of(m, plain + roll(m, sizeof plain / sizeof *plain), 1); return;
    }
}

/* Its settings may stand there twice: each file takes the first of a kind only. */
static void make_actor(struct maker *m)
{
    say(m, "actor ");
    word(m);
    gap(m, true);
    tokens(m, roll(m, 3) ? "plays S . A" : "plays S . A , S . P [ 1 ] ,Other.Role");
    gap(m, false);
    if (roll(m, 4) == 0) {
        say(m, ";");
        return;
    }
    say(m, "{");
    for (uint32_t n = roll(m, 2); n; n--) {
        gap(m, false);
        make_item(m);
    }
    for (uint32_t n = roll(m, 3); n; n--) {
        gap(m, false);
        make_contract(m);
    }
    gap(m, false);
    say(m, "}");
}

static void make_decide(struct maker *m)
{
    tokens(m, "decide {");
    if (roll(m, 2))
        tokens(m, " timeout : stop ;");
    if (roll(m, 2))
        tokens(m, " protocol_violation : restart ;");
    if (roll(m, 2))
        tokens(m, " _ : resume ;");
    tokens(m, " }");
}

static void make_options(struct maker *m)
{
    if (roll(m, 2)) {
        gap(m, true);
        ONE_OF(m, "permanent", "transient", "temporary");
    }
    if (roll(m, 2)) {
        gap(m, true);
        tokens(m, "shutdown 2s");
    }
    if (roll(m, 2)) {
        gap(m, true);
        tokens(m, "backoff 1ms .. 3s");
    }
    if (roll(m, 2)) {
        gap(m, true);
        make_decide(m);
    }
    gap(m, false);
}

static void make_supervisor(struct maker *m)
{
    m->depth++;
    tokens(m, "supervisor");
    gap(m, true);
    word(m);
    gap(m, true);
    if (roll(m, 2)) {
        ONE_OF(m, "rest_for_one", "one_for_one", "one_for_all");
        gap(m, true);
    }
    if (roll(m, 2))
        ONE_OF(m, "intensity 5 in 10s", "intensity 0 in 1h");
    gap(m, false);
    say(m, "{");
    if (roll(m, 3) == 0)
        make_decide(m);
    for (uint32_t n = roll(m, 4); n; n--) {
        gap(m, false);
        ONE_OF(m, "child c : A", "child c [ 3 ] : A", "child permanent : A");
        make_options(m);
        say(m, ";");
    }
    if (m->depth < 4 && roll(m, 3) == 0)
        make_supervisor(m);
    gap(m, false);
    say(m, "}");
    m->depth--;
}

static void make_system(struct maker *m)
{
    tokens(m, "system Y {");
    make_supervisor(m);
    for (uint32_t n = roll(m, 3); n; n--) {
        gap(m, false);
        ONE_OF(m, "wire S ( A = any c , B = c [ 2 ] ) ;", "wire S(A=any) ;", "wire S ( A = a , in = of , P = ps ) ;");
    }
    gap(m, false);
    say(m, "}");
}

static void make_verify(struct maker *m)
{
    tokens(m, "verify S {");
    for (uint32_t n = roll(m, 4); n; n--) {
        gap(m, false);
        ONE_OF(m, "domain M . f in 0 .. 3 ;", "domain domain . in in 0x1 .. 0xff ;", "crashes 1 of c ;",
               "crashes 2 ;");
    }
    if (roll(m, 2))
        ONE_OF(m, "fair none ;", "fair weak ;");
    if (roll(m, 2))
        tokens(m, "sessions 2 ; loss 3 ;");
    for (uint32_t n = roll(m, 3); n; n--) {
        gap(m, false);
        tokens(m, "ltl");
        gap(m, true);
        word(m);
        tokens(m, " {");
        gap(m, false);
        make_formula(m);
        gap(m, false);
        say(m, "}");
    }
    gap(m, false);
    say(m, "}");
}

/* message M = 7 { ... } or without the one or the other. */
static void make_message(struct maker *m)
{
    say(m, "message");
    gap(m, true);
    word(m);
    if (roll(m, 3) == 0)
        ONE_OF(m, " = 7", "=0x10", " =65535 ");
    gap(m, false);
    if (roll(m, 3) == 0)
        say(m, ";");
    else
        make_fields(m);
}

static void make_import(struct maker *m)
{
    say(m, "import");
    gap(m, true);
    ONE_OF(m, "a . b . c", "\"../x/y.proto-session\"", "long_name_of_a_package . long_name_of_a_module . types");
    gap(m, false);
    if (roll(m, 2)) {
        tokens(m, "{ A");
        for (uint32_t n = roll(m, 9); n; n--)
            ONE_OF(m, " , Name", " , Number as N", " , as as as", " , SomethingLonger");
        tokens(m, roll(m, 2) ? " }" : " , }");
        gap(m, false);
    }
    tokens(m, " ;");
}

static void make_assert(struct maker *m)
{
    say(m, "assert");
    gap(m, true);
    make_local(m);
    gap(m, true);
    say(m, roll(m, 2) ? "<=" : "==");
    gap(m, true);
    make_local(m);
    tokens(m, " ;");
}

static void make_declaration(struct maker *m)
{
    if (roll(m, 5) == 0)
        say(m, "/// doc\n");
    switch (roll(m, 9)) {
    case 0:
        say(m, "enum E {a,");
        gap(m, false);
        say(m, roll(m, 2) ? "b , c }" : "b,}");
        return;
    case 1: make_message(m); return;
    case 2:
        say(m, "struct T");
        gap(m, false);
        make_fields(m);
        return;
    case 3:
        if (roll(m, 5) == 0) {
            tokens(m, "session S ( A , B ,C ) ;");
            return;
        }
        say(m, "session S(role Alice,");
        gap(m, false);
        say(m, "role P [3])");
        make_block(m);
        return;
    case 4:
        say(m, "local ");
        word(m);
        gap(m, false);
        say(m, "=");
        make_local(m);
        say(m, ";");
        return;
    case 5: make_actor(m); return;
    case 8: make_assert(m); return;
    case 6: make_system(m); return;
    default: make_verify(m); return;
    }
}

static void ten_thousand_generated_files(void **state)
{
    struct world *w = *state;
    for (uint64_t seed = 1; seed <= 10000; seed++) {
        struct maker m = {.seed = seed * 0x9e3779b97f4a7c15u};
        if (roll(&m, 5) == 0)
            say(&m, "//! of the file\n");
        if (roll(&m, 4) == 0)
            tokens(&m, "module a . b ;");
        for (uint32_t n = roll(&m, 3); n; n--)
            make_import(&m);
        for (uint32_t n = 1 + roll(&m, 6); n; n--) {
            make_declaration(&m);
            gap(&m, true);
        }
        keeps_its_promises(w, m.out.p, m.out.n);
        buf_free(&m.out);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {T(ten_thousand_generated_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
