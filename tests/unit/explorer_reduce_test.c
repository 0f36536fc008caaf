/* explorer_reduce_test.c -- with reduction the explorer says the same as without, of fewer states.
 *
 * MOTET_RANDOM=n in the environment takes n random models instead of some hundred; MOTET_SEED=n starts at another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "explorer.h"
#include "spin_random.h"

enum { MODELS = 600 };

static const struct budget little = {0, 1 << 20}, enough = {0, 64 << 20};

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static struct exploration *reduced(struct arena *a, const struct semantics *s, uint32_t reduce, uint32_t workers)
{
    struct explore_options o = {.reduce = reduce, .workers = workers, .parallel_from = 1};
    return explore_with(a, s, &enough, &o);
}

static bool same_trail(const struct semantics *s, const struct trail *a, const struct trail *b)
{
    for (uint32_t i = 0; i < a->n && i < b->n; i++)
        if (semantics_code(s, &a->steps[i]) != semantics_code(s, &b->steps[i]))
            return false;
    return a->n == b->n;
}

/* What is different, or NULL. */
static const char *difference(const struct semantics *s, const struct exploration *full, const struct exploration *e)
{
    static const char *const names[SAFETY_KINDS] = {"deadlock", "fidelity", "orphans"};
    if (!e->complete || e->states > full->states)
        return "states";
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (full->result[k] != e->result[k] || !same_trail(s, &full->trail[k], &e->trail[k]))
            return names[k];
    return memcmp(full->taken, e->taken, semantics_n_codes(s) * sizeof *e->taken) ? "taken" : NULL;
}

static void of_random_models_the_same_is_said(uint32_t reduce, uint32_t runs, uint64_t least)
{
    uint64_t first = number_from("MOTET_SEED", 0), n = number_from("MOTET_RANDOM", MODELS);
    uint64_t smaller = 0, violated = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        struct arena *a = arena_new(0);
        struct semantics *s = semantics_new(a, random_model_of(kit_new(a), seed, runs));
        struct exploration *full = explore(a, s, &little);
        if (full->complete) {
            struct exploration *e = reduced(a, s, reduce, 1), *both = reduced(a, s, reduce, 2);
            const char *what = difference(s, full, e);
            if (!what && (e->states != both->states || e->transitions != both->transitions))
                what = "two workers";
            if (what)
                print_message("model %lu: %s\n", (unsigned long)seed, what);
            failed += what != NULL;
            smaller += e->states < full->states;
            violated += e->states < full->states && e->result[SAFETY_DEADLOCK] == VERDICT_VIOLATED;
        }
        arena_free(a);
    }
    assert_int_equal(failed, 0);
    assert_true(n < MODELS || smaller > least);
    assert_true(n < MODELS || violated > 0);
}

static void orders_that_do_not_matter_are_left_out(void **ctx)
{
    (void)ctx;
    of_random_models_the_same_is_said(REDUCE_ORDER, 0, number_from("MOTET_RANDOM", MODELS) / 20);
}

static void runs_that_are_alike_change_places(void **ctx)
{
    (void)ctx;
    of_random_models_the_same_is_said(REDUCE_SYMMETRY, 2, number_from("MOTET_RANDOM", MODELS) / 10);
}

static void both_reductions_together(void **ctx)
{
    (void)ctx;
    of_random_models_the_same_is_said(REDUCE_SYMMETRY | REDUCE_ORDER, 2, number_from("MOTET_RANDOM", MODELS) / 10);
}

/* ---- a wrong independence is noticed ---- */

/* As semantics_alone, but for any participant that can do something now, whatever it may be able to do later. */
static uint32_t alone_too_soon(const struct semantics *s, const uint8_t *state, uint32_t p, uint32_t *codes)
{
    struct step steps[64];
    uint32_t n = 0, found = semantics_max_steps(s) <= 64 ? semantics_steps(s, state, steps) : 0;
    for (uint32_t i = 0; i < found; i++)
        if ((steps[i].kind == STEP_SEND || steps[i].kind == STEP_RECEIVE) &&
            step_participant(semantics_model(s), &steps[i]) == p)
            codes[n++] = semantics_code(s, &steps[i]);
    return n;
}

