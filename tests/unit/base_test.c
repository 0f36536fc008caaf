/* base_test.c -- dsl/base: arena, names, buffers, sources, JSON, diagnostics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "arena.h"
#include "buf.h"
#include "diag.h"
#include "intern.h"
#include "json.h"
#include "source.h"

struct world {
    struct arena *a;
    struct sources *s;
    struct diags *d;
    struct buf out;
};

static int setup(void **state)
{
    struct world *w = test_calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->s = sources_new(w->a);
    w->d = diags_new(w->a);
    *state = w;
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

static uint32_t source(struct world *w, const char *text) { return sources_add(w->s, "f", text, strlen(text)); }
static struct span at(uint32_t file, uint32_t lo, uint32_t hi) { return (struct span){file, lo, hi}; }

static const char *text_of(struct world *w)
{
    buf_free(&w->out);
    diags_render_text(w->d, w->s, &w->out, false);
    return buf_cstr(&w->out);
}

/* ---- arena, names, buffers ---- */

static void arena_blocks_are_zero_and_aligned(void **state)
{
    struct world *w = *state;
    for (size_t n = 0; n < 200000; n = n * 3 + 1) {
        unsigned char *p = arena_alloc(w->a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
}

static jmp_buf out_of_memory;
static void oom(void *ctx, size_t asked)
{
    *(size_t *)ctx = asked;
    longjmp(out_of_memory, 1);
}

static void arena_limit_calls_the_handler(void **state)
{
    (void)state;
    struct arena *a = arena_new(1000);
    size_t asked = 0;
    arena_on_oom(a, oom, &asked);
    arena_alloc(a, 900);
    if (setjmp(out_of_memory) == 0) {
        arena_alloc(a, 200);
        fail();
    }
    assert_int_equal(asked, 200);
    arena_free(a);
}

static void arena_array_overflow_is_out_of_memory(void **state)
{
    struct world *w = *state;
    size_t asked = 0;
    arena_on_oom(w->a, oom, &asked);
    if (setjmp(out_of_memory) == 0) {
        arena_array(w->a, 16, SIZE_MAX / 8);
        fail();
    }
    assert_true(asked > SIZE_MAX / 2);
}

static void vectors_keep_their_elements(void **state)
{
    struct world *w = *state;
    VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 1000; i++)
        vec_push(w->a, v, i * 7);
    assert_int_equal(v.n, 1000);
    for (uint32_t i = 0; i < v.n; i++)
        assert_int_equal(v.at[i], i * 7);
    assert_int_equal(vec_last(v), 999 * 7);
}

static void equal_names_are_one_pointer(void **state)
{
    struct world *w = *state;
    struct interner *in = interner_new(w->a);
    name first = intern_cstr(in, "x0");
    for (int i = 0; i < 3000; i++) {
        char text[16];
        int n = snprintf(text, sizeof text, "x%d", i);
        assert_string_equal(intern(in, text, (size_t)n), text);
    }
    assert_ptr_equal(first, intern(in, "x0tail", 2));
    assert_ptr_not_equal(first, intern_cstr(in, "x1"));
}

static void json_strings_are_valid_whatever_the_bytes(void **state)
{
    struct world *w = *state;
    const char raw[] = "a\"\\\n\t\x01\xff\xc3\xa9\xe2\x82\xed\xa0\x80z";
    buf_json_string(&w->out, raw, sizeof raw - 1);
    assert_string_equal(buf_cstr(&w->out), "\"a\\\"\\\\\\n\\t\\u0001\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd"
                                           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

static void json_writer_nests(void **state)
{
    struct world *w = *state;
    struct json j = json_begin(&w->out);
    json_open_object(&j, NULL);
    json_string(&j, "a", NULL);
    json_open_array(&j, "b");
    json_uint(&j, NULL, 1);
    json_bool(&j, NULL, false);
    json_close_array(&j);
    json_open_array(&j, "c");
    json_close_array(&j);
    json_close_object(&j);
    json_end(&j);
    assert_string_equal(buf_cstr(&w->out), "{\n  \"a\": null,\n  \"b\": [\n    1,\n    false\n  ],\n  \"c\": []\n}\n");
}

/* ---- sources ---- */

static void positions_count_from_one(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "ab\n\ncd");
    const struct {
        uint32_t offset, line, column;
    } cases[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {4, 3, 1}, {5, 3, 2}, {6, 3, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct position p = source_position(w->s, f, cases[i].offset);
        assert_int_equal(p.line, cases[i].line);
        assert_int_equal(p.column, cases[i].column);
    }
}

static void lines_come_without_their_ends(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "one\r\n\ntwo"), n;
    assert_memory_equal(source_line(w->s, f, 1, &n), "one", 3);
    assert_int_equal(n, 3);
    source_line(w->s, f, 2, &n);
    assert_int_equal(n, 0);
    assert_memory_equal(source_line(w->s, f, 3, &n), "two", 3);
    assert_int_equal(n, 3);
}

static void an_empty_file_has_one_line(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, ""), n;
    assert_int_equal(w->s->at[f]->n_lines, 1);
    assert_int_equal(source_position(w->s, f, 0).line, 1);
    source_line(w->s, f, 1, &n);
    assert_int_equal(n, 0);
}

/* ---- diagnostics ---- */

static void a_diagnostic_shows_its_line_and_caret(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "first\nA -> B: M;\n");
    struct diag *x = diag_add(w->d, E0104, at(f, 11, 12), "no %s", "B");
    diag_caret(w->d, x, "here");
    diag_note(w->d, x, "remember");
    diag_help(w->d, x, "write C");
    assert_string_equal(text_of(w), "error[E0104]: no B\n"
                                    " --> f:2:6\n"
                                    "  |\n"
                                    "2 | A -> B: M;\n"
                                    "  |      ^ here\n"
                                    "  = note: remember\n"
                                    "  = help: write C\n\n");
}

