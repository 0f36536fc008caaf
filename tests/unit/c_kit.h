/* c_kit.h -- a text compiled to C in memory, and what that C has and lacks; shared by the tests of the C back end. */
#ifndef MOTET_TEST_C_KIT_H
#define MOTET_TEST_C_KIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "c_gen.h"
#include "diag.h"
#include "ir_build.h"
#include "parser.h"
#include "sema.h"

static struct arena *arena;
static struct sources *sources;
static struct diags *diags;
static struct outputs *outputs;

static inline int set_up(void **state)
{
    (void)state;
    arena = arena_new(0);
    sources = sources_new(arena);
    diags = diags_new(arena);
    outputs = outputs_new(arena);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static inline struct ir *compile(const char *text)
{
    struct interner *names = interner_new(arena);
    uint32_t source = sources_add(sources, "some/folder/shop.proto-session", text, strlen(text));
    struct file *file = parse_file(arena, names, sources, source, diags);
    assert_int_equal(diags->n_errors, 0);
    assert_true(sema_file(file, arena, names, diags));
    struct ir *ir = ir_build(arena, names, sources, file, diags);
    assert_int_equal(diags->n_errors, 0);
    return ir;
}

static inline const char *generated(const char *file)
{
    for (uint32_t i = 0; i < outputs->n; i++)
        if (strcmp(outputs->at[i].name, file) == 0)
            return outputs->at[i].text;
    fail_msg("no file %s", file);
    return "";
}

static inline void generate(const char *text)
{
    assert_true(c_render(compile(text), outputs, diags));
    assert_int_equal(diags->n_errors, 0);
}

static inline void has(const char *file, const char *text)
{
    if (!strstr(generated(file), text))
        fail_msg("%s lacks: %s\n%s", file, text, generated(file));
}

static inline void lacks(const char *file, const char *text)
{
    if (strstr(generated(file), text))
        fail_msg("%s has: %s\n%s", file, text, generated(file));
}

/* Rendering is refused, with exactly this error, and nothing is left half-made. */
static inline void refuse_ir(const struct ir *ir, enum diag_code code, const char *message)
{
    assert_false(c_render(ir, outputs, diags));
    assert_int_equal(outputs->n, 0);
    assert_int_equal(diags->n_errors, 1);
    assert_int_equal(diags->at[0]->code, code);
    const char *said = diags->at[0]->message;
    if (!said || !strstr(said, message))
        fail_msg("the message is: %s", said ? said : "none");
}

static inline void refuse(const char *text, enum diag_code code, const char *message)
{
    refuse_ir(compile(text), code, message);
}

/* Two roles and an actor for each, around messages and a body. */
#define PROTOCOL(messages, body)                                                                                       \
    "module shop;\n" messages "\nsession Buy(role Buyer, role Seller) {\n" body "\n}\n"                                \
    "actor Customer plays Buy.Buyer { mailbox 1; }\nactor Vendor plays Buy.Seller { mailbox 3; sessions 7; }\n"

static const char *const small_protocol = PROTOCOL("message M { x: u8; }", "Buyer -> Seller: M;");

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
