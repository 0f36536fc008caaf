/* generated_test.c -- random protocols with par and try: whatever the passes accept has the invariants of ir.h, and
 * where branches of a par share no lane, so that none waits behind another's message, it is safe.
 */
#include "compiled.h"

#include "explorer.h"

enum { ROLES = 4, LABELS = 12, PROTOCOLS = 8000 };

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 11) % n);
}

/* ---- texts ---- */

struct writer {
    struct buf *b;
    uint32_t loops;      /* recs around that may be continued */
    uint32_t pars;       /* branches of par around */
    uint32_t first, n;   /* labels to use: branches of par have their own */
    bool apart;          /* branches of par have lanes of their own, too */
    uint32_t stride;     /* then: the lanes between roles an odd or an even number apart; 0: all */
    bool with_try;
};

static uint32_t other_than(uint32_t r)
{
    uint32_t x = below(ROLES - 1);
    return x < r ? x : x + 1;
}

static bool has_lane(const struct writer *w, uint32_t from, uint32_t to)
{
    return from != to && (!w->stride || (from + to) % 2 == w->stride % 2);
}

static uint32_t receiver(const struct writer *w, uint32_t from)
{
    uint32_t to = other_than(from);
    while (!has_lane(w, from, to))
        to = other_than(from);
    return to;
}

static void message(struct writer *w, uint32_t from, uint32_t to)
{
    buf_printf(w->b, "R%u -> R%u: M%u; ", from, to, w->first + below(w->n));
}

static bool block(struct writer *w, uint32_t depth);

static bool choice(struct writer *w, uint32_t depth)
{
    uint32_t chooser = below(ROLES);
    bool reaches = false;
    buf_printf(w->b, "choice at R%u ", chooser);
    for (uint32_t i = 0; i < 2; i++) {
        buf_puts(w->b, i ? "or { " : "{ ");
        message(w, chooser, receiver(w, chooser));
        for (uint32_t r = 0; r < ROLES; r++)
            if (has_lane(w, chooser, r) && below(3))
                message(w, chooser, r);
        reaches = block(w, depth + 1) || reaches;
        buf_puts(w->b, "} ");
    }
    return reaches;
}

static bool loop(struct writer *w, uint32_t depth)
{
    buf_printf(w->b, "rec X%u { ", w->loops);
    uint32_t from = below(ROLES);
    message(w, from, receiver(w, from));
    w->loops++;
    bool reaches = choice(w, depth + 1);
    w->loops--;
    buf_puts(w->b, "} ");
    return reaches;
}

static bool par(struct writer *w, uint32_t depth)
{
    struct writer in = *w;
    bool reaches = true;
    in.loops = 0;
    in.pars++;
    in.n = w->n / 2;
    for (uint32_t i = 0; i < 2; i++) {
        in.first = w->first + i * in.n;
        in.stride = w->apart ? i + 1 : 0;
        buf_puts(w->b, i ? "and { " : "par { ");
        uint32_t from = below(ROLES);
        message(&in, from, receiver(&in, from));
        reaches = block(&in, depth + 1) && reaches;
        buf_puts(w->b, "} ");
    }
    return reaches;
}

static void event(struct writer *w, uint32_t kind, uint32_t catcher)
{
    if (kind == 0)
        buf_printf(w->b, "timeout 1s at R%u ", catcher);
    else if (kind == 1)
        buf_printf(w->b, "crash R%u at R%u ", other_than(catcher), catcher);
    else
        buf_printf(w->b, "cancel at R%u ", catcher);
}

static bool try(struct writer *w, uint32_t depth)
{
    uint32_t catcher = below(ROLES), kind = below(3);
    buf_puts(w->b, "try { ");
    message(w, catcher, other_than(catcher));
    bool reaches = block(w, depth + 1);
    for (uint32_t i = 0; i <= below(2); i++) {
        buf_puts(w->b, "} catch ");
        event(w, (kind + i) % 3, catcher);
        buf_puts(w->b, "{ ");
        for (uint32_t r = 0; r < ROLES; r++)
            if (r != catcher && below(5))
                message(w, catcher, r);
        reaches = block(w, depth + 1) || reaches;
    }
    buf_puts(w->b, "} ");
    return reaches;
}

