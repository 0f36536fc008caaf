/* format_test.c -- dsl/front/format: the style by example, and its promises on every file of the tree, on generated
 * files, and with comments at every boundary of tokens. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "front_kit.h"

#include "format.h"
#include "format_pieces.h"

/* ---- helpers ---- */

static void format_bytes(const char *text, size_t n, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct sources *s = sources_new(a);
    assert_true(format_file(a, interner_new(a), s, sources_add(s, "f", text, n), out));
    arena_free(a);
}

#define BECOMES(text, expected)                                                                                        \
    do {                                                                                                               \
        struct buf out_ = {0};                                                                                         \
        ACCEPTS(text);                                                                                                 \
        format_bytes(text, strlen(text), &out_);                                                                       \
        assert_string_equal(buf_cstr(&out_), expected);                                                                \
        buf_free(&out_);                                                                                               \
        keeps_its_promises(w, text, strlen(text));                                                                     \
    } while (0)
#define STAYS(text) BECOMES(text, text)

static struct buf printed(struct world *w, const char *text, size_t n)
{
    struct buf ast = {0};
    parse_bytes(w, text, n);
    if (w->d->n)
        fail_msg("%s is reported in:\n%s", places(w), text);
    ast_print(w->f, &ast);
    return ast;
}

/* Appends the comments of a text, a line each, without white space. */
static void comments_of(const char *text, size_t n, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct sources *s = sources_new(a);
    struct pieces p = pieces_read(a, interner_new(a), s, sources_add(s, "f", text, n));
    for (uint32_t i = 0; i < p.n; i++) {
        if (p.at[i].kind == PIECE_TOKEN)
            continue;
        for (uint32_t k = p.at[i].at.lo; k < p.at[i].at.hi; k++)
            if (!is_blank_byte(text[k]))
                buf_putc(out, text[k]);
        buf_putc(out, '\n');
    }
    arena_free(a);
}

static void no_line_ends_in_a_blank(const struct buf *text)
{
    for (size_t i = 0; i < text->n; i++)
        if (text->p[i] == '\n' && i > 0 && (text->p[i - 1] == ' ' || text->p[i - 1] == '\t'))
            fail_msg("a line ends in a blank:\n%s", text->p);
    if (text->n)
        assert_int_equal(text->p[text->n - 1], '\n');
    assert_null(strstr(buf_cstr(text), "\n\n\n"));
}

static void same(const struct buf *x, const struct buf *y, const char *what, const char *text)
{
    if (strcmp(buf_cstr(x), buf_cstr(y)) != 0)
        fail_msg("%s\n---- source\n%s\n---- one\n%s\n---- other\n%s", what, text, buf_cstr(x), buf_cstr(y));
}

static void keeps_its_promises(struct world *w, const char *text, size_t n)
{
    struct buf once = {0}, twice = {0}, comments = {0}, comments_after = {0};
    struct buf ast = printed(w, text, n);
    format_bytes(text, n, &once);
    struct buf ast_after = printed(w, buf_cstr(&once), once.n);
    same(&ast, &ast_after, "formatting changed the AST", text);
    format_bytes(buf_cstr(&once), once.n, &twice);
    same(&once, &twice, "formatting again changes it again", text);
    comments_of(text, n, &comments);
    comments_of(buf_cstr(&once), once.n, &comments_after);
    same(&comments, &comments_after, "formatting changed the comments", text);
    no_line_ends_in_a_blank(&once);
    buf_free(&once);
    buf_free(&twice);
    buf_free(&comments);
    buf_free(&comments_after);
    buf_free(&ast);
    buf_free(&ast_after);
}

/* ---- the style, by example ---- */

static void blanks_are_as_documented(void **state)
{
    struct world *w = *state;
    BECOMES("module  a . b ;message   M=2{x:u8 [3] [4];y:list<optional<u8>,4>;z:ref<S . A>;}",
            "module a.b;\nmessage M = 2 { x: u8[3][4]; y: list<optional<u8>, 4>; z: ref<S.A>; }\n");
    BECOMES("local A=rec X.+{!M.?N.X,B!Q.end};local B=dual(A);session S(A,B);",
            "local A = rec X . +{ !M . ?N . X, B!Q . end };\nlocal B = dual(A);\nsession S(A, B);\n");
    BECOMES("system Y{supervisor r intensity 5 in 10s{child c [3]:C backoff 1ms .. 2s;}wire S(A=any c,B=c [ 2 ]);}",
            "system Y {\n  supervisor r intensity 5 in 10s { child c[3]: C backoff 1ms..2s; }\n"
            "  wire S(A = any c, B = c[2]);\n}\n");
    BECOMES("verify S{ltl p{[]<>!X(sent( A [1] , M )->!!done(S))&&always not(true U false)}}",
            "verify S { ltl p { [] <> !X (sent(A[1], M) -> !!done(S)) && always not (true U false) } }\n");
}

