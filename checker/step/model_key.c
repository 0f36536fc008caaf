/* model_key.c -- see model_key.h. */
#include "model_key.h"

#include "buf.h"

static void put_automaton(struct buf *out, const struct automaton *x)
{
    for (uint32_t q = 0; q < x->n_states; q++) {
        const struct state *s = &x->states[q];
        buf_printf(out, "%u%s:", q, s->final ? " end" : "");
        for (uint32_t e = s->first; e < s->first + s->n; e++) {
            const struct edge *g = &x->edges[e];
            buf_printf(out, " %d%s %u %u>%u", g->dir, g->interrupt ? "!" : "", g->peer, g->message, g->target);
        }
        buf_putc(out, '\n');
    }
}

static void put_session(struct buf *out, const struct session_type *t)
{
    buf_printf(out, "session %s\n", t->name);
    for (uint32_t r = 0; r < t->n_roles; r++)
        buf_printf(out, "role %s %s\n", t->roles[r].name, t->roles[r].base);
    for (uint32_t e = 0; e < t->n_events; e++) {
        const struct session_event *x = &t->events[e];
        buf_printf(out, "event %s %d %u %u %u\n", x->name, x->kind, x->catcher, x->who, x->level);
    }
}

static void put_supervision(struct buf *out, const struct system *s)
{
    for (uint32_t i = 0; i < s->n_supervisors; i++) {
        const struct supervisor *x = &s->supervisors[i];
        buf_printf(out, "supervisor %s %d %u %llu %u:", x->name, x->strategy, x->intensity,
                   (unsigned long long)x->window_ns, x->parent);
        for (uint32_t k = 0; k < x->n_members; k++)
            buf_printf(out, " %d.%u", x->members[k].is_supervisor, x->members[k].index);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < s->n_children; i++) {
        const struct child *x = &s->children[i];
        buf_printf(out, "child %s %u %u %u %d:", x->name, x->size, x->first_instance, x->supervisor, x->restart);
        for (uint32_t r = 0; r < REASONS; r++)
            buf_printf(out, " %d", x->decide[r]);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < s->n_instances; i++)
        buf_printf(out, "instance %s %u %u\n", s->instances[i].name, s->instances[i].child, s->instances[i].index);
}

static void put_wires(struct buf *out, const struct model *m)
{
    for (uint32_t i = 0; i < m->system->n_wires; i++) {
        const struct wire *w = &m->system->wires[i];
        buf_printf(out, "wire %u:", w->session);
        for (uint32_t r = 0; r < m->ir->sessions[w->session].n_roles; r++)
            buf_printf(out, " %u%s", w->bind[r], w->any[r] ? "?" : "");
        buf_putc(out, '\n');
    }
}

static void put_lanes(struct buf *out, const struct model *m)
{
    for (uint32_t i = 0; i < m->n_lanes; i++) {
        const struct model_lane *l = &m->lanes[i];
        buf_printf(out, "lane %u>%u %d %u %d %u:", l->from, l->to, l->interrupt, l->capacity, l->policy, l->pool);
        for (uint32_t k = 0; k < l->n_labels; k++)
            buf_printf(out, " %s", m->ir->messages[l->labels[k]].name);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < m->n_pools; i++)
        buf_printf(out, "pool %u %u\n", m->pools[i].instance, m->pools[i].capacity);
}

static void put_scope(struct buf *out, const struct model *m)
{
    const struct verify *v = m->verify;
    buf_printf(out, "loss %u, fair %d, phased %d\n", m->loss, m->fair_weak, m->phased);
    for (uint32_t i = 0; i < m->n_crashes; i++)
        buf_printf(out, "crash %u %u\n", m->crashes[i].child, m->crashes[i].count);
    for (uint32_t i = 0; v && i < v->n_ltls; i++)
        buf_printf(out, "ltl %s\n", v->ltls[i].name.name);
}

void model_key_put(struct buf *out, const struct model *m)
{
    buf_printf(out, "model %s\n", m->subject);
    for (uint32_t i = 0; i < m->ir->n_messages; i++)
        buf_printf(out, "message %s %u\n", m->ir->messages[i].name, m->ir->messages[i].base);
    for (uint32_t i = 0; i < m->n_runs; i++) {
        buf_printf(out, "run %u %u %d\n", m->runs[i].session, m->runs[i].wire, m->runs[i].phased);
        put_session(out, &m->ir->sessions[m->runs[i].session]);
    }
    for (uint32_t i = 0; i < m->n_participants; i++) {
        const struct model_participant *p = &m->participants[i];
        buf_printf(out, "participant %s %u %u %u\n", p->name, p->run, p->role, p->instance);
        put_automaton(out, p->automaton);
    }
    put_lanes(out, m);
    put_scope(out, m);
    if (m->system) {
        put_supervision(out, m->system);
        put_wires(out, m);
    }
}