typedef uint32_t alone_fn(const struct semantics *, const uint8_t *, uint32_t, uint32_t *);

enum { MOST = 4000 };

/* The number of the state in seen[0 .. *n - 1]; it is added unless it is there. */
static uint32_t number_of(uint8_t *seen, uint32_t *n, const uint8_t *state, size_t size)
{
    for (uint32_t i = 0; i < *n; i++)
        if (memcmp(seen + i * size, state, size) == 0)
            return i;
    memcpy(seen + *n * size, state, size);
    return (*n)++;
}

/* Visits what the chosen steps of state i lead to; is one of them new or still to come? */
static bool visit_all(const struct semantics *s, uint8_t *seen, uint32_t *n, uint32_t i, const uint32_t *codes,
                      uint32_t n_codes, uint32_t level_end, bool *taken)
{
    uint8_t next[512];
    size_t size = semantics_size(s);
    bool later = false;
    for (uint32_t k = 0; k < n_codes; k++) {
        semantics_apply_code(s, seen + i * size, codes[k], next);
        taken[codes[k]] = true;
        later |= number_of(seen, n, next, size) >= level_end;
    }
    return later;
}

/* The simplest reduced search there can be: does it find the same broken, and the same steps taken, as the full one? */
static bool plain_search_agrees(struct arena *a, const struct semantics *s, alone_fn *alone,
                                const struct exploration *full)
{
    bool *taken = ARENA_ARRAY(a, bool, semantics_n_codes(s));
    uint8_t *seen = arena_alloc(a, (MOST + 256) * semantics_size(s));
    uint32_t n = 1, found = 0, broken, level_end = 1, codes[256], few[256];
    semantics_initial(s, seen);
    for (uint32_t i = 0; i < n && n < MOST; i++) {
        bool done = false;
        if (i == level_end)
            level_end = n;
        const uint8_t *state = seen + i * semantics_size(s);
        uint32_t n_codes = semantics_expand(s, state, codes, &broken);
        found |= broken;
        for (uint32_t p = 0; !done && p < semantics_model(s)->n_participants; p++) {
            uint32_t n_few = alone(s, state, p, few);
            done = n_few && visit_all(s, seen, &n, i, few, n_few, level_end, taken);
        }
        if (!done)
            visit_all(s, seen, &n, i, codes, n_codes, level_end, taken);
    }
    for (int k = 0; k < SAFETY_KINDS; k++)
        if ((full->result[k] == VERDICT_VIOLATED) != (found >> k & 1))
            return false;
    return memcmp(taken, full->taken, semantics_n_codes(s) * sizeof *taken) == 0;
}

static void a_wrong_independence_is_noticed(void **ctx)
{
    (void)ctx;
    uint64_t wrong = 0;
    for (uint64_t seed = 0; seed < MODELS; seed++) {
        struct arena *a = arena_new(0);
        struct semantics *s = semantics_new(a, random_model(kit_new(a), seed));
        struct exploration *full = explore(a, s, &little);
        bool small = full->complete && full->states < MOST / 4 && semantics_size(s) <= 512 &&
                     semantics_max_steps(s) <= 64;
        if (small && semantics_can_take_alone(s)) {
            assert_true(plain_search_agrees(a, s, semantics_alone, full));
            wrong += !plain_search_agrees(a, s, alone_too_soon, full);
        }
        arena_free(a);
    }
    assert_true(wrong > 0);
}

/* ---- conditions that random models hardly meet ---- */

/* P may end where it stands, or go on: while it has not gone on, what Q sends it is an orphan. */
static void a_step_away_from_an_end_is_not_taken_alone(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct kit *k = kit_new(a);
    kit_role(k, "P", "0 end, 0 R!Go 1, 1 Q?X 2");
    kit_role(k, "Q", "0 P!X 1");
    kit_role(k, "R", "0 P?Go 1");
    struct semantics *s = semantics_new(a, kit_model(k, 1, 1));
    struct exploration *e = reduced(a, s, REDUCE_ORDER, 1);
    assert_int_equal(e->result[SAFETY_ORPHAN], VERDICT_VIOLATED);
    assert_int_equal(e->trail[SAFETY_ORPHAN].n, 1);
    arena_free(a);
}

