/* caught_crash_test.c -- that a crash may be caught in the step in which it happens.
 *
 * The reference here takes it apart: a role is dead, and no more is known. Its catcher hears of it at any later time,
 * and takes the handler or, where it has left the body meanwhile, none: then the session aborts. Every other role loses
 * what the dead one had sent it at any later time, or takes it before; of the event it hears from the catcher's
 * interrupt alone. What is sent to the dead one before that waits in its lane as it would for one that is slow; or it
 * is lost at once, and then a sender that had to wait for room goes on.
 *
 * On random protocols with crash handlers both find the same violations, as long as the session lives. Where the dead
 * one's lanes lose everything at once, they find something wrong in the same protocols: a sender that would have waited
 * for ever may then come to do other wrong. (What comes after an abort is in incarnations_test.c; here a session that
 * aborts is followed no further.)
 *
 * Counters of phases are as large as they get: nothing is subtracted. Crashes are the only events, since they are
 * bounded. MOTET_RANDOM=n in the environment takes n protocols instead of a few; MOTET_SEED=n starts at another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "semantics.h"
#include "spin_random.h"

enum { PROTOCOLS = 1000, MOST = 1 << 15, EXPLORED = 4000 };
enum { ROLES = 4, LANES = 24, SLOTS = 3, DEAD = 255, LEVEL_BITS = 4 };

enum breakage { NOTHING_BROKEN, NO_RAISE, NO_PURGE, LATE_IS_NEVER };
enum dead_lanes { WAIT_UNTIL_HEARD, LOSE_AT_ONCE };

enum { HEARD, UNHEARD, UNHEARD_AT_ITS_END };

struct ref_state { /* no padding: equal states have equal bytes */
    uint16_t phase[ROLES], age[LANES][SLOTS];
    uint8_t at[ROLES], unheard[ROLES]; /* DEAD; its catcher has yet to hear of it: enum below */
    uint8_t length[LANES], label[LANES][SLOTS], left[2];
    uint8_t aborted, unused;
};

struct reference {
    const struct model *m;
    enum breakage breakage;
    enum dead_lanes dead_lanes;
    struct ref_state *states;
    uint32_t n, *table;
    bool moved, too_large, caught, broken[SAFETY_KINDS];
};

/* ---- states ---- */

static void visit(struct reference *x, const struct ref_state *s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *s; i++)
        h = (h ^ ((const uint8_t *)s)[i]) * 1099511628211u;
    uint32_t mask = 2 * MOST - 1, at = (uint32_t)(h ^ h >> 29) & mask;
    for (; x->table[at]; at = (at + 1) & mask)
        if (memcmp(&x->states[x->table[at] - 1], s, sizeof *s) == 0)
            return;
    x->too_large |= x->n == MOST;
    if (x->n == MOST)
        return;
    x->states[x->n++] = *s;
    x->table[at] = x->n;
}

static void move(struct reference *x, const struct ref_state *next)
{
    x->moved = true;
    visit(x, next);
}

static const struct state *row_of(const struct reference *x, const struct ref_state *s, uint32_t p)
{
    return &x->m->participants[p].automaton->states[s->at[p]];
}

static const struct edge *edge_of(const struct reference *x, uint32_t p, uint32_t e)
{
    return &x->m->participants[p].automaton->edges[e];
}

static uint32_t lane_of(const struct reference *x, uint32_t p, uint32_t e)
{
    return x->m->lane_of[x->m->edge_base[p] + e];
}

/* ---- lanes ---- */

static void cut(struct ref_state *s, uint32_t l, uint32_t i)
{
    s->length[l]--;
    for (; i < s->length[l]; i++) {
        s->label[l][i] = s->label[l][i + 1];
        s->age[l][i] = s->age[l][i + 1];
    }
    s->label[l][i] = 0;
    s->age[l][i] = 0;
}

static void empty(struct ref_state *s, uint32_t l)
{
    while (s->length[l])
        cut(s, l, 0);
}

static void purge(const struct reference *x, struct ref_state *s, uint32_t q)
{
    for (uint32_t l = 0; l < x->m->n_lanes && x->breakage != NO_PURGE; l++)
        for (uint32_t i = s->length[l]; x->m->lanes[l].to == q && i-- > 0;)
            if (s->age[l][i] < s->phase[q])
                cut(s, l, i);
}

/* The head may be taken now, as far as its phase goes. */
static bool due(const struct reference *x, const struct ref_state *s, uint32_t l)
{
    uint16_t own = s->phase[x->m->lanes[l].to];
    return s->length[l] && (x->m->lanes[l].interrupt ? s->age[l][0] > own : s->age[l][0] == own);
}

