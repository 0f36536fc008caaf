/* explorer_symmetry_test.c -- members of a family that can change places, and those that cannot.
 *
 * MOTET_RANDOM=n in the environment takes n random stars instead of some hundred.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "explorer.h"
#include "spin_random.h"
#include "symmetry_private.h"

enum { STARS = 500 };

static const struct budget enough = {0, 64 << 20};

static struct exploration *reduced(struct arena *a, const struct semantics *s, uint32_t reduce)
{
    return explore_with(a, s, &enough, &(struct explore_options){.reduce = reduce});
}

/* Roles W0, W1, ... become the family W. */
static void make_family(struct kit *k, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct role *r = &k->roles[kit_named_role(k, arena_printf(k->a, "W%u", (unsigned)i))];
        r->base = "W";
        r->in_family = true;
        r->index = (uint16_t)i;
    }
}

/* ---- random stars: a hub, and workers with which it deals in any order ---- */

struct lines {
    char s[4096];
    size_t n;
};

#define PUT(t, ...) ((t)->n += (size_t)snprintf((t)->s + (t)->n, sizeof (t)->s - (t)->n, __VA_ARGS__))

struct star {
    uint32_t n;          /* workers */
    uint32_t length;     /* of a deal */
    char sign[4], message[4]; /* of each step, as the hub sees it */
    bool ends;           /* the hub may stop where it starts */
};

static void put_step(struct lines *t, uint32_t from, uint32_t to, const char *peer, char sign, char message)
{
    PUT(t, "%s%u %s%c%c %u", t->n ? ", " : "", from, peer, sign, message, to);
}

static void random_star(struct kit *k, struct star *x, uint64_t *seed)
{
    struct lines hub = {"", 0};
    *x = (struct star){.n = 2 + random_below(seed, 2), .length = 1 + random_below(seed, 3), .ends = one_in(seed, 3)};
    for (uint32_t i = 0; i < x->length; i++) {
        x->sign[i] = one_in(seed, 2) || (i == 0 && one_in(seed, 2)) ? '?' : '!';
        x->message[i] = (char)('a' + random_below(seed, 3));
    }
    uint32_t wrong = random_below(seed, 3 * x->length), next = 1;
    bool once = one_in(seed, 3);
    for (uint32_t w = 0; w < x->n; w++) {
        uint32_t at = 0;
        for (uint32_t i = 0; i < x->length; i++) {
            uint32_t to = i + 1 == x->length ? 0 : next++;
            put_step(&hub, at, to, arena_printf(k->a, "W%u", (unsigned)w), x->sign[i], x->message[i]);
            at = to;
        }
    }
    kit_named_role(k, "H");
    for (uint32_t w = 0; w < x->n; w++)
        kit_named_role(k, arena_printf(k->a, "W%u", (unsigned)w));
    if (x->ends)
        PUT(&hub, ", 0 end");
    kit_role(k, "H", hub.s);
    for (uint32_t w = 0; w < x->n; w++) {
        struct lines t = {"", 0};
        for (uint32_t i = 0; i < x->length; i++)
            put_step(&t, i, i + 1 == x->length && !once ? 0 : i + 1, "H", x->sign[i] == '?' ? '!' : '?',
                     i == wrong ? 'w' : x->message[i]);
        kit_role(k, arena_printf(k->a, "W%u", (unsigned)w), t.s);
    }
    make_family(k, x->n);
}

static void random_tree(struct kit *k, uint32_t workers, uint64_t *seed)
{
    uint32_t root = kit_supervisor(k, IR_NONE, (enum strategy)random_below(seed, 3), random_below(seed, 3));
    kit_child(k, root, "hub", 1, RESTART_PERMANENT);
    uint32_t below = one_in(seed, 2) ? kit_supervisor(k, root, (enum strategy)random_below(seed, 3), 1) : root;
    uint32_t child = kit_child(k, below, "worker", workers, one_in(seed, 3) ? RESTART_TEMPORARY : RESTART_PERMANENT);
    if (one_in(seed, 3))
        random_decisions(k, child, seed);
    kit_crashes(k, 1 + one_in(seed, 3), one_in(seed, 2) ? IR_NONE : child);
}

