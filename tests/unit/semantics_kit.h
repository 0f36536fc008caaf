/* semantics_kit.h -- a model by hand and a state of it, for the tests of the step relation. */
#ifndef MOTET_TESTS_SEMANTICS_KIT_H
#define MOTET_TESTS_SEMANTICS_KIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model_kit.h"
#include "semantics.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct model *m;
    struct semantics *s;
    uint8_t *state;
    struct step *steps;
};

static inline int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->k = kit_new(w->a);
    *ctx = w;
    return 0;
}

static inline int teardown(void **ctx)
{
    struct world *w = *ctx;
    arena_free(w->a);
    free(w);
    return 0;
}

/* In the initial state of the model w->m. */
static inline void begin_model(struct world *w)
{
    w->s = semantics_new(w->a, w->m);
    w->state = arena_alloc(w->a, semantics_size(w->s));
    w->steps = ARENA_ARRAY(w->a, struct step, semantics_max_steps(w->s));
    semantics_initial(w->s, w->state);
}

static inline void begin(struct world *w, uint32_t runs, uint32_t capacity)
{
    w->m = kit_model(w->k, runs, capacity);
    begin_model(w);
}

static inline uint32_t count_steps(struct world *w)
{
    return semantics_steps(w->s, w->state, w->steps);
}

/* The kinds of steps are written '!' send, '?' receive, '@' event, '~' loss. */
static inline char sign_of(enum step_kind k)
{
    return "!?@~x"[k];
}

static inline name what_happens(const struct world *w, const struct step *t)
{
    const struct edge *e = step_edge(w->m, t);
    return t->kind == STEP_EVENT ? w->k->events[e->message].name : w->k->messages[e->message].name;
}

/* The step "participant sign message" among the enabled ones, or NULL. */
static inline const struct step *find_step(struct world *w, const char *who, char sign, const char *message)
{
    uint32_t n = count_steps(w);
    for (uint32_t i = 0; i < n; i++) {
        const struct step *t = &w->steps[i];
        if (t->kind != STEP_CRASH && sign_of(t->kind) == sign &&
            strcmp(w->m->participants[step_participant(w->m, t)].name, who) == 0 &&
            strcmp(what_happens(w, t), message) == 0)
            return t;
    }
    return NULL;
}

/* Takes the step; fails the test when it is not enabled. */
static inline void take(struct world *w, const char *who, char sign, const char *message)
{
    const struct step *t = find_step(w, who, sign, message);
    if (!t)
        fail_msg("%s%c%s is not enabled", who, sign, message);
    assert_true(semantics_enabled(w->s, w->state, t));
    semantics_apply(w->s, w->state, t, w->state);
}

static inline bool can_decide(struct world *w, uint32_t instance, uint32_t outcome, enum directive d)
{
    return semantics_enabled(w->s, w->state, &(struct step){STEP_CRASH, 0, instance, outcome, d});
}

static inline void decide(struct world *w, uint32_t instance, uint32_t outcome, enum directive d)
{
    struct step t = {STEP_CRASH, 0, instance, outcome, d};
    assert_true(semantics_enabled(w->s, w->state, &t));
    semantics_apply(w->s, w->state, &t, w->state);
}

static inline bool can_crash(struct world *w, uint32_t instance, uint32_t outcome)
{
    return can_decide(w, instance, outcome, DIRECTIVE_DEFAULT);
}

static inline void crash(struct world *w, uint32_t instance, uint32_t outcome)
{
    decide(w, instance, outcome, DIRECTIVE_DEFAULT);
}

/* What expand says of a state is what the single questions say. */
static inline void assert_consistent(struct world *w)
{
    uint32_t *codes = ARENA_ARRAY(w->a, uint32_t, semantics_max_steps(w->s)), broken;
    uint32_t n = semantics_expand(w->s, w->state, codes, &broken);
    assert_true(n <= semantics_max_steps(w->s));
    for (uint32_t i = 0; i < n; i++) {
        struct step t = semantics_decode(w->s, codes[i]);
        assert_true(codes[i] < semantics_n_codes(w->s));
        assert_int_equal(semantics_code(w->s, &t), codes[i]);
        assert_true(semantics_enabled(w->s, w->state, &t));
        for (uint32_t k = 0; k < i; k++)
            assert_int_not_equal(codes[k], codes[i]);
    }
    assert_int_equal(broken >> SAFETY_DEADLOCK & 1, semantics_is_deadlock(w->s, w->state));
    assert_int_equal(broken >> SAFETY_FIDELITY & 1, semantics_fidelity_violation(w->s, w->state, NULL));
    assert_int_equal(broken >> SAFETY_ORPHAN & 1, semantics_orphan(w->s, w->state, NULL));
    assert_int_equal(broken >> SAFETY_GAVE_UP & 1, semantics_gave_up(w->s, w->state));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