static bool fits(const struct reference *x, const struct ref_state *s, uint32_t l, const struct edge *e)
{
    return x->m->lanes[l].labels[s->label[l][0]] == e->message;
}

/* ---- steps ---- */

static void send(struct reference *x, const struct ref_state *s, uint32_t p, const struct edge *e, uint32_t l)
{
    struct ref_state next = *s;
    uint32_t q = x->m->lanes[l].to, n = s->length[l], label = 0;
    next.at[p] = (uint8_t)e->target;
    bool lost = s->at[q] == DEAD && (x->dead_lanes == LOSE_AT_ONCE || !s->unheard[q]);
    if (lost || s->phase[p] < s->phase[q]) {
        move(x, &next);
        return;
    }
    if (n == x->m->lanes[l].capacity)
        return;
    while (x->m->lanes[l].labels[label] != e->message)
        label++;
    next.label[l][n] = (uint8_t)label;
    next.age[l][n] = s->phase[p];
    next.length[l]++;
    move(x, &next);
}

static void receive(struct reference *x, const struct ref_state *s, uint32_t q, const struct edge *e, uint32_t l)
{
    struct ref_state next = *s;
    if (!due(x, s, l) || !fits(x, s, l, e))
        return;
    cut(&next, l, 0);
    next.at[q] = (uint8_t)e->target;
    next.phase[q] = s->age[l][0];
    if (e->interrupt)
        purge(x, &next, q);
    move(x, &next);
}

static void act(struct reference *x, const struct ref_state *s, uint32_t p)
{
    const struct state *row = row_of(x, s, p);
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const struct edge *e = edge_of(x, p, i);
        uint32_t l = lane_of(x, p, i);
        if (l != IR_NONE && e->dir == DIR_SEND)
            send(x, s, p, e, l);
        else if (l != IR_NONE && e->dir == DIR_RECEIVE)
            receive(x, s, p, e, l);
    }
}

/* The handler for the crash of q where the catcher stands: of the deepest level the first; or NULL. */
static const struct edge *handler_of(const struct reference *x, const struct ref_state *s, uint32_t q, uint32_t *level)
{
    const struct state *row = row_of(x, s, 0);
    const struct session_event *events = x->m->ir->sessions[0].events;
    const struct edge *best = NULL;
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const struct edge *e = edge_of(x, 0, i);
        if (e->dir != DIR_EVENT || events[e->message].who != q || (best && events[e->message].level <= *level))
            continue;
        best = e;
        *level = events[e->message].level;
    }
    return best;
}

/* Everybody is at its end and nothing is left: no crash matters to the session. */
static bool is_complete(const struct reference *x, const struct ref_state *s)
{
    bool left = false;
    for (uint32_t l = 0; l < x->m->n_lanes; l++)
        left |= s->length[l] > 0;
    for (uint32_t p = 0; p < x->m->n_participants; p++)
        left |= s->at[p] == DEAD ? s->unheard[p] == UNHEARD : !row_of(x, s, p)->final;
    return !left;
}

/* The catcher, role 0, hears that q is dead. */
static void hear(struct reference *x, const struct ref_state *s, uint32_t q)
{
    struct ref_state next = *s;
    uint32_t level = 0;
    const struct edge *e = handler_of(x, s, q, &level);
    next.unheard[q] = 0;
    next.phase[q] = 0;
    if (!e || is_complete(x, s)) { /* here: it is followed no further */
        next.aborted = 1;
        move(x, &next);
        return;
    }
    uint32_t shift = LEVEL_BITS * (IR_MAX_TRY_DEPTH - 1 - level);
    x->caught = true;
    next.at[0] = (uint8_t)e->target;
    if (x->breakage != NO_RAISE)
        next.phase[0] = (uint16_t)(((s->phase[0] >> shift) + 1) << shift);
    purge(x, &next, 0);
    for (uint32_t l = 0; l < x->m->n_lanes; l++)
        if (x->m->lanes[l].to == q || (x->m->lanes[l].from == q && x->m->lanes[l].to == 0))
            empty(&next, l);
    move(x, &next);
}

/* What q sent to somebody is lost, as it is dead. */
static void forget(struct reference *x, const struct ref_state *s, uint32_t q)
{
    for (uint32_t l = 0; l < x->m->n_lanes; l++) {
        struct ref_state next = *s;
        if (x->m->lanes[l].from != q || !s->length[l] || x->m->lanes[l].to == 0)
            continue;
        empty(&next, l);
        move(x, &next);
    }
}

