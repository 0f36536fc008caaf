/* incarnations_test.c -- that a crash, its notices and the restart may be taken as one step.
 *
 * The reference (incarnations.h) takes them one by one, in any order and at any time; on random small systems both find
 * the same properties of live sessions broken. And with one of its rules left out they do not: the comparison notices.
 * MOTET_RANDOM=n in the environment takes n systems instead of a few; MOTET_SEED=n starts at another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spin_random.h"
#include "incarnations.h"

enum { SYSTEMS = 500, DEEP = 80, BROKEN = 250, MOST = 1 << 15, EXPLORED = 4000 };

struct world {
    struct arena *a;
    struct kit *k;
};

static int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->k = kit_new(w->a);
    *ctx = w;
    return 0;
}

static int teardown(void **ctx)
{
    struct world *w = *ctx;
    arena_free(w->a);
    free(w);
    return 0;
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- systems by hand ---- */

/* One child a role, the last one may crash. */
static void supervise(struct world *w, uint32_t n, enum strategy strategy)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, strategy, 1), child = 0;
    for (uint32_t i = 0; i < n; i++)
        child = kit_child(w->k, root, arena_printf(w->a, "c%u", (unsigned)i), 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, child);
}

static bool atomic_breaks(struct world *w, const struct model *m, enum safety k)
{
    return explore(w->a, semantics_new(w->a, m), &(struct budget){0, 0})->result[k] == VERDICT_VIOLATED;
}

static bool only_breaks(const struct reference *x, enum safety k)
{
    for (int i = 0; i < SAFETY_KINDS; i++)
        if (x->broken[i] != (i == (int)k))
            return false;
    return true;
}

static struct model *vote(struct world *w, enum strategy strategy)
{
    static const char p[] = "0 C?ask 1, 1 C!yes 2, 1 C!no 3, 2 C?commit 4, 2 C?abort 4, 3 C?abort 4";
    kit_role(w->k, "C", "0 P!ask 1, 1 Q!ask 2, 2 P?yes 3, 2 P?no 4, 3 Q?yes 5, 3 Q?no 6, 4 Q?yes 6, 4 Q?no 6,"
                        "5 P!commit 7, 7 Q!commit 8, 6 P!abort 9, 9 Q!abort 8");
    kit_role(w->k, "P", p);
    kit_role(w->k, "Q", p);
    supervise(w, 3, strategy);
    return kit_model(w->k, 1, 1);
}

/* P voted yes, Q crashed; the session that comes after must not count that vote. */
static void a_stale_vote_is_discarded(void **ctx)
{
    struct world *w = *ctx;
    for (int strategy = ONE_FOR_ONE; strategy <= REST_FOR_ONE; strategy++) {
        w->k = kit_new(w->a);
        const struct model *m = vote(w, (enum strategy)strategy);
        struct reference x = reference_explore(m, NOTHING_BROKEN, MOST);
        assert_false(x.too_large || x.stale);
        assert_true(only_breaks(&x, SAFETY_KINDS)); /* nothing */
    }
}

static void without_numbers_a_stale_vote_counts(void **ctx)
{
    struct world *w = *ctx;
    struct reference x = reference_explore(vote(w, ONE_FOR_ONE), STALE_IS_TAKEN, MOST);
    assert_true(x.stale);
    assert_true(x.broken[SAFETY_FIDELITY]); /* one that voted no is told to commit */
}

static void a_session_that_is_opened_early_hangs(void **ctx)
{
    struct world *w = *ctx;
    assert_true(reference_explore(vote(w, ONE_FOR_ONE), OPENS_EARLY, MOST).broken[SAFETY_DEADLOCK]);
}

static void whoever_is_not_told_waits_for_ever(void **ctx)
{
    struct world *w = *ctx;
    assert_true(reference_explore(vote(w, ONE_FOR_ONE), NOBODY_IS_TOLD, MOST).broken[SAFETY_DEADLOCK]);
}

/* B's mailbox has room for one. The message of the session that C's crash ended may still be there when the next one
 * begins: the only thing that is not as if all happened at once. Whatever a scope with losses allows includes it. */
static struct model *small_and_shared(struct world *w, enum policy policy, uint32_t loss)
{
    w->k = kit_new(w->a);
    w->k->verify.loss = loss;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1, 1 C!y 2");
    kit_role(w->k, "C", "0 B?y 1");
    supervise(w, 3, ONE_FOR_ONE);
    struct model *m = kit_model(w->k, 1, 1);
    m->n_pools = 1;
    m->pools = ARENA_ARRAY(w->a, struct model_pool, 1);
    m->pools[0] = (struct model_pool){1, 1};
    uint32_t lane = kit_lane(m, 0, 1);
    m->lanes[lane].pool = 0;
    m->lanes[lane].policy = policy;
    return m;
}

static void a_shared_mailbox_that_drops_loses_more_than_at_once(void **ctx)
{
    struct world *w = *ctx;
    const struct model *m = small_and_shared(w, POLICY_DROP_NEWEST, 0);
    struct reference x = reference_explore(m, NOTHING_BROKEN, MOST);
    assert_true(only_breaks(&x, SAFETY_DEADLOCK));
    assert_false(atomic_breaks(w, m, SAFETY_DEADLOCK));
    assert_true(atomic_breaks(w, small_and_shared(w, POLICY_DROP_NEWEST, 1), SAFETY_DEADLOCK));
    m = small_and_shared(w, POLICY_BLOCK, 0);
    x = reference_explore(m, NOTHING_BROKEN, MOST);
    assert_true(only_breaks(&x, SAFETY_KINDS) && !atomic_breaks(w, m, SAFETY_DEADLOCK));
}