static struct semantics *star_of(struct arena *a, uint64_t number)
{
    uint64_t seed = number * 2654435761u + 99;
    struct kit *k = kit_new(a);
    struct star x;
    random_star(k, &x, &seed);
    if (one_in(&seed, 2))
        random_tree(k, x.n, &seed);
    if (one_in(&seed, 5))
        k->verify.loss = 1;
    struct model *m = kit_model(k, one_in(&seed, 4) ? 2 : 1, 1 + random_below(&seed, 2));
    if (one_in(&seed, 3))
        for (uint32_t l = 0; l < m->n_lanes; l++) /* of the hub, or of all workers */
            m->lanes[l].policy = m->lanes[l].to % (x.n + 1) ? POLICY_BLOCK : POLICY_DROP_NEWEST;
    return semantics_new(a, m);
}

static const char *difference(const struct semantics *s, const struct exploration *full, const struct exploration *e)
{
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (full->result[k] != e->result[k] || full->trail[k].n != e->trail[k].n)
            return "a verdict";
    return memcmp(full->taken, e->taken, semantics_n_codes(s) * sizeof *e->taken) ? "what was taken" : NULL;
}

static void stars_with_their_workers_swapped_are_the_same(void **ctx)
{
    const char *text = getenv("MOTET_RANDOM");
    uint64_t n = text && *text ? strtoull(text, NULL, 10) : STARS, smaller = 0, violated = 0, failed = 0;
    (void)ctx;
    for (uint64_t number = 0; number < n; number++) {
        struct arena *a = arena_new(0);
        struct semantics *s = star_of(a, number);
        struct exploration *full = explore(a, s, &(struct budget){0, 4 << 20});
        static const uint32_t both[] = {REDUCE_SYMMETRY, REDUCE_SYMMETRY | REDUCE_ORDER};
        for (int i = 0; full->complete && i < 2; i++) {
            struct exploration *e = reduced(a, s, both[i]);
            bool fewer = e->complete && e->states <= full->states;
            const char *what = fewer ? difference(s, full, e) : "the number of states";
            if (what)
                print_message("star %lu: %s\n", (unsigned long)number, what);
            failed += what != NULL;
            smaller += e->states < full->states;
            violated += e->states < full->states && e->result[SAFETY_DEADLOCK] == VERDICT_VIOLATED;
        }
        arena_free(a);
    }
    assert_int_equal(failed, 0);
    assert_true(smaller > n / 2);
    assert_true(violated > n / 10 && violated < smaller);
}

/* ---- a swap maps steps to steps ---- */

static bool is_step(const uint32_t *codes, uint32_t n, uint32_t code)
{
    for (uint32_t i = 0; i < n; i++)
        if (codes[i] == code)
            return true;
    return false;
}

/* What the steps of `state` lead to, and what their images lead to from the image of the state, are images, too. */
static void assert_swap_maps_steps(struct arena *a, const struct semantics *s, const struct symmetry *y,
                                   const struct member_swap *w, const uint8_t *state)
{
    size_t size = semantics_size(s);
    uint8_t *image = arena_alloc(a, size), *next = arena_alloc(a, size), *its_image = arena_alloc(a, size);
    uint32_t *codes = ARENA_ARRAY(a, uint32_t, semantics_max_steps(s)), broken;
    uint32_t *others = ARENA_ARRAY(a, uint32_t, semantics_max_steps(s)), also_broken;
    symmetry__swap_members(s, w, state, image);
    uint32_t n = semantics_expand(s, state, codes, &broken), k = semantics_expand(s, image, others, &also_broken);
    assert_int_equal(broken, also_broken);
    assert_int_equal(n, k);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = symmetry__swapped_code(y, &(struct exchange){0, 0, w}, codes[i]);
        assert_true(is_step(others, k, code));
        semantics_apply_code(s, state, codes[i], next);
        symmetry__swap_members(s, w, next, its_image);
        semantics_apply_code(s, image, code, next);
        assert_memory_equal(next, its_image, size);
    }
    symmetry__swap_members(s, w, image, next);
    assert_memory_equal(next, state, size);
}