static bool block(struct writer *w, uint32_t depth)
{
    for (uint32_t n = below(3) + (depth == 0); n > 0; n--) {
        uint32_t what = below(9), from = below(ROLES);
        bool reaches = true;
        if (what < 4 || depth > 2)
            message(w, from, receiver(w, from));
        else if (what < 5)
            reaches = choice(w, depth);
        else if (what < 6)
            reaches = loop(w, depth);
        else if (what < 7 && w->n > 2 && !(w->apart && w->pars))
            reaches = par(w, depth);
        else if (w->with_try && !w->pars)
            reaches = try(w, depth);
        if (!reaches)
            return false;
    }
    if (w->loops && below(2)) {
        buf_printf(w->b, "continue X%u; ", below(w->loops));
        return false;
    }
    return true;
}

static void protocol(struct buf *b, bool apart, bool with_try)
{
    struct writer w = {.b = b, .n = LABELS, .apart = apart, .with_try = with_try};
    b->n = 0;
    for (int i = 0; i < LABELS; i++)
        buf_printf(b, "message M%d; ", i);
    buf_puts(b, "session S(role R0, role R1, role R2, role R3) { ");
    block(&w, 0);
    buf_puts(b, "}");
}

/* ---- invariants ---- */

#define MUST(cond)                                                                                                     \
    do {                                                                                                               \
        if (!(cond))                                                                                                   \
            fail_msg("%s does not hold of %s", #cond, text);                                                           \
    } while (0)

static uint64_t key(const struct edge *e)
{
    return (uint64_t)e->dir << 40 | (uint64_t)e->peer << 24 | (uint64_t)e->interrupt << 16 | e->message;
}

static void automaton_is_sound(const struct automaton *m, const char *text)
{
    bool *reached = calloc(m->n_states, sizeof *reached);
    uint32_t *queue = calloc(m->n_states, sizeof *queue), n = 1, edges = 0;
    reached[0] = true;
    for (uint32_t h = 0; h < n; h++) {
        const struct state *s = &m->states[queue[h]];
        edges += s->n;
        for (uint32_t i = s->first; i < s->first + s->n; i++) {
            const struct edge *e = &m->edges[i];
            MUST(e->target < m->n_states);
            MUST(i == s->first || key(e - 1) < key(e));
            MUST(!s->final || e->dir != DIR_SEND);
            if (!reached[e->target])
                queue[n++] = e->target;
            reached[e->target] = true;
        }
    }
    MUST(n == m->n_states);
    MUST(edges == m->n_edges);
    free(reached);
    free(queue);
}

/* Somewhere `role` takes that message from `from`, on the same lane. */
static bool taken(const struct session_type *t, uint32_t from, uint32_t role, const struct edge *send)
{
    const struct automaton *m = &t->locals[role];
    for (uint32_t i = 0; i < m->n_edges; i++)
        if (m->edges[i].dir == DIR_RECEIVE && m->edges[i].peer == from && m->edges[i].message == send->message &&
            m->edges[i].interrupt == send->interrupt)
            return true;
    return false;
}

static bool sent(const struct session_type *t, uint32_t to, const struct edge *receive)
{
    const struct automaton *m = &t->locals[receive->peer];
    for (uint32_t i = 0; i < m->n_edges; i++)
        if (m->edges[i].dir == DIR_SEND && m->edges[i].peer == to && m->edges[i].message == receive->message &&
            m->edges[i].interrupt == receive->interrupt)
            return true;
    return false;
}

static void roles_fit_together(const struct session_type *t, const char *text)
{
    for (uint32_t r = 0; r < t->n_roles; r++)
        for (uint32_t i = 0; i < t->locals[r].n_edges; i++) {
            const struct edge *e = &t->locals[r].edges[i];
            if (e->dir == DIR_EVENT) {
                MUST(e->peer == r);
                MUST(e->message < t->n_events);
                MUST(t->events[e->message].catcher == r);
                MUST(t->events[e->message].who != r);
            } else if (e->dir == DIR_SEND) {
                MUST(taken(t, r, e->peer, e));
            } else {
                MUST(sent(t, r, e));
            }
        }
}

static bool beside(const struct global *g, const struct global_edge *x, const struct global_edge *y)
{
    const struct index_list *a = &g->strands[x->strand], *b = &g->strands[y->strand];
    for (uint32_t i = 0; i < a->n; i += 2)
        for (uint32_t k = 0; k < b->n; k += 2)
            if (a->at[i] == b->at[k] && a->at[i + 1] != b->at[k + 1])
                return true;
    return false;
}

static bool lists(const struct index_list *l, uint32_t x)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->at[i] == x)
            return true;
    return false;
}