static void labels_on_one_line_hang_below_each_other(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "A -> B: M;");
    struct diag *x = diag_add(w->d, E0104, at(f, 8, 9), "m");
    diag_label(w->d, x, at(f, 0, 1), "sender");
    diag_label(w->d, x, at(f, 5, 6), "receiver");
    assert_string_equal(text_of(w), "error[E0104]: m\n"
                                    " --> f:1:9\n"
                                    "  |\n"
                                    "1 | A -> B: M;\n"
                                    "  | -    -  ^\n"
                                    "  | |    |\n"
                                    "  | |    receiver\n"
                                    "  | sender\n\n");
}

static void labels_on_other_lines_keep_the_order_of_the_file(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "{\na\nb\nc\nd\n}\n");
    struct diag *x = diag_add(w->d, E0104, at(f, 8, 9), "m");
    diag_label(w->d, x, at(f, 0, 1), "opened");
    diag_label(w->d, x, at(f, 4, 5), "between");
    assert_string_equal(text_of(w), "error[E0104]: m\n"
                                    " --> f:5:1\n"
                                    "  |\n"
                                    "1 | {\n"
                                    "  | - opened\n"
                                    "2 | a\n"
                                    "3 | b\n"
                                    "  | - between\n"
                                    "4 | c\n"
                                    "5 | d\n"
                                    "  | ^\n\n");
}

static void labels_in_other_files_name_them(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "one"), g = sources_add(w->s, "g", "two", 3);
    struct diag *x = diag_add(w->d, E0104, at(g, 0, 3), "m");
    diag_label(w->d, x, at(f, 0, 2), "first");
    assert_string_equal(text_of(w), "error[E0104]: m\n"
                                    " --> g:1:1\n"
                                    "  |\n"
                                    "1 | two\n"
                                    "  | ^^^\n"
                                    " ::: f:1:1\n"
                                    "  |\n"
                                    "1 | one\n"
                                    "  | -- first\n\n");
}

static void line_numbers_widen_the_gutter(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "\n\n\n\n\n\n\n\n\n\n\nx");
    diag_add(w->d, E0101, at(f, 11, 12), "m");
    assert_non_null(strstr(text_of(w), "\n  --> f:12:1\n   |\n12 | x\n   | ^\n"));
}

