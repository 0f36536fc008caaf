/* format_test.c -- dsl/front/format: the style by example, and its promises on every file of the tree and with
 * comments at every boundary of tokens. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "format_kit.h"

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

static void events_and_branches_are_laid_out_as_choices_are(void **state)
{
    struct world *w = *state;
    STAYS(BODY("  par { A -> B: M; } and { B -> A: M; }\n  par foreach p in P { A -> p: M; }"));
    STAYS(BODY("  try { A -> B: M; } catch timeout 2s at A, crash P[1] at A { A -> B: N; } catch cancel at A {}"));
    BECOMES(BODY("try { A -> B: M; }\ncatch cancel at A { A -> B: N; }"),
            BODY("  try {\n    A -> B: M;\n  } catch cancel at A {\n    A -> B: N;\n  }"));
    BECOMES(BODY("par { A -> B: M; } // one\nand\n{ A -> B: N; }"),
            BODY("  par {\n    A -> B: M;\n  } // one\n  and {\n    A -> B: N;\n  }"));
}

static void expressions_have_blanks_around_operators(void **state)
{
    struct world *w = *state;
    BECOMES(BODY("A->B:M where x>-1&&!(M.f- -y>=7*(x+2))||len ( z )!=3->not true;"),
            BODY("  A -> B: M where x > -1 && !(M.f - -y >= 7 * (x + 2)) || len(z) != 3 -> not true;"));
    BECOMES("actor A plays S.A{invariant x<3;on S.P [1].M requires -x<=2 ensures old( x )==state . x;}",
            "actor A plays S.A { invariant x < 3; on S.P[1].M requires -x <= 2 ensures old(x) == state.x; }\n");
    STAYS("actor A plays S.A {\n  state {\n    x: u8;\n  } with invariant x < 3;\n}\n");
    STAYS(BODY("  Alice -> Bob: Transfer\n      where amount_of_money > 0 && amount_of_money <= limit_of_the_account &&\n"
               "      (currency == euro || currency == dollar) -> approved;"));
    STAYS("actor A plays S.A {\n"
          "  on Tpc.P[1].Prepare requires amount_of_money > 0 && amount_of_money <= limit_of_the_account\n"
          "      ensures state.sum == old(state.sum) + amount_of_money;\n}\n");
}

static void words_of_actors_are_names_elsewhere(void **state)
{
    struct world *w = *state;
    STAYS("session S(role invariant, role on) {\n  foreach p in P {}\n  with -> invariant: M;\n"
          "  invariant -> on: requires;\n}\n");
    STAYS("actor A plays S.on { state { invariant: list<u8, 4>; on: optional<u8>; with: u8[3]; } }\n");
}

static void rules_stay_with_what_they_are_for(void **state)
{
    struct world *w = *state;
    BECOMES("system Y{supervisor r{decide{timeout:stop;_:resume;}child c:A decide{fatal:escalate;} ;}}",
            "system Y {\n  supervisor r { decide { timeout: stop; _: resume; } child c: A decide { fatal: escalate; }; }\n}\n");
    STAYS("system Y {\n  supervisor r {\n    child c: A permanent decide {\n      fatal: escalate;\n    };\n  }\n}\n");
    STAYS("verify Y { loss 2; domain M.f in 0..3; }\n");
}

static void imports_and_assertions(void **state)
{
    struct world *w = *state;
    BECOMES("import a . b;import \"x/y\"{A,B as C};assert L<=dual( K );assert L==+{!M.end,!N.end};",
            "import a.b;\nimport \"x/y\" { A, B as C };\nassert L <= dual(K);\n"
            "assert L == +{ !M . end, !N . end };\n");
    STAYS("import a.b {\n  A,\n  B as C\n};\n");
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
        T(long_formulas_end_lines_at_their_loosest_operators), T(events_and_branches_are_laid_out_as_choices_are),
        T(expressions_have_blanks_around_operators), T(words_of_actors_are_names_elsewhere),
        T(rules_stay_with_what_they_are_for), T(imports_and_assertions), T(neighbours_of_one_line_are_aligned),
        T(what_is_not_adjacent_is_not_aligned), T(rows_that_would_be_too_long_are_not_aligned),
        T(blank_lines_are_kept_single), T(comments_stay_where_they_belong), T(comments_in_midst_of_a_statement_survive),
        T(tall_comments_move_as_one), T(words_are_laid_out_as_what_they_are),
        T(a_byte_order_mark_and_carriage_returns_go), T(deep_blocks_keep_some_room),
        T(a_comment_may_stand_at_any_boundary), T(comments_may_stand_everywhere_at_once),
        T(all_examples), T(all_files_of_the_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