static void crash(struct reference *x, const struct ref_state *s, uint32_t q)
{
    struct ref_state next = *s;
    uint32_t b = 0;
    while (b < x->m->n_crashes && (!s->left[b] || (x->m->crashes[b].child != IR_NONE && x->m->crashes[b].child != q)))
        b++;
    if (b == x->m->n_crashes || q == 0 || is_complete(x, s)) /* the catcher's own crash ends the session */
        return;
    next.left[b]--;
    next.at[q] = DEAD;
    next.unheard[q] = x->breakage == LATE_IS_NEVER ? HEARD : row_of(x, s, q)->final ? UNHEARD_AT_ITS_END : UNHEARD;
    for (uint32_t l = 0; x->dead_lanes == LOSE_AT_ONCE && l < x->m->n_lanes; l++)
        if (x->m->lanes[l].to == q)
            empty(&next, l);
    visit(x, &next);
}

/* ---- what is wrong ---- */

static bool takes(const struct reference *x, const struct ref_state *s, uint32_t p, uint32_t l)
{
    const struct state *row = row_of(x, s, p);
    for (uint32_t i = row->first; i < row->first + row->n; i++)
        if (lane_of(x, p, i) == l && due(x, s, l) && fits(x, s, l, edge_of(x, p, i)))
            return true;
    return false;
}

static void judge_role(struct reference *x, const struct ref_state *s, uint32_t p)
{
    const struct state *row = row_of(x, s, p);
    uint32_t reads = 0, watches = 0, refused = 0;
    bool sends = false, left = false;
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const struct edge *e = edge_of(x, p, i);
        uint32_t l = lane_of(x, p, i);
        sends |= e->dir == DIR_SEND;
        if (e->dir != DIR_RECEIVE || l == IR_NONE)
            continue;
        watches++;
        reads += !e->interrupt;
        refused += !e->interrupt && due(x, s, l) && !takes(x, s, p, l);
    }
    bool refuses = !sends && reads > 0 && refused == reads;
    for (uint32_t l = 0; l < x->m->n_lanes; l++) {
        uint32_t from = x->m->lanes[l].from;
        bool lost = s->at[from] == DEAD && !s->unheard[from]; /* if not yet, then soon */
        left |= x->m->lanes[l].to == p && s->length[l] && !lost && !takes(x, s, p, l);
    }
    x->broken[SAFETY_FIDELITY] |= refuses;
    x->broken[SAFETY_ORPHAN] |= row->final && !refuses && left && (watches == 0 || !x->moved);
    x->broken[SAFETY_DEADLOCK] |= !row->final && !x->moved;
}

static void expand(struct reference *x, const struct ref_state *s)
{
    x->moved = false;
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        if (s->at[p] != DEAD) {
            act(x, s, p);
            crash(x, s, p);
            continue;
        }
        if (s->unheard[p])
            hear(x, s, p);
        forget(x, s, p);
    }
    for (uint32_t p = 0; p < x->m->n_participants; p++)
        if (s->at[p] != DEAD)
            judge_role(x, s, p);
}

static struct reference explore_reference(const struct model *m, enum breakage breakage, enum dead_lanes dead_lanes)
{
    struct reference x = {.m = m, .breakage = breakage, .dead_lanes = dead_lanes,
                          .states = calloc(MOST, sizeof *x.states),
                          .table = calloc(2 * MOST, sizeof *x.table)};
    struct ref_state first = {.aborted = 0};
    assert_true(x.states && x.table);
    for (uint32_t b = 0; b < m->n_crashes; b++)
        first.left[b] = (uint8_t)m->crashes[b].count;
    visit(&x, &first);
    for (uint32_t i = 0; i < x.n && !x.too_large; i++) {
        struct ref_state s = x.states[i];
        if (!s.aborted)
            expand(&x, &s);
    }
    free(x.states);
    free(x.table);
    return x;
}

/* ---- protocols ---- */