static void blocks_stay_as_they_were(void **state)
{
    struct world *w = *state;
    STAYS("message M { a: u8; b: u8; }\n");
    STAYS("message M {\n  a: u8;\n}\n");
    STAYS("enum E { a, b, }\n");
    STAYS("enum E {\n  a,\n  b\n}\n");
    STAYS("session S(role A, role B) {\n  choice at A { A -> B: M; } or { A -> B: N; }\n}\n");
    BECOMES("message M { a: u8;\nb: u8; }", "message M {\n  a: u8;\n  b: u8;\n}\n");
    BECOMES("message M\n{ a: u8; }", "message M { a: u8; }\n");
    BECOMES("verify S {\n\n}", "verify S {}\n");
    BECOMES(BODY("choice at A {\n} or { A -> B: M; }"), BODY("  choice at A {} or { A -> B: M; }"));
}

static void the_branches_of_a_choice_are_alike(void **state)
{
    struct world *w = *state;
    BECOMES(BODY("choice at A { A -> B: M; } or {\nA -> B: N; }"),
            BODY("  choice at A {\n    A -> B: M;\n  } or {\n    A -> B: N;\n  }"));
    BECOMES(BODY("choice at A { A -> B: M; }\nor { A -> B: N; }"),
            BODY("  choice at A {\n    A -> B: M;\n  } or {\n    A -> B: N;\n  }"));
}

static void blocks_that_do_not_fit_are_broken(void **state)
{
    struct world *w = *state;
    static const char fits[] =
        "session LongNames(role Alice, role Bob) { Alice -> Bob: FirstMessage; Bob -> Alice: SecondMessage; }\n";
    assert_int_equal(strlen(fits), 101); /* with its line end */
    STAYS(fits);
    BECOMES("session LongNamess(role Alice, role Bob) { Alice -> Bob: FirstMessage; Bob -> Alice: SecondMessage; }",
            "session LongNamess(role Alice, role Bob) {\n  Alice -> Bob: FirstMessage;\n"
            "  Bob -> Alice: SecondMessage;\n}\n");
}

static void long_lists_are_filled(void **state)
{
    struct world *w = *state;
    BECOMES("session S(role AlphaAlphaAlpha, role BetaBetaBetaBeta, role GammaGammaGamma, role DeltaDelta, "
            "role Last) {}",
            "session S(role AlphaAlphaAlpha, role BetaBetaBetaBeta, role GammaGammaGamma, role DeltaDelta,\n"
            "    role Last) {}\n");
    BECOMES("local L = Peer!FirstMessage . Peer?SecondMessage . Peer!ThirdMessage . Peer?FourthMessage . "
            "Peer!Fifth . end;",
            "local L = Peer!FirstMessage . Peer?SecondMessage . Peer!ThirdMessage . Peer?FourthMessage .\n"
            "    Peer!Fifth . end;\n");
    BECOMES("verify S { ltl p { [] (sent(Alpha, FirstOfAll) -> <> (received(Alpha, Second) || received(Alpha, Third))) "
            "&& <> done(Session) } }",
            "verify S {\n  ltl p {\n"
            "    [] (sent(Alpha, FirstOfAll) -> <> (received(Alpha, Second) || received(Alpha, Third))) &&\n"
            "        <> done(Session)\n  }\n}\n");
}

static void long_formulas_end_lines_at_their_loosest_operators(void **state)
{
    struct world *w = *state;
    STAYS("verify S {\n  ltl p {\n    [] (sent(Client, Request) ->\n"
          "        <> (received(Client, Response) || received(Client, Failure) || crashed(store) && done(S)))\n"
          "  }\n}\n");
    STAYS("verify S {\n  ltl p {\n"
          "    received(Client, Response) && received(Client, Failure) ||\n"
          "        done(OneSession) && done(AnotherOne) || crashed(store) && received(Client, Failure)\n  }\n}\n");
}