static void tabs_become_blanks(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "\ta\tb");
    diag_add(w->d, E0101, at(f, 3, 4), "m");
    assert_non_null(strstr(text_of(w), "1 |     a   b\n  |         ^\n"));
}

static void bytes_that_harm_a_terminal_are_replaced(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "\x1b[1m \xff \xe2\x80\xae \xc3\xa9 x");
    diag_add(w->d, E0101, at(f, 14, 15), "m");
    assert_non_null(strstr(text_of(w), "1 | \xef\xbf\xbd[1m \xef\xbf\xbd \xef\xbf\xbd \xc3\xa9 x\n  |            ^\n"));
}

static void of_long_lines_a_part_is_shown(void **state)
{
    struct world *w = *state;
    char line[5001];
    memset(line, 'a', 5000);
    line[3000] = 'X';
    line[5000] = 0;
    uint32_t f = source(w, line);
    diag_add(w->d, E0101, at(f, 3000, 3001), "m");
    const char *text = text_of(w);
    assert_true(strlen(text) < 400);
    const char *x = strchr(text, 'X'), *caret = strchr(text, '^');
    assert_non_null(x);
    assert_non_null(caret);
    const char *line_of_x = strstr(text, "1 | "), *line_of_caret = strchr(x, '\n') + 1;
    assert_int_equal(caret - line_of_caret, x - line_of_x);
}

static void a_span_over_lines_is_marked_on_its_first(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "ab {\n cd\n}");
    diag_add(w->d, E0101, at(f, 3, 10), "m");
    assert_non_null(strstr(text_of(w), "1 | ab {\n  |    ^\n\n"));
}

static void the_end_of_the_file_can_be_marked(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "ab");
    diag_add(w->d, E0101, at(f, 2, 2), "m");
    assert_non_null(strstr(text_of(w), " --> f:1:3\n  |\n1 | ab\n  |   ^\n"));
}

static void without_a_place_only_the_file_is_named(void **state)
{
    struct world *w = *state;
    diag_add(w->d, E0106, at(source(w, "text"), 0, 0), "m");
    assert_string_equal(text_of(w), "error[E0106]: m\n --> f\n\n");
}

static void without_a_file_the_message_stands_alone(void **state)
{
    struct world *w = *state;
    diag_add(w->d, E0106, at(0, 0, 0), "m");
    assert_string_equal(text_of(w), "error[E0106]: m\n\n");
}

static void color_adds_escapes_and_nothing_else(void **state)
{
    struct world *w = *state;
    diag_add(w->d, E0101, at(source(w, "ab"), 1, 2), "m");
    struct buf colored = {0}, stripped = {0};
    diags_render_text(w->d, w->s, &colored, true);
    for (const char *c = buf_cstr(&colored); *c; c++) {
        if (*c == '\x1b')
            c = strchr(c, 'm');
        else
            buf_putc(&stripped, *c);
    }
    assert_true(colored.n > stripped.n);
    assert_string_equal(buf_cstr(&stripped), text_of(w));
    buf_free(&colored);
    buf_free(&stripped);
}

static void json_names_code_place_and_help(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "a\nbc");
    struct diag *x = diag_add(w->d, E0104, at(f, 3, 4), "say \"%s\"", "c");
    diag_help(w->d, x, "h");
    diag_note(w->d, x, "n");
    diag_label(w->d, x, at(f, 0, 1), "l");
    struct json j = json_begin(&w->out);
    json_open_array(&j, NULL);
    diags_render_json(w->d, w->s, &j);
    json_close_array(&j);
    json_end(&j);
    assert_string_equal(buf_cstr(&w->out),
                        "[\n  {\n    \"code\": \"E0104\",\n    \"severity\": \"error\",\n"
                        "    \"message\": \"say \\\"c\\\"\",\n"
                        "    \"file\": \"f\",\n    \"line\": 2,\n    \"column\": 2,\n    \"help\": \"h\",\n"
                        "    \"notes\": [\n      \"n\"\n    ],\n    \"labels\": [\n      {\n        \"text\": \"l\",\n"
                        "        \"file\": \"f\",\n        \"line\": 1,\n        \"column\": 1\n      }\n    ]\n"
                        "  }\n]\n");
}