static void a_swap_maps_steps_to_steps_and_back(void **ctx)
{
    uint64_t swaps_seen = 0;
    (void)ctx;
    for (uint64_t number = 0; number < STARS; number++) {
        struct arena *a = arena_new(0);
        struct semantics *s = star_of(a, number);
        struct symmetry *y = symmetry_new(a, s);
        struct step *steps = ARENA_ARRAY(a, struct step, semantics_max_steps(s));
        uint8_t *state = arena_alloc(a, semantics_size(s));
        uint32_t n_swaps, n = 1;
        uint64_t seed = number;
        struct member_swap *swaps = symmetry__member_swaps(a, s, &n_swaps);
        semantics_initial(s, state);
        for (int i = 0; i < 30 && n; i++) {
            for (uint32_t k = 0; k < n_swaps; k++, swaps_seen++)
                assert_swap_maps_steps(a, s, y, &swaps[k], state);
            n = semantics_steps(s, state, steps);
            if (n)
                semantics_apply(s, state, &steps[random_below(&seed, n)], state);
        }
        arena_free(a);
    }
    assert_true(swaps_seen > 10 * STARS);
}

/* Walks through representatives, and beside them through the system by the steps that are meant: broken are both or
 * none. */
static void steps_of_representatives_stand_for_steps_of_the_system(void **ctx)
{
    (void)ctx;
    for (uint64_t number = 0; number < STARS; number++) {
        struct arena *a = arena_new(0);
        struct semantics *s = star_of(a, number);
        struct symmetry *y = symmetry_new(a, s);
        size_t size = semantics_size(s);
        uint8_t *state = arena_alloc(a, size), *next = arena_alloc(a, size), *own = arena_alloc(a, size);
        uint32_t *codes = ARENA_ARRAY(a, uint32_t, semantics_max_steps(s)), n, broken, own_broken;
        uint32_t *meant = ARENA_ARRAY(a, uint32_t, semantics_n_codes(s));
        uint64_t seed = number;
        for (uint32_t c = 0; c < semantics_n_codes(s); c++)
            meant[c] = c;
        semantics_initial(s, state);
        semantics_initial(s, own);
        for (int i = 0; y && i < 40; i++) {
            uint32_t *others = ARENA_ARRAY(a, uint32_t, semantics_max_steps(s));
            assert_int_equal(semantics_expand(s, own, others, &own_broken), semantics_expand(s, state, codes, &broken));
            n = semantics_expand(s, state, codes, &broken);
            assert_int_equal(broken, own_broken);
            if (n == 0)
                break;
            uint32_t code = codes[random_below(&seed, n)];
            struct step step = semantics_decode(s, meant[code]);
            assert_true(semantics_enabled(s, own, &step));
            semantics_apply(s, own, &step, own);
            semantics_apply_code(s, state, code, next);
            memcpy(state, next, size);
            symmetry_normalise(y, state, next, meant);
        }
        arena_free(a);
    }
}

/* ---- one of each ---- */

static struct kit *ask_any(struct arena *a)
{
    struct kit *k = kit_new(a);
    kit_role(k, "H", "0 W0?Ask 1, 0 W1?Ask 2, 0 W2?Ask 3, 1 W0!Go 0, 2 W1!Go 0, 3 W2!Go 0");
    for (int i = 0; i < 3; i++)
        kit_role(k, (char[]){'W', (char)('0' + i), 0}, "0 H!Ask 1, 1 H?Go 0");
    make_family(k, 3);
    return k;
}

static void those_who_may_come_in_any_order_change_places(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct semantics *s = semantics_new(a, kit_model(ask_any(a), 1, 1));
    struct exploration *full = explore(a, s, &enough), *e = reduced(a, s, REDUCE_SYMMETRY);
    assert_int_equal(e->reduced, REDUCE_SYMMETRY);
    assert_true(e->states * 3 <= full->states);
    arena_free(a);
}