/* Every event becomes the crash of some role, caught by the first; a child a role, of which one or two may crash. */
static const struct model *random_catcher(struct kit *k, uint64_t number)
{
    uint64_t seed = number * 2654435761u + 99;
    struct recipe r = {.n_roles = 2 + random_below(&seed, 3), .events = true, .crashes = true};
    for (uint32_t i = 0; i < r.n_roles; i++)
        kit_named_role(k, role_name(k, i));
    if (!one_in(&seed, 4)) {
        random_try(k, &r, &seed);
    } else {
        for (uint32_t e = 0; e < 2; e++)
            kit_crash_of(k, role_name(k, 1), role_name(k, 0), random_below(&seed, 3));
        for (uint32_t i = 0; i < r.n_roles; i++)
            random_role(k, i, &r, &seed);
    }
    for (uint32_t e = 0; e < k->session.n_events; e++) {
        k->events[e].kind = EV_CRASH;
        k->events[e].who = 1 + random_below(&seed, r.n_roles - 1);
    }
    uint32_t root = kit_supervisor(k, IR_NONE, ONE_FOR_ONE, 9);
    for (uint32_t i = 0; i < r.n_roles; i++)
        kit_child(k, root, arena_printf(k->a, "c%u", (unsigned)i), 1, RESTART_PERMANENT);
    kit_crashes(k, 1 + one_in(&seed, 3), one_in(&seed, 2) ? IR_NONE : random_below(&seed, r.n_roles));
    return kit_model(k, 1, 1 + random_below(&seed, 2));
}

struct tally {
    uint64_t judged, caught, differ;
};

/* What the two differ in, or NULL. */
static const char *difference(const struct exploration *e, const struct reference *x)
{
    static const char *const names[] = {"deadlock", "fidelity", "orphans"};
    const char *differs = NULL;
    bool some = false, some_at_once = false;
    for (int k = SAFETY_ORPHAN; k >= 0; k--) {
        bool at_once = e->result[k] == VERDICT_VIOLATED;
        differs = x->broken[k] != at_once ? names[k] : differs;
        some |= x->broken[k];
        some_at_once |= at_once;
    }
    return x->dead_lanes == WAIT_UNTIL_HEARD ? differs : some != some_at_once ? "whether anything is wrong" : NULL;
}

static void compare_one(struct arena *a, uint64_t seed, enum breakage breakage, enum dead_lanes lanes, struct tally *t)
{
    const struct model *m = random_catcher(kit_new(a), seed);
    const struct exploration *e = explore(a, semantics_new(a, m), &(struct budget){0, (uint64_t)64 << 20});
    if (!e->complete || e->states > EXPLORED)
        return;
    struct reference x = explore_reference(m, breakage, lanes);
    const char *differs = x.too_large ? NULL : difference(e, &x);
    t->judged += !x.too_large;
    t->caught += x.caught;
    t->differ += differs != NULL;
    if (differs && breakage == NOTHING_BROKEN)
        print_message("protocol %lu: they differ in %s\n", (unsigned long)seed, differs);
}

static struct tally compare(enum breakage breakage, enum dead_lanes lanes, uint64_t n)
{
    struct tally t = {0, 0, 0};
    const char *text = getenv("MOTET_SEED");
    uint64_t first = text && *text ? strtoull(text, NULL, 10) : 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        struct arena *a = arena_new(0);
        compare_one(a, seed, breakage, lanes, &t);
        arena_free(a);
    }
    return t;
}

static void expect_no_difference(enum dead_lanes lanes)
{
    const char *text = getenv("MOTET_RANDOM");
    uint64_t n = text && *text ? strtoull(text, NULL, 10) : PROTOCOLS;
    struct tally t = compare(NOTHING_BROKEN, lanes, n);
    print_message("%lu of %lu protocols judged, in %lu a crash is caught\n", (unsigned long)t.judged,
                  (unsigned long)n, (unsigned long)t.caught);
    assert_true(2 * t.judged >= n && 3 * t.caught >= t.judged);
    assert_int_equal(t.differ, 0);
}

static void a_crash_may_be_heard_of_later(void **ctx)
{
    (void)ctx;
    expect_no_difference(WAIT_UNTIL_HEARD);
}

static void what_is_sent_to_the_dead_may_be_lost_at_once(void **ctx)
{
    (void)ctx;
    expect_no_difference(LOSE_AT_ONCE);
}

static void a_rule_that_is_left_out_is_missed(void **ctx)
{
    (void)ctx;
    for (int b = NO_RAISE; b <= LATE_IS_NEVER; b++)
        if (compare((enum breakage)b, WAIT_UNTIL_HEARD, PROTOCOLS).differ == 0)
            fail_msg("nobody notices breakage %d", b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_may_be_heard_of_later),
        cmocka_unit_test(what_is_sent_to_the_dead_may_be_lost_at_once),
        cmocka_unit_test(a_rule_that_is_left_out_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