static void the_same_diagnostic_is_kept_once(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "abc");
    diag_add(w->d, E0104, at(f, 1, 2), "m");
    diag_help(w->d, diag_add(w->d, E0104, at(f, 1, 2), "m"), "unseen");
    assert_int_equal(w->d->n, 1);
    assert_int_equal(w->d->n_errors, 1);
    assert_null(strstr(text_of(w), "unseen"));
    diag_add(w->d, E0104, at(f, 1, 2), "another");
    diag_add(w->d, E0104, at(f, 1, 3), "m");
    diag_add(w->d, E0101, at(f, 1, 2), "m");
    assert_int_equal(w->d->n, 4);
}

static void sorting_is_by_place_and_stable(void **state)
{
    struct world *w = *state;
    uint32_t f = source(w, "0123456789");
    static const uint32_t offsets[] = {5, 3, 5, 9, 1, 3, 0, 5};
    for (uint32_t i = 0; i < 8; i++)
        diag_add(w->d, E0104, at(f, offsets[i], offsets[i] + 1), "%u", i);
    diags_sort(w->d);
    static const char *const order[] = {"6", "4", "1", "5", "0", "2", "7", "3"};
    for (uint32_t i = 0; i < 8; i++)
        assert_string_equal(w->d->at[i]->message, order[i]);
}

static void every_code_has_a_name_and_a_title(void **state)
{
    (void)state;
    for (int c = 0; c < DIAG_CODES; c++) {
        const char *n = diag_code_name((enum diag_code)c);
        assert_int_equal(strlen(n), 5);
        assert_int_equal(n[0], diag_code_severity((enum diag_code)c) == SEV_ERROR ? 'E' : 'W');
        assert_true(strlen(diag_code_title((enum diag_code)c)) > 8);
    }
}

static void near_spellings_are_found(void **state)
{
    (void)state;
    static const char *const words[] = {NULL, "choice", "continue", "Participant", "ab"};
    const struct {
        const char *wrong, *right;
    } cases[] = {{"chioce", "choice"},   {"choise", "choice"},     {"CHOICE", "choice"}, {"contine", "continue"},
                 {"Partcipant", "Participant"}, {"Part", "Participant"}, {"ac", "ab"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(diag_nearest(cases[i].wrong, words, 5), cases[i].right);
}

static void far_spellings_are_not(void **state)
{
    (void)state;
    static const char *const words[] = {"choice", "B", "participant"};
    static const char *const wrong[] = {"A", "", "voice_of", "p", "cho", "xyz"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(diag_nearest(wrong[i], words, 3));
    char longer[300];
    memset(longer, 'c', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    assert_null(diag_nearest(longer, words, 3));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(arena_blocks_are_zero_and_aligned), T(arena_limit_calls_the_handler),
        T(arena_array_overflow_is_out_of_memory), T(vectors_keep_their_elements), T(equal_names_are_one_pointer),
        T(json_strings_are_valid_whatever_the_bytes), T(json_writer_nests), T(positions_count_from_one),
        T(lines_come_without_their_ends), T(an_empty_file_has_one_line), T(a_diagnostic_shows_its_line_and_caret),
        T(labels_on_one_line_hang_below_each_other), T(labels_on_other_lines_keep_the_order_of_the_file),
        T(labels_in_other_files_name_them), T(line_numbers_widen_the_gutter), T(tabs_become_blanks),
        T(bytes_that_harm_a_terminal_are_replaced), T(of_long_lines_a_part_is_shown),
        T(a_span_over_lines_is_marked_on_its_first), T(the_end_of_the_file_can_be_marked),
        T(without_a_place_only_the_file_is_named), T(without_a_file_the_message_stands_alone),
        T(color_adds_escapes_and_nothing_else), T(json_names_code_place_and_help), T(the_same_diagnostic_is_kept_once),
        T(sorting_is_by_place_and_stable), T(every_code_has_a_name_and_a_title), T(near_spellings_are_found),
        T(far_spellings_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
