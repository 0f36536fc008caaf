/* vacuity_test.c -- formulas that hold and say too little, and such that say something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spin_kit.h"
#include "vacuity.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct state_graph *g;
    struct vacuity v;
};

/* A sends M and gets N; B could send X, too, and never does, as nobody makes it. */
static int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->k = kit_new(w->a);
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2");
    kit_role(w->k, "B", "0 A?M 1, 0 A?Y 2, 1 A!N 3, 2 A!X 3");
    explore_graph(w->a, semantics_new(w->a, kit_model(w->k, 1, 1)), &(struct budget){0, 0}, &w->g);
    *ctx = w;
    return 0;
}

static int teardown(void **ctx)
{
    struct world *w = *ctx;
    state_graph_free(w->g);
    arena_free(w->a);
    free(w);
    return 0;
}

static struct ltl *op(struct world *w, enum ltl_kind kind, struct ltl *l, struct ltl *r)
{
    return ltl_op(w->k, kind, l, r);
}

static struct ltl *sent(struct world *w, const char *r, const char *m) { return ltl_event(w->k, LTL_SENT, r, m); }
static struct ltl *got(struct world *w, const char *r, const char *m) { return ltl_event(w->k, LTL_RECEIVED, r, m); }

static void look_at(struct world *w, const struct ltl *f)
{
    w->v = vacuity_of(w->a, w->g, f, true, &(struct budget){0, 0});
}

static void an_antecedent_that_never_is_true_makes_it_vacuous(void **ctx)
{
    struct world *w = *ctx;
    struct ltl *then = op(w, LTL_EVENTUALLY, got(w, "A", "N"), NULL), *never = sent(w, "B", "X");
    look_at(w, op(w, LTL_ALWAYS, op(w, LTL_IMPLIES, never, then), NULL));
    assert_ptr_equal(w->v.part, then);
    assert_false(w->v.value);
    assert_int_equal(w->v.n_never, 1);
    assert_ptr_equal(w->v.never[0], never);
}

static void a_consequence_that_always_is_true_makes_it_vacuous(void **ctx)
{
    struct world *w = *ctx;
    struct ltl *when = sent(w, "A", "M");
    struct ltl *always = op(w, LTL_OR, got(w, "A", "N"), op(w, LTL_NOT, got(w, "A", "N"), NULL));
    look_at(w, op(w, LTL_ALWAYS, op(w, LTL_IMPLIES, when, always), NULL));
    assert_ptr_equal(w->v.part, when);
    assert_true(w->v.value);
    assert_int_equal(w->v.n_never, 0);
}

static void a_part_that_is_not_needed_is_found(void **ctx)
{
    struct world *w = *ctx;
    struct ltl *other = op(w, LTL_EVENTUALLY, sent(w, "B", "X"), NULL);
    look_at(w, op(w, LTL_OR, op(w, LTL_EVENTUALLY, sent(w, "A", "M"), NULL), other));
    assert_ptr_equal(w->v.part, other);
}

static void a_weak_until_without_an_end_is_found(void **ctx)
{
    struct world *w = *ctx;
    struct ltl *until = sent(w, "A", "M");
    look_at(w, op(w, LTL_WEAK_UNTIL, op(w, LTL_NOT, sent(w, "B", "X"), NULL), until));
    assert_ptr_equal(w->v.part, until);
}

static void what_forbids_something_is_not_vacuous(void **ctx)
{
    struct world *w = *ctx;
    look_at(w, op(w, LTL_ALWAYS, op(w, LTL_NOT, sent(w, "B", "X"), NULL), NULL));
    assert_null(w->v.part);
    assert_int_equal(w->v.n_never, 0);
}

static void what_says_something_is_not_vacuous(void **ctx)
{
    struct world *w = *ctx;
    look_at(w, op(w, LTL_ALWAYS,
                  op(w, LTL_IMPLIES, sent(w, "A", "M"), op(w, LTL_EVENTUALLY, got(w, "A", "N"), NULL)), NULL));
    assert_null(w->v.part);
    look_at(w, op(w, LTL_EVENTUALLY, ltl_done(w->k), NULL));
    assert_null(w->v.part);
    look_at(w, op(w, LTL_UNTIL, op(w, LTL_NOT, sent(w, "B", "N"), NULL), got(w, "B", "M")));
    assert_null(w->v.part);
}

static void parts_that_stand_both_ways_are_left_alone(void **ctx)
{
    struct world *w = *ctx;
    look_at(w, op(w, LTL_ALWAYS, op(w, LTL_IFF, sent(w, "B", "X"), got(w, "A", "X")), NULL));
    assert_null(w->v.part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_antecedent_that_never_is_true_makes_it_vacuous, setup, teardown),
        cmocka_unit_test_setup_teardown(a_consequence_that_always_is_true_makes_it_vacuous, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_that_is_not_needed_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_weak_until_without_an_end_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(what_forbids_something_is_not_vacuous, setup, teardown),
        cmocka_unit_test_setup_teardown(what_says_something_is_not_vacuous, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_that_stand_both_ways_are_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
