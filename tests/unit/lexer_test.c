/* lexer_test.c -- dsl/front/lexer: what is a token, and what is said about bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "buf.h"
#include "lexer.h"

struct world {
    struct arena *a;
    struct sources *s;
    struct diags *d;
    struct lexer x;
    struct buf out;
};

static int setup(void **state)
{
    *state = test_calloc(1, sizeof(struct world));
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    arena_free(w->a);
    buf_free(&w->out);
    test_free(w);
    return 0;
}

static void start_bytes(struct world *w, const char *text, size_t n)
{
    arena_free(w->a);
    w->a = arena_new(0);
    w->s = sources_new(w->a);
    w->d = diags_new(w->a);
    lexer_init(&w->x, w->a, interner_new(w->a), w->s, sources_add(w->s, "f", text, n), w->d);
}

static void start(struct world *w, const char *text) { start_bytes(w, text, strlen(text)); }

/* The tokens as their kinds' spellings with values, separated by blanks; a tainted one ends in `~`. */
static const char *tokens_of(struct world *w)
{
    buf_free(&w->out);
    for (struct token t; (t = lex_next(&w->x)).kind != T_EOF;) {
        buf_puts(&w->out, w->out.n ? " " : "");
        if (t.kind == T_NUMBER || t.kind == T_DURATION)
            buf_printf(&w->out, "%s%llu", t.kind == T_NUMBER ? "#" : "ns", (unsigned long long)t.value);
        else if (t.kind == T_NAME || t.kind == T_STRING)
            buf_puts(&w->out, t.kind == T_STRING ? "STRING" : t.name ? t.name : "NAME");
        else
            buf_puts(&w->out, token_spelling(t.kind));
        buf_puts(&w->out, t.tainted ? "~" : "");
    }
    return buf_cstr(&w->out);
}

/* "CODE@line:column ..." */
static const char *diags_of(struct world *w)
{
    tokens_of(w);
    buf_free(&w->out);
    for (uint32_t i = 0; i < w->d->n; i++) {
        struct position p = source_position(w->s, 0, w->d->at[i]->at.lo);
        buf_printf(&w->out, "%s%s@%u:%u", i ? " " : "", diag_code_name(w->d->at[i]->code), p.line, p.column);
    }
    return buf_cstr(&w->out);
}

#define LEXES(text, expected)                                                                                          \
    do {                                                                                                               \
        start(w, text);                                                                                                \
        assert_string_equal(tokens_of(w), expected);                                                                   \
        assert_int_equal(w->d->n, 0);                                                                                  \
    } while (0)
#define REPORTS(text, expected)                                                                                        \
    do {                                                                                                               \
        start(w, text);                                                                                                \
        assert_string_equal(diags_of(w), expected);                                                                    \
    } while (0)

/* ---- what is wrong ---- */

static void unknown_characters_are_reported_once_a_run(void **state)
{
    struct world *w = *state;
    REPORTS("A @@@ B", "E0101@1:3");
    REPORTS("A @ # B", "E0101@1:3 E0101@1:5");
    REPORTS("\xff\xfe\xff", "E0101@1:1");
    REPORTS("a\n  `x`", "E0101@2:3");
}

static void nul_bytes_are_characters_like_others(void **state)
{
    struct world *w = *state;
    start_bytes(w, "a \0\0 b", 6);
    assert_string_equal(tokens_of(w), "a b~");
    assert_int_equal(w->d->n, 1);
}

static void junk_inside_a_name_spoils_that_name_only(void **state)
{
    struct world *w = *state;
    start(w, "mess@ge caf\xc3\xa9 x");
    assert_string_equal(tokens_of(w), "NAME~ NAME~ x");
    REPORTS("mess@ge x", "E0101@1:5");
    REPORTS("@ge", "E0101@1:1");
}

static void a_typographic_arrow_is_read_as_an_arrow(void **state)
{
    struct world *w = *state;
    start(w, "A\xe2\x86\x92" "B \xe2\x86\x92 C");
    assert_string_equal(tokens_of(w), "A -> B -> C");
    assert_int_equal(w->d->n, 2);
    assert_string_equal(w->d->at[0]->help, "write `->`");
}

static void an_open_comment_is_reported_where_it_starts(void **state)
{
    struct world *w = *state;
    REPORTS("a\n b /* x\n y", "E0102@2:4");
    REPORTS("/*/", "E0102@1:1");
    REPORTS("/*", "E0102@1:1");
}

static void an_open_string_ends_with_its_line(void **state)
{
    struct world *w = *state;
    start(w, "a \"bc\nd");
    assert_string_equal(tokens_of(w), "a STRING~ d");
    REPORTS("a \"bc\nd", "E0102@1:3");
    REPORTS("\"a\\", "E0102@1:1");
}