static void neighbours_of_one_line_are_aligned(void **state)
{
    struct world *w = *state;
    BECOMES("message A { x: u8; }\nmessage Abc;\nmessage Ab = 2 { x: u8; }",
            "message A      { x: u8; }\nmessage Abc;\nmessage Ab = 2 { x: u8; }\n");
    BECOMES("actor A plays S.Role {}\nactor Bcd plays S.R { mailbox 1; }\nactor C plays S.T;",
            "actor A   plays S.Role {}\nactor Bcd plays S.R    { mailbox 1; }\nactor C   plays S.T;\n");
    BECOMES("local A = end;\nlocal Bc = end;", "local A  = end;\nlocal Bc = end;\n");
    BECOMES("message A {} message Bc {}", "message A  {}\nmessage Bc {}\n");
}

static void what_is_not_adjacent_is_not_aligned(void **state)
{
    struct world *w = *state;
    STAYS("message A {}\n\nmessage Bc {}\n");
    STAYS("message A {}\n// between\nmessage Bc {}\n");
    STAYS("message A {}\nmessage Bc {\n  x: u8;\n}\nmessage Cde {}\n");
    STAYS("message A {}\nstruct Bc {}\n");
}

static void rows_that_would_be_too_long_are_not_aligned(void **state)
{
    struct world *w = *state;
    STAYS("message M { field_one: string<100>; field_two: string<100>; field_three: string<100>; four: u8; }\n"
          "message LongName {}\n");
    STAYS("actor Alpha plays Session.RoleName { mailbox 2; state { one: u64; two: u64; three: u64; } }\n"
          "actor Be    plays Session.Role { mailbox 2; state { one: u64; two: u64; three: u64; four: u8; } }\n");
}

static void blank_lines_are_kept_single(void **state)
{
    struct world *w = *state;
    BECOMES("\n\nmodule m;\n\n\n\nmessage M;\nmessage N;\n\n\n", "module m;\n\nmessage M;\nmessage N;\n");
    BECOMES(BODY("\n\nA -> B: M;\n\n\nB -> A: M;\n\n"), BODY("  A -> B: M;\n\n  B -> A: M;"));
    BECOMES("", "");
    BECOMES(" \n\t\n", "");
}

static void comments_stay_where_they_belong(void **state)
{
    struct world *w = *state;
    STAYS("//! file\n\n// a\n/// doc\nmessage M; // behind\n\n/* b */ message N;\n// end\n");
    STAYS("session S(role A, role B) { // open\n  // own\n  A -> B: M; // behind\n\n  // last\n} // close\n");
    STAYS(BODY("  choice at A { // first\n    A -> B: M;\n  } or { /* second */\n    A -> B: N;\n  }"));
    STAYS("message M { x /* which */: u8; }\n");
    BECOMES("message M; /* of N */ message N;", "message M;\n/* of N */ message N;\n");
    BECOMES("enum E {\na // one\n, b /* two */ }", "enum E {\n  a // one\n      ,\n  b /* two */\n}\n");
    STAYS(BODY("  A -> B: M;\n  /* a comment that leaves no room on its line for what it is about, and more than that, "
               "really nothing */ A\n      -> B: M;"));
    BECOMES("//! only a comment   \r\n", "//! only a comment\n");
}

static void comments_in_midst_of_a_statement_survive(void **state)
{
    struct world *w = *state;
    BECOMES(BODY("A // from\n-> /* to */ B:\n// what\nM;"),
            BODY("  A // from\n      -> /* to */ B:\n      // what\n      M;"));
    BECOMES(BODY("choice at A { A -> B: M; }\n// else\nor { A -> B: N; }"),
            BODY("  choice at A {\n    A -> B: M;\n  }\n  // else\n  or {\n    A -> B: N;\n  }"));
}

static void tall_comments_move_as_one(void **state)
{
    struct world *w = *state;
    BECOMES(BODY("/* one\n * two\n\n   three */\n      A -> B: M;"),
            BODY("  /* one\n   * two\n\n     three */\n  A -> B: M;"));
    BECOMES("      /* one\n\t * two */\nmessage M;", "/* one\n   * two */\nmessage M;\n");
}

static void words_are_laid_out_as_what_they_are(void **state)
{
    struct world *w = *state;
    STAYS("system Y {\n  supervisor ltl one_for_one {\n    child sent[2]: U;\n  }\n"
          "  wire U(done = sent, W = any sent);\n}\n");
    STAYS("session S(role sent, role ltl) {\n  choice at ltl {\n    ltl -> sent: U;\n"
          "  } or {\n    ltl -> sent: W;\n  }\n}\n");
    STAYS("message ltl { done: u8; }\nverify S { ltl ltl { sent(ltl, U) U sent(U, done) } }\n");
}

static void a_byte_order_mark_and_carriage_returns_go(void **state)
{
    struct world *w = *state;
    BECOMES("\xef\xbb\xbfmessage M {\r\n  x: u8;\r\n}\r\n", "message M {\n  x: u8;\n}\n");
}

