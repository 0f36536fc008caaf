/* Formulas as text: parentheses where the precedence asks for them, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buf.h"
#include "ltl_text.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct ltl *op(enum ltl_kind kind, struct ltl *left, struct ltl *right)
{
    struct ltl *f = ARENA_NEW(a, struct ltl);
    *f = (struct ltl){ .kind = kind, .left = left, .right = right };
    return f;
}

static struct ltl *done(const char *session)
{
    struct ltl *f = op(LTL_DONE, NULL, NULL);
    f->name.name = session;
    return f;
}

static void expect(const struct ltl *f, const char *text)
{
    struct buf out = { 0 };
    ltl_text(f, &out);
    assert_string_equal(buf_cstr(&out), text);
    buf_free(&out);
}

static void a_tighter_operand_needs_no_parentheses(void **state)
{
    (void)state;
    expect(op(LTL_OR, op(LTL_AND, done("A"), done("B")), done("C")), "done(A) && done(B) || done(C)");
}

static void a_looser_operand_needs_them(void **state)
{
    (void)state;
    expect(op(LTL_AND, op(LTL_OR, done("A"), done("B")), done("C")), "(done(A) || done(B)) && done(C)");
    expect(op(LTL_ALWAYS, op(LTL_IMPLIES, done("A"), op(LTL_EVENTUALLY, done("B"), NULL)), NULL),
           "[] (done(A) -> <> done(B))");
}

static void implication_hangs_to_the_right(void **state)
{
    (void)state;
    expect(op(LTL_IMPLIES, done("A"), op(LTL_IMPLIES, done("B"), done("C"))), "done(A) -> done(B) -> done(C)");
    expect(op(LTL_IMPLIES, op(LTL_IMPLIES, done("A"), done("B")), done("C")), "(done(A) -> done(B)) -> done(C)");
}

static void until_hangs_to_the_right(void **state)
{
    (void)state;
    expect(op(LTL_UNTIL, op(LTL_WEAK_UNTIL, done("A"), done("B")), done("C")), "(done(A) W done(B)) U done(C)");
    expect(op(LTL_WEAK_UNTIL, done("A"), op(LTL_UNTIL, done("B"), done("C"))), "done(A) W done(B) U done(C)");
}

static void conjunction_hangs_to_the_left(void **state)
{
    (void)state;
    expect(op(LTL_AND, op(LTL_AND, done("A"), done("B")), done("C")), "done(A) && done(B) && done(C)");
    expect(op(LTL_AND, done("A"), op(LTL_AND, done("B"), done("C"))), "done(A) && (done(B) && done(C))");
}

static void unary_operators_stack(void **state)
{
    (void)state;
    expect(op(LTL_NOT, op(LTL_NEXT, op(LTL_NOT, done("A"), NULL), NULL), NULL), "!X !done(A)");
    expect(op(LTL_NOT, op(LTL_AND, done("A"), done("B")), NULL), "!(done(A) && done(B))");
}

static void events_name_session_role_and_index(void **state)
{
    (void)state;
    struct ltl *f = op(LTL_SENT, NULL, NULL);
    f->session.name = "Tpc";
    f->role = (struct role_ref){ .base.name = "P", .indexed = true, .index = 2 };
    f->name.name = "Yes";
    expect(f, "sent(Tpc.P[2], Yes)");
    f = op(LTL_CRASHED, NULL, NULL);
    f->name.name = "disk";
    f->has_index = true;
    expect(f, "crashed(disk[0])");
}

static void constants_stand_alone(void **state)
{
    (void)state;
    expect(op(LTL_IFF, op(LTL_TRUE, NULL, NULL), op(LTL_FALSE, NULL, NULL)), "true <-> false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tighter_operand_needs_no_parentheses),
        cmocka_unit_test(a_looser_operand_needs_them),
        cmocka_unit_test(implication_hangs_to_the_right),
        cmocka_unit_test(until_hangs_to_the_right),
        cmocka_unit_test(conjunction_hangs_to_the_left),
        cmocka_unit_test(unary_operators_stack),
        cmocka_unit_test(events_name_session_role_and_index),
        cmocka_unit_test(constants_stand_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