static void those_who_are_served_in_turn_do_not(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct kit *k = kit_new(a);
    kit_role(k, "H", "0 W0!Go 1, 1 W1!Go 2");
    kit_role(k, "W0", "0 H?Go 1");
    kit_role(k, "W1", "0 H?Go 1");
    make_family(k, 2);
    assert_null(symmetry_new(a, semantics_new(a, kit_model(k, 1, 1))));
    arena_free(a);
}

static void those_who_say_something_else_do_not(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct kit *k = kit_new(a);
    kit_role(k, "H", "0 W0?Ask 0, 0 W1?Ask 0, 0 W0?Tell 0, 0 W1?Tell 0");
    kit_role(k, "W0", "0 H!Ask 1");
    kit_role(k, "W1", "0 H!Tell 1");
    make_family(k, 2);
    assert_null(symmetry_new(a, semantics_new(a, kit_model(k, 1, 1))));
    arena_free(a);
}

static void roles_of_no_family_do_not(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct kit *k = ask_any(a);
    for (uint32_t i = 0; i < k->n_roles; i++)
        k->roles[i].in_family = false;
    assert_null(symmetry_new(a, semantics_new(a, kit_model(k, 1, 1))));
    arena_free(a);
}

static struct symmetry *with_crashes(struct arena *a, enum strategy strategy, uint32_t second)
{
    struct kit *k = ask_any(a);
    uint32_t root = kit_supervisor(k, IR_NONE, strategy, 2);
    kit_child(k, root, "hub", 1, RESTART_PERMANENT);
    kit_child(k, root, "worker", second, RESTART_PERMANENT);
    if (second < 3)
        kit_child(k, root, "other", 3 - second, RESTART_PERMANENT);
    kit_crashes(k, 1, IR_NONE);
    return symmetry_new(a, semantics_new(a, kit_model(k, 1, 1)));
}

static void with_crashes_their_supervision_must_be_the_same(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    assert_non_null(with_crashes(a, ONE_FOR_ONE, 3));
    assert_non_null(with_crashes(a, ONE_FOR_ALL, 3));
    assert_null(with_crashes(a, REST_FOR_ONE, 3));
    arena_free(a);
}

static void lanes_of_another_size_make_a_difference(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct model *m = kit_model(ask_any(a), 1, 1);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        m->lanes[l].capacity += l % 3;
    assert_null(symmetry_new(a, semantics_new(a, m)));
    arena_free(a);
}

/* Whatever a swap makes of a state is normalised to the same one, in the end. */
static void a_representative_is_its_own(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct semantics *s = semantics_new(a, kit_model(ask_any(a), 2, 1));
    struct symmetry *y = symmetry_new(a, s);
    uint8_t *state = arena_alloc(a, semantics_size(s)), *again = arena_alloc(a, semantics_size(s)),
            *scratch = arena_alloc(a, semantics_size(s));
    struct step *steps = ARENA_ARRAY(a, struct step, semantics_max_steps(s));
    uint64_t seed = 5;
    semantics_initial(s, state);
    for (int i = 0; i < 500; i++) {
        uint32_t n = semantics_steps(s, state, steps);
        semantics_apply(s, state, &steps[random_below(&seed, n)], state);
        symmetry_normalise(y, state, scratch, NULL);
        memcpy(again, state, semantics_size(s));
        symmetry_normalise(y, again, scratch, NULL);
        assert_memory_equal(state, again, semantics_size(s));
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stars_with_their_workers_swapped_are_the_same),
        cmocka_unit_test(a_swap_maps_steps_to_steps_and_back),
        cmocka_unit_test(steps_of_representatives_stand_for_steps_of_the_system),
        cmocka_unit_test(those_who_may_come_in_any_order_change_places),
        cmocka_unit_test(those_who_are_served_in_turn_do_not),
        cmocka_unit_test(those_who_say_something_else_do_not),
        cmocka_unit_test(roles_of_no_family_do_not),
        cmocka_unit_test(with_crashes_their_supervision_must_be_the_same),
        cmocka_unit_test(lanes_of_another_size_make_a_difference),
        cmocka_unit_test(a_representative_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