static void deep_blocks_keep_some_room(void **state)
{
    struct world *w = *state;
    struct buf text = {0}, out = {0};
    buf_puts(&text, "session S(role A, role B) { A -> B: M; ");
    for (int i = 0; i < 150; i++)
        buf_printf(&text, "rec X%d { A -> B: M; ", i);
    buf_repeat(&text, '}', 151);
    keeps_its_promises(w, text.p, text.n);
    format_bytes(text.p, text.n, &out);
    assert_non_null(strstr(out.p, "\n                    A -> B: M;\n"));
    assert_null(strstr(out.p, "->\n"));
    buf_free(&text);
    buf_free(&out);
}

/* ---- comments at every boundary ---- */

static const char *const sprinkles[] = {
    " /* c%u */ ",       "/*%u*/",           " // c%u\n", "\n// c%u\n",
    "\n\n/* c%u */\n", "/* c%u\n   tall */", "\n//%u\xc3\xa9\t.\n", "\n",
    "\n\n\n",
};
enum { N_SPRINKLES = sizeof sprinkles / sizeof *sprinkles };

static void put_sprinkle(struct buf *out, uint32_t which, uint32_t number)
{
    char text[64];
    snprintf(text, sizeof text, sprinkles[which], number);
    buf_puts(out, text);
}

/* Copies `text` with something at the boundary before each token that `want` picks. */
static void sprinkle(struct world *w, const char *text, size_t n, int which, uint32_t boundary, uint64_t *seed)
{
    struct arena *a = arena_new(0);
    struct sources *s = sources_new(a);
    struct pieces p = pieces_read(a, interner_new(a), s, sources_add(s, "f", text, n));
    struct buf out = {0};
    size_t done = 0;
    for (uint32_t i = 0; i <= p.n; i++) {
        size_t to = i < p.n ? p.at[i].at.lo : n;
        buf_putn(&out, text + done, to - done);
        done = to;
        if (seed ? random_next(seed) % 4 == 0 : i == boundary)
            put_sprinkle(&out, seed ? (uint32_t)(random_next(seed) % N_SPRINKLES) : (uint32_t)which, i);
    }
    keeps_its_promises(w, buf_cstr(&out), out.n);
    buf_free(&out);
    arena_free(a);
}

static uint32_t count_pieces(const char *text, size_t n)
{
    struct arena *a = arena_new(0);
    struct sources *s = sources_new(a);
    struct pieces p = pieces_read(a, interner_new(a), s, sources_add(s, "f", text, n));
    uint32_t count = p.n;
    arena_free(a);
    return count;
}

static void a_comment_may_stand_at_any_boundary(void **state)
{
    struct world *w = *state;
    uint32_t n = count_pieces(sample, sizeof sample - 1);
    for (uint32_t i = 0; i <= n; i++)
        for (int k = 0; k < N_SPRINKLES; k++)
            sprinkle(w, sample, sizeof sample - 1, k, i, NULL);
}

static void comments_may_stand_everywhere_at_once(void **state)
{
    struct world *w = *state;
    uint64_t seed = 7;
    for (int i = 0; i < 1000; i++)
        sprinkle(w, sample, sizeof sample - 1, 0, 0, &seed);
}

/* ---- generated files ---- */

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