/* ---- random systems ---- */

/* Not those that may lose more than at once, see above. */
static bool is_for_the_reference(const struct model *m)
{
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].pool != IR_NONE && m->lanes[l].policy == POLICY_DROP_NEWEST)
            return false;
    return m->n_crashes > 0 && !m->phased;
}

/* What the two differ in, or NULL; *judged: both came to an end. */
static const char *difference(struct arena *a, const struct model *m, enum breakage breakage, bool *judged)
{
    static const char *const names[SAFETY_KINDS] = {"deadlock", "fidelity", "orphans", "giving up"};
    const struct exploration *e = explore(a, semantics_new(a, m), &(struct budget){0, 0});
    *judged = false;
    if (e->states > EXPLORED)
        return NULL;
    struct reference x = reference_explore(m, breakage, MOST);
    *judged = !x.too_large;
    if (!x.too_large && breakage == NOTHING_BROKEN && x.stale)
        return "a stale message is delivered";
    for (int k = 0; k < SAFETY_KINDS && !x.too_large; k++)
        if (x.broken[k] != (e->result[k] == VERDICT_VIOLATED))
            return arena_printf(a, "%s: %s one by one, %s at once", names[k], x.broken[k] ? "broken" : "holds",
                                x.broken[k] ? "holds" : "broken");
    return NULL;
}

/* Supervisors below each other, of every strategy, with children of every restart type, and up to three crashes. */
static const struct model *deep_model(struct kit *k, uint64_t number)
{
    static const enum restart_type types[] = {RESTART_PERMANENT, RESTART_TRANSIENT, RESTART_TEMPORARY};
    uint64_t seed = number * 7919 + 5;
    uint32_t n = 2 + random_below(&seed, 2), at = kit_supervisor(k, IR_NONE, ONE_FOR_ALL, 1);
    for (uint32_t i = 0; i < n; i++)
        kit_named_role(k, role_name(k, i));
    random_protocol(k, n, &seed);
    for (uint32_t i = 0; i < n; i++) {
        k->supervisors[at].strategy = (enum strategy)random_below(&seed, 3);
        k->supervisors[at].intensity = random_below(&seed, 3);
        uint32_t child = kit_child(k, at, arena_printf(k->a, "c%u", (unsigned)i), 1, types[random_below(&seed, 3)]);
        if (one_in(&seed, 3))
            random_decisions(k, child, &seed);
        at = one_in(&seed, 3) ? at : kit_supervisor(k, one_in(&seed, 4) ? 0 : at, ONE_FOR_ONE, random_below(&seed, 2));
    }
    kit_crashes(k, 1 + random_below(&seed, 3), IR_NONE);
    return kit_model(k, 1 + one_in(&seed, 8), 1);
}

static const struct model *any_model(struct kit *k, uint64_t number)
{
    return random_model(k, number);
}

struct tally {
    uint64_t fit, judged, differ;
};

static struct tally compare(const struct model *(*make)(struct kit *, uint64_t), enum breakage breakage, uint64_t n,
                            bool tell)
{
    struct tally t = {0, 0, 0};
    uint64_t first = number_from("MOTET_SEED", 0);
    for (uint64_t seed = first; seed < first + n; seed++) {
        struct arena *a = arena_new(0);
        const struct model *m = make(kit_new(a), seed);
        bool judged = false, fits = is_for_the_reference(m);
        const char *text = fits ? difference(a, m, breakage, &judged) : NULL;
        t.fit += fits;
        t.judged += judged;
        t.differ += text != NULL;
        if (text && tell)
            print_message("model %lu: %s\n", (unsigned long)seed, text);
        arena_free(a);
    }
    return t;
}

static void expect_no_difference(const struct model *(*make)(struct kit *, uint64_t), uint64_t few)
{
    uint64_t n = number_from("MOTET_RANDOM", few);
    struct tally t = compare(make, NOTHING_BROKEN, n, true);
    print_message("%lu of %lu systems judged\n", (unsigned long)t.judged, (unsigned long)t.fit);
    assert_true(2 * t.judged >= t.fit && (t.judged > 0 || n < few));
    assert_int_equal(t.differ, 0);
}

static void one_by_one_is_as_at_once(void **ctx)
{
    (void)ctx;
    expect_no_difference(any_model, SYSTEMS);
}

static void supervisors_below_each_other_may_act_later(void **ctx)
{
    (void)ctx;
    expect_no_difference(deep_model, DEEP);
}

static void a_rule_that_is_left_out_is_missed(void **ctx)
{
    (void)ctx;
    for (int b = STALE_IS_TAKEN; b <= NOBODY_IS_TOLD; b++) {
        struct tally t = compare(any_model, (enum breakage)b, BROKEN, false);
        if (t.differ == 0)
            fail_msg("nobody notices breakage %d in %lu systems", b, (unsigned long)t.judged);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_stale_vote_is_discarded),
        T(without_numbers_a_stale_vote_counts),
        T(a_session_that_is_opened_early_hangs),
        T(whoever_is_not_told_waits_for_ever),
        T(a_shared_mailbox_that_drops_loses_more_than_at_once),
        T(one_by_one_is_as_at_once),
        T(supervisors_below_each_other_may_act_later),
        T(a_rule_that_is_left_out_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
