/* emit_test.c -- templates, and how long lines break. */
#include "c_kit.h"

static const char *text_of(struct emit *e)
{
    const char *text = arena_strndup(arena, buf_cstr(&e->out), e->out.n);
    emit_end(e);
    return text;
}

static void an_unbound_hole_shows(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit(&e, "int ${x};", "y", "1");
    assert_string_equal(e.unbound, "x");
    assert_string_equal(text_of(&e), "int @x@;");
}

static void bindings_of_a_call_end_with_it(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit_set(&e, "x", "outer");
    emit(&e, "${x} ", "x", "inner");
    emit(&e, "${x}");
    assert_null(e.unbound);
    assert_string_equal(text_of(&e), "inner outer");
}

static void a_scope_ends_with_its_bindings(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    uint32_t scope = emit_open(&e);
    emit_set(&e, "x", "1");
    emit_close(&e, scope);
    emit(&e, "${x}");
    assert_string_equal(e.unbound, "x");
    emit_end(&e);
}

static void values_are_not_expanded(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit(&e, "${x}", "x", "${x}%s");
    assert_string_equal(text_of(&e), "${x}%s");
}

static void lines_of_a_value_keep_the_indentation(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit(&e, "{\n    ${x}\n}", "x", "a {\n    b\n\n}");
    assert_string_equal(text_of(&e), "{\n    a {\n        b\n\n    }\n}");
}

static const char *wrapped(const char *text, uint32_t width)
{
    struct buf b = {0};
    buf_puts(&b, text);
    emit_wrap_c(&b, width);
    const char *copy = arena_strndup(arena, buf_cstr(&b), b.n);
    buf_free(&b);
    return copy;
}

static void short_lines_stay(void **state)
{
    (void)state;
    assert_string_equal(wrapped("int f(int a, int b);\n\n", 20), "int f(int a, int b);\n\n");
}

static void parameters_align_to_the_bracket(void **state)
{
    (void)state;
    assert_string_equal(wrapped("int f(int aaaa, int bbbb, int cccc);\n", 26),
                        "int f(int aaaa, int bbbb,\n      int cccc);\n");
}

static void a_name_that_leaves_no_room_breaks_after_the_bracket(void **state)
{
    (void)state;
    assert_string_equal(wrapped("int a_name_that_is_long(int aaaa, int bbbb);\n", 30),
                        "int a_name_that_is_long(\n        int aaaa, int bbbb);\n");
}

static void commas_in_strings_are_no_place_to_break(void **state)
{
    (void)state;
    assert_string_equal(wrapped("f(\"a, b, c, d, e, f\", ggggg);\n", 24), "f(\"a, b, c, d, e, f\",\n  ggggg);\n");
}

static void comments_break_between_words(void **state)
{
    (void)state;
    assert_string_equal(wrapped("    /* one two three four */\n", 20), "    /* one two\n     * three four */\n");
}

static void macros_stay_whole(void **state)
{
    (void)state;
    const char *macro = "#define F(a, b, c, d) \\\n    g(a, b, c, d, 1, 2, 3, 4)\n";
    assert_string_equal(wrapped(macro, 20), macro);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unbound_hole_shows),
        TEST(bindings_of_a_call_end_with_it),
        TEST(a_scope_ends_with_its_bindings),
        TEST(values_are_not_expanded),
        TEST(lines_of_a_value_keep_the_indentation),
        TEST(short_lines_stay),
        TEST(parameters_align_to_the_bracket),
        TEST(a_name_that_leaves_no_room_breaks_after_the_bracket),
        TEST(commas_in_strings_are_no_place_to_break),
        TEST(comments_break_between_words),
        TEST(macros_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
