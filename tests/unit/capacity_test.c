/* capacity_test.c -- when what holds with some room holds with more. MOTET_RANDOM=n takes n random models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capacity.h"
#include "progress.h"
#include "spin_random.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct model *m;
    struct capacity c;
    struct progress p;
    struct exploration *e;
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

/* False where there are too many states. */
static bool decide_model(struct world *w, const struct budget *b)
{
    struct state_graph *g;
    w->e = explore_graph(w->a, semantics_new(w->a, w->m), b, &g);
    if (!g)
        return false;
    assert_true(capacity_check(w->a, g, &w->c));
    assert_true(progress_check(g, &w->p));
    state_graph_free(g);
    return true;
}

static void decide(struct world *w, uint32_t capacity)
{
    w->m = kit_model(w->k, 1, capacity);
    assert_null(capacity_unsuited(w->a, w->m));
    assert_true(decide_model(w, &(struct budget){0, 0}));
}

/* ---- enough or not ---- */

static void a_producer_needs_room_for_one(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_ENOUGH);
}

/* Both say all they have to say before they listen. */
static void two_that_talk_first_need_room_for_all_of_it(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B!M 2, 2 B?N 3, 3 B?N 4");
    kit_role(w->k, "B", "0 A!N 1, 1 A!N 2, 2 A?M 3, 3 A?M 4");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_TOO_SMALL);
    assert_true(w->c.never);
    decide(w, 2);
    assert_int_equal(w->c.answer, CAPACITY_ENOUGH);
}

/* B listens to C alone, who never says anything. */
static void no_room_is_enough_for_a_sender_that_nobody_hears(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 C?N 1, 1 A?M 1");
    kit_role(w->k, "C", "0 A?X 1");
    for (uint32_t k = 1; k < 5; k++) {
        decide(w, k);
        assert_int_equal(w->c.answer, CAPACITY_TOO_SMALL);
        assert_true(w->c.never);
        assert_int_equal(w->c.edge, w->m->edge_base[0]);
    }
}

static void enough_does_not_mean_safe(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?N 1");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_ENOUGH);
    assert_true(w->p.broken[PROGRESS]);
}

/* A is heard by B after B got rid of an X, for which there is only room if C takes its X and not its Y. C has room for
 * Y to D once, and D never listens: from then on C's choice is not free. */
static void a_way_that_needs_a_lucky_choice_does_not_count(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 C?X 1, 1 A?M 0");
    kit_role(w->k, "C", "0 B!X 0, 0 D!Y 0");
    kit_role(w->k, "D", "0 A?N 1");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_TOO_SMALL);
    assert_false(w->c.never);
}

/* ---- races ---- */

static void two_peers_that_may_both_speak_race(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 C!M 1");
    kit_role(w->k, "B", "0 C!N 1");
    kit_role(w->k, "C", "0 A?M 1, 0 B?N 2");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_RACE);
}

static void two_peers_of_which_one_speaks_do_not_race(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 C!M 1, 0 B!Go 1");
    kit_role(w->k, "B", "0 A?Go 1, 1 C!N 2");
    kit_role(w->k, "C", "0 A?M 1, 0 B?N 2");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_ENOUGH);
}

/* B speaks only once there is room for two messages of A's: not with the room there is, and yet some time. */
static void a_race_is_seen_that_needs_more_room(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 C!M 1, 1 C!M 2, 2 B!Go 3");
    kit_role(w->k, "B", "0 A?Go 1, 1 C!N 2");
    kit_role(w->k, "C", "0 A?M 1, 0 B?N 2, 1 A?M 3, 3 B?N 4");
    decide(w, 1);
    assert_int_equal(w->c.answer, CAPACITY_RACE);
}

/* ---- models of another kind ---- */

static void assert_unsuited(struct world *w, const char *why)
{
    const char *is = capacity_unsuited(w->a, w->m);
    assert_non_null(is);
    assert_string_equal(is, why);
}

static void what_is_not_of_the_kind_is_named(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1");
    w->m = kit_model(w->k, 1, 1);
    assert_null(capacity_unsuited(w->a, w->m));
    w->m->lanes[0].policy = POLICY_FAIL; /* the message comes again */
    assert_null(capacity_unsuited(w->a, w->m));
    w->m->lanes[0].policy = POLICY_DROP_NEWEST;
    assert_unsuited(w, "a full mailbox drops messages");
    w->m->lanes[0].policy = POLICY_DROP_OLDEST;
    assert_unsuited(w, "a full mailbox drops messages");
    w->m->lanes[0].policy = POLICY_BLOCK;
    w->m->n_pools = 1;
    assert_unsuited(w, "lanes share their room");
    w->m->n_pools = 0;
    w->m->loss = 1;
    assert_unsuited(w, "messages can get lost");
    w->m->loss = 0;
    w->m->n_crashes = 1;
    assert_unsuited(w, "instances can crash");
    w->m->n_crashes = 0;
    w->m->phased = true;
    assert_unsuited(w, "events can happen");
}