static void word(struct maker *m)
{
    static const char *const words[] = {"A",    "B",     "Request", "state", "ltl",  "sent",  "U",     "next",
                                        "list", "done",  "of",      "any",   "x1",   "block", "Answer", "until",
                                        "in",   "at",    "Participant", "X", "true", "bool",  "ref",   "on"};
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
    static const char *const simple[] = {"bool",   "u64",       "string<16>", "bytes < 4 >",
                                         "Reason", "u8[3] [4]", "ref<S . A>"};
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

static void make_statement(struct maker *m)
{
    switch (m->depth > 6 ? 5 : roll(m, 8)) {
    case 0: make_choice(m); return;
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
    uint32_t r = m->depth > 4 ? 9 : roll(m, 9);
    m->depth++;
    if (r < 4) {
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
    static const char *const unary[] = {"!", "[]", "<>", "X ", "always ", "not ", "[ ]", "next "};
    static const char *const binary[] = {"&&", "||", "->", "<->", " U ", " until ", " and ", " or ", " implies "};
    static const char *const atoms[] = {"true", "sent(P[1],U)", "received ( S.A , M )", "done(S)", "crashed(c [2])"};
    uint32_t r = m->depth > 5 ? 9 : roll(m, 7);
    m->depth++;
    if (r < 2) {
        say(m, unary[roll(m, 8)]);
        gap(m, false);
        say(m, "(");
        make_formula(m);
        say(m, ")");
    } else if (r < 5) {
        say(m, "(");
        make_formula(m);
        gap(m, false);
        say(m, binary[roll(m, 9)]);
        gap(m, false);
        make_formula(m);
        gap(m, false);
        say(m, ")");
    } else {
        say(m, atoms[roll(m, 5)]);
    }
    m->depth--;
}

static void make_declaration(struct maker *m)
{
    if (roll(m, 5) == 0)
        say(m, "/// doc\n");
    switch (roll(m, 8)) {
    case 0:
        say(m, "enum E {a,");
        gap(m, false);
        say(m, roll(m, 2) ? "b , c }" : "b,}");
        return;
    case 1:
    case 2:
        if (roll(m, 3)) {
            say(m, "message ");
            word(m);
        } else {
            say(m, "struct T");
        }
        gap(m, false);
        make_fields(m);
        return;
    case 3:
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
    case 5:
        say(m, "actor ");
        word(m);
        gap(m, true);
        say(m, "plays S.A");
        gap(m, false);
        say(m, roll(m, 2) ? ";" : "{ mailbox 2;sessions 3 ; state {x:u8;} }");
        return;
    case 6:
        say(m, "system Y{supervisor ");
        word(m);
        gap(m, true);
        say(m, "rest_for_one {child c:A transient");
        gap(m, true);
        say(m, "shutdown 2s backoff 1ms..3s;supervisor q{}}");
        gap(m, false);
        say(m, "wire S(A=any c , ");
        gap(m, false);
        say(m, "B=c[2] ) ; }");
        return;
    default:
        say(m, "verify S {sessions 2;");
        gap(m, false);
        say(m, "crashes 1 of c;ltl p{");
        gap(m, false);
        make_formula(m);
        gap(m, false);
        say(m, "} }");
        return;
    }
}

static void generated_files(void **state)
{
    struct world *w = *state;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct maker m = {.seed = seed * 0x9e3779b97f4a7c15u};
        for (uint32_t n = 1 + roll(&m, 6); n; n--) {
            make_declaration(&m);
            gap(&m, true);
        }
        keeps_its_promises(w, m.out.p, m.out.n);
        buf_free(&m.out);
    }
}

/* ---- the files of the tree ---- */

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = test_calloc(1, 1 << 16);
    *n = fread(text, 1, (1 << 16) - 1, f);
    fclose(f);
    return text;
}

static uint32_t check_file(struct world *w, const char *path)
{
    size_t n;
    char *text = read_file(path, &n);
    parse_bytes(w, text, n);
    bool sound = w->d->n == 0;
    uint64_t seed = n + 1;
    if (sound) {
        keeps_its_promises(w, text, n);
        for (int i = 0; i < 20; i++)
            sprinkle(w, text, n, 0, 0, &seed);
    }
    test_free(text);
    return sound;
}

static uint32_t check_tree(struct world *w, const char *folder)
{
    uint32_t n = 0;
    char path[512];
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_name[0] == '.' || stat(path, &st) != 0)
            continue;
        const char *dot = strrchr(e->d_name, '.');
        if (S_ISDIR(st.st_mode))
            n += check_tree(w, path);
        else if (dot && strcmp(dot, ".proto-session") == 0)
            n += check_file(w, path);
    }
    closedir(d);
    return n;
}

static void all_examples(void **state) { assert_true(check_tree(*state, "examples") >= 10); }
static void all_files_of_the_tests(void **state) { assert_true(check_tree(*state, "tests") >= 10); }

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(blanks_are_as_documented), T(blocks_stay_as_they_were), T(the_branches_of_a_choice_are_alike),
        T(blocks_that_do_not_fit_are_broken), T(long_lists_are_filled),
        T(long_formulas_end_lines_at_their_loosest_operators), T(neighbours_of_one_line_are_aligned),
        T(what_is_not_adjacent_is_not_aligned), T(rows_that_would_be_too_long_are_not_aligned),
        T(blank_lines_are_kept_single), T(comments_stay_where_they_belong), T(comments_in_midst_of_a_statement_survive),
        T(tall_comments_move_as_one), T(words_are_laid_out_as_what_they_are),
        T(a_byte_order_mark_and_carriage_returns_go), T(deep_blocks_keep_some_room),
        T(a_comment_may_stand_at_any_boundary), T(comments_may_stand_everywhere_at_once), T(generated_files),
        T(all_examples), T(all_files_of_the_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
