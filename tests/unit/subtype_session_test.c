/* subtype_session_test.c -- subtyping with several peers, by exploration: in a random protocol a role is replaced by
 * what subtype_check says is a subtype of it, and the session stays safe. */
#include "compiled.h"

#include "explorer.h"
#include "subtype.h"

static uint64_t seed;
static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

/* ---- random protocols of three roles ---- */

enum { ROLES = 3, MESSAGES = 5 };

static void put_interaction(struct buf *b, uint32_t from, uint32_t message)
{
    uint32_t to = (from + 1 + below(ROLES - 1)) % ROLES;
    buf_printf(b, "%c -> %c: m%u; ", 'A' + from, 'A' + to, message);
}

static void put_body(struct buf *b, uint32_t depth, bool in_loop)
{
    uint32_t n = 1 + below(4);
    for (uint32_t i = 0; i < n; i++)
        put_interaction(b, below(ROLES), below(MESSAGES));
    if (depth && below(3)) {
        uint32_t chooser = below(ROLES), to = (chooser + 1 + below(ROLES - 1)) % ROLES;
        buf_printf(b, "choice at %c { ", 'A' + chooser);
        for (uint32_t i = 0; i < 2; i++) {
            buf_printf(b, "%s%c -> %c: m%u; ", i ? "} or { " : "", 'A' + chooser, 'A' + to, i);
            buf_printf(b, "%c -> %c: m%u; ", 'A' + chooser, 'A' + (ROLES - chooser - to), i);
            put_body(b, depth - 1, in_loop);
        }
        buf_puts(b, "} ");
    } else if (in_loop && below(3)) {
        buf_puts(b, "continue X; ");
    }
}

static struct compiled random_protocol(void)
{
    struct buf b = {0};
    bool loop = below(2);
    for (uint32_t i = 0; i < MESSAGES; i++)
        buf_printf(&b, "message m%u; ", i);
    buf_puts(&b, "\nsession S(role A, role B, role C) { ");
    if (loop) {
        put_interaction(&b, below(ROLES), 0);
        buf_puts(&b, "rec X { ");
    }
    put_body(&b, 2, loop);
    buf_puts(&b, loop ? "} }" : "}");
    struct compiled c = compile(buf_cstr(&b));
    buf_free(&b);
    return c;
}

/* ---- changed automata ---- */

struct loose { /* an automaton in the making: its edges by state */
    struct arena *a;
    VEC(struct loose_state {
        struct edge *at;
        uint32_t n;
        bool final;
    }) states;
};

static struct loose loosen(struct arena *a, const struct automaton *m)
{
    struct loose l = {.a = a};
    for (uint32_t s = 0; s < m->n_states; s++)
        vec_push(a, l.states, (struct loose_state){&m->edges[m->states[s].first], m->states[s].n, m->states[s].final});
    return l;
}

static struct automaton tighten(const struct loose *l)
{
    struct automaton m = {.n_states = l->states.n, .states = ARENA_ARRAY(l->a, struct state, l->states.n)};
    for (uint32_t s = 0; s < m.n_states; s++) {
        m.states[s] = (struct state){.first = m.n_edges, .n = l->states.at[s].n, .final = l->states.at[s].final};
        m.n_edges += l->states.at[s].n;
    }
    m.edges = ARENA_ARRAY(l->a, struct edge, m.n_edges);
    for (uint32_t s = 0; s < m.n_states; s++)
        memcpy(&m.edges[m.states[s].first], l->states.at[s].at, l->states.at[s].n * sizeof *m.edges);
    return m;
}

/* Two actions in a row, the first without a choice, change places. */
static bool swap(struct loose *l, uint32_t s)
{
    struct loose_state first = l->states.at[s];
    if (first.n != 1)
        return false;
    struct loose_state second = l->states.at[first.at[0].target];
    bool may = second.n > 0 && first.at[0].target != s;
    for (uint32_t i = 0; i < second.n; i++)
        may = may && (second.at[i].dir != first.at[0].dir || second.at[i].peer != first.at[0].peer);
    if (!may)
        return false;
    struct edge *edges = ARENA_ARRAY(l->a, struct edge, second.n);
    for (uint32_t i = 0; i < second.n; i++) {
        struct edge *behind = ARENA_NEW(l->a, struct edge);
        *behind = first.at[0];
        behind->target = second.at[i].target;
        edges[i] = second.at[i];
        edges[i].target = l->states.n;
        vec_push(l->a, l->states, (struct loose_state){behind, 1, false});
    }
    l->states.at[s] = (struct loose_state){edges, second.n, false};
    return true;
}

/* One branch less. */
static bool drop(struct loose *l, uint32_t s)
{
    struct loose_state *x = &l->states.at[s];
    if (x->n < 2)
        return false;
    uint32_t gone = below(x->n);
    struct edge *edges = ARENA_ARRAY(l->a, struct edge, x->n);
    memcpy(edges, x->at, gone * sizeof *edges);
    memcpy(edges + gone, x->at + gone + 1, (x->n - gone - 1) * sizeof *edges);
    *x = (struct loose_state){edges, x->n - 1, x->final};
    return true;
}

static struct automaton changed(struct arena *a, const struct automaton *m)
{
    struct loose l = loosen(a, m);
    uint32_t wanted = 1 + below(3);
    for (uint32_t tries = 0; tries < 20 && wanted; tries++)
        wanted -= below(4) ? swap(&l, below(l.states.n)) : drop(&l, below(l.states.n));
    return tighten(&l);
}

/* ---- the law ---- */

enum outcome { SAFE, UNSAFE, TOO_LARGE };

static enum outcome explored(struct compiled *c, uint32_t capacity)
{
    struct model *m = model_of_session(c->ir, 0, NULL, capacity, c->d);
    const struct exploration *e = explore(c->a, semantics_new(c->a, m), &(struct budget){0, 8u << 20});
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (e->result[k] == VERDICT_VIOLATED)
            return UNSAFE;
    return e->complete ? SAFE : TOO_LARGE;
}

static void a_subtype_keeps_a_session_safe(void **state)
{
    (void)state;
    uint32_t ahead = 0, yes = 0, no_and_unsafe = 0;
    seed = 20;
    for (int i = 0; i < 6000; i++) {
        struct compiled c = random_protocol();
        struct session_type *s = c.ir && c.d->n_errors == 0 ? &c.ir->sessions[0] : NULL;
        uint32_t role = below(ROLES);
        struct automaton t = s && s->usable ? changed(c.a, &s->locals[role]) : (struct automaton){0};
        if (t.n_states) {
            struct subtype_result r = subtype_check(c.a, &t, &s->locals[role]);
            uint32_t capacity = r.ahead > 2 ? r.ahead + 2 : 4;
            s->locals[role] = t;
            enum outcome found = explored(&c, capacity);
            if (r.answer == SUBTYPE_YES && found == UNSAFE) {
                print_error("%s\n%s: %s\n", c.sources->at[0]->text, s->roles[role].name,
                            automaton_text(&c, s, s->roles[role].name));
                fail_msg("protocol %d, ahead %u", i, r.ahead);
            }
            yes += r.answer == SUBTYPE_YES && found == SAFE;
            ahead += r.answer == SUBTYPE_YES && found == SAFE && r.ahead > 0;
            no_and_unsafe += r.answer == SUBTYPE_NO && found == UNSAFE;
        }
        compiled_free(&c);
    }
    print_message("yes %u, of these %u run ahead; no, and unsafe %u\n", yes, ahead, no_and_unsafe);
    assert_true(yes > 300 && ahead > 100 && no_and_unsafe > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_subtype_keeps_a_session_safe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