static void a_state_that_sends_and_receives_is_named(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 0 B?N 1");
    kit_role(w->k, "B", "0 A?M 1");
    w->m = kit_model(w->k, 1, 1);
    assert_unsuited(w, "A may send and receive in one state");
}

/* ---- random models: what is enough is enough ---- */

enum { MODELS = 3000, LIMIT = 30000 };

static void resize(struct model *m, uint32_t least, uint32_t spread, uint64_t *seed)
{
    for (uint32_t l = 0; l < m->n_lanes; l++)
        m->lanes[l].capacity = least + random_below(seed, spread + 1);
}

static uint32_t verdicts(const struct world *w)
{
    uint32_t bits = w->p.broken[PROGRESS];
    for (int k = 0; k < SAFETY_KINDS; k++)
        bits |= (uint32_t)(w->e->result[k] == VERDICT_VIOLATED) << (k + 1);
    return bits;
}

struct tally {
    uint32_t enough, safe, small, changed, races;
};

/* With room `k`, and then with more, the same everywhere or not. */
static void compare_sizes(struct world *w, uint32_t k, uint64_t seed, struct tally *t)
{
    static const struct budget little = {0, (uint64_t)8 << 20};
    resize(w->m, k, 0, &seed);
    if (!decide_model(w, &little))
        return;
    uint32_t before = verdicts(w);
    enum capacity_answer answer = w->c.answer;
    t->enough += answer == CAPACITY_ENOUGH;
    t->safe += answer == CAPACITY_ENOUGH && !before;
    t->small += answer == CAPACITY_TOO_SMALL;
    t->races += answer == CAPACITY_RACE;
    for (uint32_t more = 1; more <= 3; more++) {
        resize(w->m, more < 3 ? k + more : k, more < 3 ? 0 : 3, &seed);
        if (!decide_model(w, &little))
            continue;
        t->changed += answer != CAPACITY_ENOUGH && verdicts(w) != before;
        if (answer == CAPACITY_ENOUGH && verdicts(w) != before)
            fail_msg("%u were enough, and with more the verdicts change from %x to %x", k, before, verdicts(w));
        if (answer == CAPACITY_ENOUGH)
            assert_int_equal(w->c.answer, CAPACITY_ENOUGH);
    }
}

static void what_is_enough_is_enough_for_all_larger_lanes(void **ctx)
{
    const char *wanted = getenv("MOTET_RANDOM");
    uint64_t n = wanted && *wanted ? strtoull(wanted, NULL, 10) : MODELS;
    struct tally t = {0};
    (void)ctx;
    for (uint64_t seed = 0; seed < n; seed++) {
        struct world w = {.a = arena_new(0)};
        w.k = kit_new(w.a);
        w.m = random_model(w.k, seed);
        if (!capacity_unsuited(w.a, w.m))
            for (uint32_t k = 1; k <= 2; k++)
                compare_sizes(&w, k, seed, &t);
        arena_free(w.a);
    }
    print_message("enough %u (%u safe), too small %u, races %u; %u verdicts change\n", t.enough, t.safe, t.small,
                  t.races, t.changed);
    assert_true(t.enough > n / 10 && t.safe > n / 50 && t.small > n / 50 && t.races > 0);
    assert_true(t.changed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_producer_needs_room_for_one, setup, teardown),
        cmocka_unit_test_setup_teardown(two_that_talk_first_need_room_for_all_of_it, setup, teardown),
        cmocka_unit_test_setup_teardown(no_room_is_enough_for_a_sender_that_nobody_hears, setup, teardown),
        cmocka_unit_test_setup_teardown(enough_does_not_mean_safe, setup, teardown),
        cmocka_unit_test_setup_teardown(a_way_that_needs_a_lucky_choice_does_not_count, setup, teardown),
        cmocka_unit_test_setup_teardown(two_peers_that_may_both_speak_race, setup, teardown),
        cmocka_unit_test_setup_teardown(two_peers_of_which_one_speaks_do_not_race, setup, teardown),
        cmocka_unit_test_setup_teardown(a_race_is_seen_that_needs_more_room, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_of_the_kind_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_state_that_sends_and_receives_is_named, setup, teardown),
        cmocka_unit_test(what_is_enough_is_enough_for_all_larger_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