/* n independent pairs, and one that deadlocks at its third step. */
static struct semantics *pairs_and_a_deadlock(struct arena *a)
{
    struct kit *k = kit_new(a);
    for (char c = 'A'; c < 'I'; c += 2) {
        kit_role(k, (char[]){c, 0},
                 arena_printf(a, "0 %c!M 1, 1 %c?M 2, 2 %c!M 3, 3 %c?M 0", c + 1, c + 1, c + 1, c + 1));
        kit_role(k, (char[]){(char)(c + 1), 0}, arena_printf(a, "0 %c?M 1, 1 %c!M 2, 2 %c?M 3, 3 %c!M 0", c, c, c, c));
    }
    kit_role(k, "X", "0 Y!M 1, 1 Y!M 2, 2 Y?M 3");
    kit_role(k, "Y", "0 X?M 1, 1 X?M 2, 2 X?M 3");
    return semantics_new(a, kit_model(k, 1, 2));
}

static void the_full_search_comes_first_and_is_kept_when_it_ends(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct semantics *s = pairs_and_a_deadlock(a);
    struct exploration *full = explore(a, s, &enough), *e;
    struct explore_options o = {.reduce = REDUCE_ORDER, .full_first = full->states};
    e = explore_with(a, s, &enough, &o);
    assert_int_equal(e->reduced, 0);
    assert_int_equal(e->states, full->states);
    o.full_first = 10;
    e = explore_with(a, s, &enough, &o);

    assert_int_equal(e->reduced, REDUCE_ORDER);
    assert_true(e->complete);
    assert_true(e->states < full->states / 100);
    arena_free(a);
}

/* Each of the runs gets stuck; the system is when all are, which a full search is far from. */
static void a_trail_through_representatives_is_one_of_the_system(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct kit *k = kit_new(a);
    kit_role(k, "A", "0 B!M 1, 1 B?M 2, 2 B!M 3, 3 B?M 4");
    kit_role(k, "B", "0 A?M 1, 1 A!M 2, 2 A?M 3, 3 A?M 4");
    struct semantics *s = semantics_new(a, kit_model(k, 8, 1));
    struct explore_options o = {.reduce = REDUCE_ORDER | REDUCE_SYMMETRY};
    for (o.reduce = REDUCE_SYMMETRY; o.reduce <= (REDUCE_ORDER | REDUCE_SYMMETRY); o.reduce++) {
        struct exploration *e = explore_with(a, s, &(struct budget){0, 4 << 20}, &o);
        assert_true(e->complete);
        assert_int_equal(e->reduced, o.reduce);
        assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_VIOLATED);
        assert_true(e->longer[SAFETY_DEADLOCK]);
        struct replay r = replay(a, s, e->trail[SAFETY_DEADLOCK].steps, e->trail[SAFETY_DEADLOCK].n);
        assert_true(r.ok && r.broken[SAFETY_DEADLOCK]);
        assert_int_equal(e->trail[SAFETY_DEADLOCK].n, 8 * 6);
    }
    arena_free(a);
}

static void where_nothing_can_be_left_out_nothing_is(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct kit *k = kit_new(a);
    k->verify.loss = 1;
    kit_role(k, "A", "0 B!M 1, 1 B?M 2");
    kit_role(k, "B", "0 A?M 1, 1 A!M 2");
    struct exploration *e = reduced(a, semantics_new(a, kit_model(k, 1, 1)), REDUCE_ORDER, 1);
    assert_int_equal(e->reduced, 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_that_do_not_matter_are_left_out),
        cmocka_unit_test(runs_that_are_alike_change_places),
        cmocka_unit_test(both_reductions_together),
        cmocka_unit_test(a_trail_through_representatives_is_one_of_the_system),
        cmocka_unit_test(a_wrong_independence_is_noticed),
        cmocka_unit_test(a_step_away_from_an_end_is_not_taken_alone),
        cmocka_unit_test(the_full_search_comes_first_and_is_kept_when_it_ends),
        cmocka_unit_test(where_nothing_can_be_left_out_nothing_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