static void malformed_numbers_are_one_error_each(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {"0x",   "0xg",   "12ab", "007", "1__0",  "1_", "1.5", "1.5s", "10parsecs",
                                      "0x1_", "0x10s", "6000000h", "1_s",
                                      "18446744073709551616", "99999999999999999999s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        REPORTS(bad[i], "E0103@1:1");
}

static void a_malformed_number_is_still_a_tainted_number(void **state)
{
    struct world *w = *state;
    start(w, "= 12ab ;");
    assert_string_equal(tokens_of(w), "= #1~ ;");
}

static void names_have_a_longest_length(void **state)
{
    struct world *w = *state;
    char text[FRONT_MAX_NAME + 2];
    memset(text, 'a', sizeof text);
    start_bytes(w, text, FRONT_MAX_NAME);
    assert_string_equal(diags_of(w), "");
    start_bytes(w, text, FRONT_MAX_NAME + 1);
    assert_string_equal(diags_of(w), "E0106@1:1");
}

static void after_a_hundred_errors_one_remark_ends_the_file(void **state)
{
    struct world *w = *state;
    char text[1200];
    for (size_t i = 0; i < sizeof text; i += 4)
        memcpy(text + i, "@ a ", 4);
    start_bytes(w, text, sizeof text);
    tokens_of(w);
    assert_int_equal(w->d->n, FRONT_MAX_ERRORS + 1);
    assert_int_equal(w->d->at[FRONT_MAX_ERRORS]->code, E0106);
    assert_int_equal(lex_next(&w->x).kind, T_EOF);
}

/* ---- what is right ---- */

static void names_and_keywords(void **state)
{
    struct world *w = *state;
    LEXES("a _b C9 message messages try", "a _b C9 message messages try");
    start(w, "message mailbox try Bank");
    assert_int_equal(lex_next(&w->x).kind, K_MESSAGE);
    assert_int_equal(lex_next(&w->x).kind, K_MAILBOX);
    assert_int_equal(lex_next(&w->x).kind, K_TRY);
    assert_int_equal(lex_next(&w->x).kind, T_NAME);
    assert_int_equal(lex_next(&w->x).kind, T_EOF);
}

static void every_spelling_is_its_own_token(void **state)
{
    struct world *w = *state;
    for (int k = T_IFF; k < TOKEN_KINDS; k++) {
        start(w, token_spelling((enum token_kind)k));
        assert_int_equal(lex_next(&w->x).kind, k);
        assert_int_equal(lex_next(&w->x).kind, T_EOF);
    }
}

static void the_longest_punctuation_wins(void **state)
{
    struct world *w = *state;
    LEXES("A->B", "A -> B");
    LEXES("<->-->", "<-> -->");
    LEXES("[]<>", "[ ] < >");
    LEXES("+{&&&", "+ { && &");
    LEXES("!A.?B", "! A . ? B");
    LEXES("0..3", "#0 .. #3");
}

static void numbers(void **state)
{
    struct world *w = *state;
    LEXES("0 7 1_000 0xFf 0x1_0 18446744073709551615", "#0 #7 #1000 #255 #16 #18446744073709551615");
}

static void durations_are_nanoseconds(void **state)
{
    struct world *w = *state;
    LEXES("50ns 100us 10ms 2s 5m 1h 1_0s 0s",
          "ns50 ns100000 ns10000000 ns2000000000 ns300000000000 ns3600000000000 ns10000000000 ns0");
    LEXES("10ms..1s", "ns10000000 .. ns1000000000");
}

static void comments_separate_tokens(void **state)
{
    struct world *w = *state;
    LEXES("a/* x */b // c\nd /**/ e", "a b d e");
    LEXES("a /* b /* c */ d", "a d");
    LEXES("a // /* b\nc", "a c");
}

static void doc_comments_go_to_the_next_token(void **state)
{
    struct world *w = *state;
    start(w, "//! file\n//! doc\n/// one\n///two\r\n//// not\na b");
    struct token t = lex_next(&w->x);
    assert_string_equal(t.doc, "one\ntwo");
    assert_null(lex_next(&w->x).doc);
    lex_next(&w->x);
    assert_string_equal(lex_file_doc(&w->x), "file\ndoc");
}

static void tokens_know_whether_they_start_a_line(void **state)
{
    struct world *w = *state;
    start(w, "a b\n  c /*\n*/ d");
    assert_true(lex_next(&w->x).first);
    assert_false(lex_next(&w->x).first);
    assert_true(lex_next(&w->x).first);
    assert_false(lex_next(&w->x).first);
}

static void a_byte_order_mark_is_skipped(void **state)
{
    struct world *w = *state;
    LEXES("\xef\xbb\xbf" "a", "a");
}

static void spans_cover_exactly_the_token(void **state)
{
    struct world *w = *state;
    start(w, " abc -> 10ms");
    struct span at = lex_next(&w->x).at;
    assert_int_equal(at.lo, 1);
    assert_int_equal(at.hi, 4);
    at = lex_next(&w->x).at;
    assert_int_equal(at.lo, 5);
    assert_int_equal(at.hi, 7);
    at = lex_next(&w->x).at;
    assert_int_equal(at.hi, 12);
    at = lex_next(&w->x).at;
    assert_int_equal(at.lo, 12);
    assert_int_equal(at.hi, 12);
}

static void messages_name_tokens(void **state)
{
    struct world *w = *state;
    start(w, "Bank rec mailbox -> 12 2s \"x\"");
    static const char *const names[] = {"name `Bank`",  "keyword `rec`", "`mailbox`", "`->`",
                                        "number `12`", "duration `2s`", "a string",  "the end of the file"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct token t = lex_next(&w->x);
        assert_string_equal(token_describe(&w->x, &t), names[i]);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(unknown_characters_are_reported_once_a_run), T(nul_bytes_are_characters_like_others),
        T(junk_inside_a_name_spoils_that_name_only), T(a_typographic_arrow_is_read_as_an_arrow),
        T(an_open_comment_is_reported_where_it_starts), T(an_open_string_ends_with_its_line),
        T(malformed_numbers_are_one_error_each), T(a_malformed_number_is_still_a_tainted_number),
        T(names_have_a_longest_length), T(after_a_hundred_errors_one_remark_ends_the_file), T(names_and_keywords),
        T(every_spelling_is_its_own_token), T(the_longest_punctuation_wins), T(numbers), T(durations_are_nanoseconds),
        T(comments_separate_tokens), T(doc_comments_go_to_the_next_token), T(tokens_know_whether_they_start_a_line),
        T(a_byte_order_mark_is_skipped), T(spans_cover_exactly_the_token), T(messages_name_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