static void global_is_sound(const struct session_type *t, const char *text)
{
    const struct global *g = t->global;
    for (uint32_t s = 0; s < g->n_states; s++) {
        const struct global_state *st = &g->states[s];
        MUST(!st->final || !st->n);
        for (uint32_t i = st->first; i < st->first + st->n; i++) {
            const struct global_edge *e = &g->edges[i];
            for (uint32_t k = st->first; k < i; k++) {
                const struct global_edge *o = &g->edges[k];
                MUST(o->from == e->from || beside(g, o, e));
                MUST(o->from != e->from || o->to != e->to || o->message != e->message || o->interrupt != e->interrupt);
            }
            for (uint32_t k = 0; k < g->regions[e->regions].n; k++)
                MUST(lists(&g->regions[st->regions], g->regions[e->regions].at[k]));
        }
        for (uint32_t k = 0; k < g->regions[st->regions].n; k++) {
            const struct try_region *r = &g->tries[g->regions[st->regions].at[k]];
            MUST(k == 0 || g->tries[g->regions[st->regions].at[k - 1]].level <= r->level);
            for (uint32_t h = 0; h < r->n_handlers; h++)
                MUST(r->handlers[h].start < g->n_states && t->events[r->handlers[h].event].level == r->level);
        }
    }
}

/* ---- what it comes to ---- */

struct tally {
    uint32_t usable, events, interrupts, mixed, explored;
};

static void count(struct tally *n, const struct session_type *t)
{
    n->usable++;
    for (uint32_t r = 0; r < t->n_roles; r++) {
        const struct automaton *m = &t->locals[r];
        for (uint32_t s = 0; s < m->n_states; s++) {
            const struct state *st = &m->states[s];
            if (st->n && m->edges[st->first].dir == DIR_SEND && m->edges[st->first + st->n - 1].dir == DIR_RECEIVE)
                n->mixed++;
        }
        for (uint32_t i = 0; i < m->n_edges; i++) {
            n->events += m->edges[i].dir == DIR_EVENT;
            n->interrupts += m->edges[i].interrupt;
        }
    }
}

static void is_safe(struct tally *n, struct compiled *c, const char *text)
{
    struct model *m = model_of_session(c->ir, 0, NULL, 2, c->d);
    if (!m)
        return;
    struct exploration *e = explore(c->a, semantics_new(c->a, m), &(struct budget){0, 4 << 20});
    n->explored += e->complete;
    for (int k = 0; k < SAFETY_KINDS; k++)
        MUST(e->result[k] != VERDICT_VIOLATED);
}

static struct tally generate(bool apart, bool with_try)
{
    struct tally n = {0};
    struct buf b = {0};
    for (uint32_t i = 0; i < PROTOCOLS; i++) {
        seed = (i + 1) * 0x9e3779b97f4a7c15u + apart;
        protocol(&b, apart, with_try);
        const char *text = buf_cstr(&b);
        struct compiled c = compile(text);
        const struct session_type *t = c.ir ? session_named(&c, "S") : NULL;
        if (t && t->global)
            global_is_sound(t, text);
        if (t && t->usable) {
            for (uint32_t r = 0; r < t->n_roles; r++)
                automaton_is_sound(&t->locals[r], text);
            roles_fit_together(t, text);
            count(&n, t);
            if (apart && !with_try)
                is_safe(&n, &c, text);
        }
        compiled_free(&c);
    }
    buf_free(&b);
    print_message("%u usable, %u explored; %u mixed states, %u events, %u interrupts\n", n.usable, n.explored, n.mixed,
                  n.events, n.interrupts);
    return n;
}

static void branches_with_lanes_of_their_own_are_safe(void **state)
{
    (void)state;
    struct tally n = generate(true, false);
    assert_true(n.explored > 1000);
    assert_true(n.mixed > 1000);
}

static void branches_that_share_lanes(void **state)
{
    (void)state;
    struct tally n = generate(false, false);
    assert_true(n.mixed > 1000);
}

static void handlers_of_events(void **state)
{
    (void)state;
    struct tally n = generate(false, true);
    assert_true(n.usable > 1000);
    assert_true(n.events > 1000);
    assert_true(n.interrupts > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_with_lanes_of_their_own_are_safe), cmocka_unit_test(branches_that_share_lanes),
        cmocka_unit_test(handlers_of_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
