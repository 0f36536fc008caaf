/* dot_automata.c -- local automata as state machines. */
#include "dot_private.h"

struct machine {
    struct drawing *d;
    const struct session_type *s;
    const struct automaton *m;
    uint32_t role;
    VEC(uint32_t) joined; /* edges whose text stands for others, too */
};

static void put_state(const struct machine *k, uint32_t state)
{
    const struct state *q = &k->m->states[state];
    bool acts = false, choice = q->n > 1;
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        acts |= k->m->edges[e].dir == DIR_SEND;
    const char *shape = q->final ? "doublecircle" : choice ? "diamond" : "circle";
    const char *node = dot_node(k->d, "s", state);
    buf_printf(k->d->out, "    %s [shape=%s, style=filled, fillcolor=\"%s\", color=\"%s\", width=%s, fixedsize=true, "
                          "label=\"%u\"];\n", node, shape, acts ? dot_tint(k->s, k->role) : "#ffffff",
               dot_ink(k->s, k->role), choice && !q->final ? "0.48, height=0.42" : "0.32", state);
    bool forward = false;
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        forward |= k->m->edges[e].target > state;
    if (!forward)
        dot_bottom(k->d, node);
}

/* Of one state. */
static bool drawn_as_one(const struct edge *a, const struct edge *b)
{
    return a->dir == b->dir && a->interrupt == b->interrupt && a->target == b->target;
}

static void put_action(const struct machine *k, const struct edge *e)
{
    if (e->dir == DIR_EVENT) {
        buf_puts(k->d->out, "&nbsp;");
        dot_event(k->d, k->s, e->message);
        buf_puts(k->d->out, "&nbsp;");
        return;
    }
    const char *action = arena_printf(k->d->ir->a, "%s%c%s", k->s->roles[e->peer].name, e->dir == DIR_SEND ? '!' : '?',
                                      k->d->ir->messages[e->message].name);
    buf_puts(k->d->out, "&nbsp;");
    dot_html_role(k->d->out, k->s, e->peer, action);
    buf_puts(k->d->out, "&nbsp;");
    if (e->interrupt)
        dot_small(k->d->out, "(interrupt) ");
    if (e->where)
        dot_where(k->d->out, e->where, "<br/>");
}

/* The text of an arrow is a node in the middle of it: so it stays inside the cluster and clear of other arrows, which
 * Graphviz does not promise for labels of edges. */
static void open_text(const struct machine *k, const char *text)
{
    buf_printf(k->d->out, "    %s [shape=none, margin=\"0.02,0.03\", height=0.26, width=0.1, label=<", text);
}

static void put_lines(const struct machine *k, uint32_t state, const char *text, uint32_t target, const char *style,
                      const char *color, bool second)
{
    struct buf *out = k->d->out;
    buf_printf(out, "    %s -> %s [dir=none, style=%s, color=\"%s\"];\n", dot_node(k->d, "s", state), text, style,
               color);
    if (second)
        buf_printf(out, "    %s -> %s [style=%s, color=\"%s\"];\n", text, dot_node(k->d, "s", target), style, color);
}

/* Edge `first` of `state` and the later ones that share its arrow. */
static void put_arrow(const struct machine *k, uint32_t state, uint32_t first)
{
    const struct state *q = &k->m->states[state];
    const struct edge *e = &k->m->edges[first];
    const char *text = dot_node(k->d, "e", first);
    bool one_peer = true;
    open_text(k, text);
    put_action(k, e);
    for (uint32_t i = first + 1; i < q->first + q->n; i++) {
        const struct edge *other = &k->m->edges[i];
        if (!drawn_as_one(e, other))
            continue;
        buf_puts(k->d->out, "<br/>");
        put_action(k, other);
        one_peer &= dot_role_base(k->s, e->peer) == dot_role_base(k->s, other->peer);
    }
    buf_puts(k->d->out, ">];\n");
    put_lines(k, state, text, e->target, e->dir == DIR_SEND ? "solid" : "dashed",
              one_peer ? dot_ink(k->s, e->peer) : DOT_GREY, true);
}

/* What takes the role out of a body leaves every state of it alike: such arrows join at their text. */
static bool joins(const struct edge *e) { return e->dir == DIR_EVENT || (e->interrupt && e->dir == DIR_RECEIVE); }

static void put_joined(struct machine *k, uint32_t state, uint32_t edge)
{
    const struct edge *e = &k->m->edges[edge];
    uint32_t first = edge;
    bool known = false;
    for (uint32_t i = 0; i < k->joined.n && !known; i++) {
        const struct edge *x = &k->m->edges[k->joined.at[i]];
        known = x->dir == e->dir && x->peer == e->peer && x->message == e->message && x->target == e->target;
        first = known ? k->joined.at[i] : first;
    }
    const char *text = dot_node(k->d, "e", first);
    if (!known) {
        vec_push(k->d->ir->a, k->joined, edge);
        open_text(k, text);
        put_action(k, e);
        buf_puts(k->d->out, ">];\n");
    }
    put_lines(k, state, text, e->target, e->dir == DIR_EVENT ? "dotted" : "dashed", dot_ink(k->s, e->peer), !known);
}

static bool already_drawn(const struct machine *k, const struct state *q, uint32_t edge)
{
    for (uint32_t i = q->first; i < edge; i++)
        if (drawn_as_one(&k->m->edges[i], &k->m->edges[edge]))
            return true;
    return false;
}

void dot_local(struct drawing *d, const struct session_type *s, uint32_t first, uint32_t last)
{
    struct machine k = { .d = d, .s = s, .m = &s->locals[first], .role = first };
    dot_open_cluster(d, dot_role_range(d->ir, s, first, last), arena_printf(d->ir->a, "role of %s", s->name));
    d->top = dot_node(d, "start", 0);
    dot_start(d);
    buf_printf(d->out, "    %s -> %s;\n", d->top, dot_node(d, "s", 0));
    for (uint32_t q = 0; q < k.m->n_states; q++)
        put_state(&k, q);
    for (uint32_t q = 0; q < k.m->n_states; q++) {
        const struct state *state = &k.m->states[q];
        for (uint32_t e = state->first; e < state->first + state->n; e++)
            if (joins(&k.m->edges[e]))
                put_joined(&k, q, e);
            else if (!already_drawn(&k, state, e))
                put_arrow(&k, q, e);
    }
    dot_close_cluster(d);
}
