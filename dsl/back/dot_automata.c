/* dot_automata.c -- global types as flow charts and local automata as state machines.
 *
 * A block of a flow chart is a longest run of interactions without a choice, a join or an end inside. It begins with
 * the edge of a state that is initial, is a choice, or is reached in more than one way. Rows that differ only in the
 * index of one family, counting up, are drawn as one.
 */
#include "dot_private.h"

/* ---- global types ---- */

struct flow {
    struct drawing *d;
    const struct session_type *s;
    const struct global *g;
    uint32_t *ways_in; /* [states]: edges to it, one more for the initial state */
};

static void count_ways_in(struct flow *f)
{
    f->ways_in = ARENA_ARRAY(f->d->ir->a, uint32_t, f->g->n_states);
    f->ways_in[0] = 1;
    for (uint32_t e = 0; e < f->g->n_edges; e++)
        f->ways_in[f->g->edges[e].target]++;
}

static bool is_choice(const struct global_state *q) { return q->n > 1; }

/* Does a run of interactions go on through this state? */
static bool runs_through(const struct flow *f, uint32_t state)
{
    return state != 0 && f->g->states[state].n == 1 && f->ways_in[state] == 1;
}

/* The node that stands for being in `state`. */
static const char *state_node(const struct flow *f, uint32_t state)
{
    const struct global_state *q = &f->g->states[state];
    return q->n == 1 ? dot_node(f->d, "b", q->first) : dot_node(f->d, "s", state);
}

struct row { /* interactions that are drawn as one */
    uint32_t from, from_last, to, to_last;
    uint32_t message;
};

static bool next_in_family(const struct session_type *s, uint32_t last, uint32_t role)
{
    return role == last + 1 && s->roles[role].in_family && dot_role_base(s, role) == dot_role_base(s, last);
}

static bool extends(const struct session_type *s, struct row *r, const struct global_edge *e)
{
    bool one_from = r->from == r->from_last, one_to = r->to == r->to_last;
    if (e->message != r->message)
        return false;
    if (one_from && e->from == r->from && next_in_family(s, r->to_last, e->to)) {
        r->to_last = e->to;
        return true;
    }
    if (one_to && e->to == r->to && next_in_family(s, r->from_last, e->from)) {
        r->from_last = e->from;
        return true;
    }
    return false;
}

static void put_row(const struct flow *f, const struct row *r)
{
    const struct ir *ir = f->d->ir;
    struct buf *out = f->d->out;
    buf_puts(out, "      <tr><td align=\"right\">");
    dot_html_role(out, f->s, r->from, dot_role_range(ir, f->s, r->from, r->from_last));
    buf_puts(out, "</td><td>&rarr;</td><td align=\"left\">");
    dot_html_role(out, f->s, r->to, dot_role_range(ir, f->s, r->to, r->to_last));
    buf_puts(out, "</td><td align=\"left\">");
    dot_html(out, ir->messages[r->message].name);
    buf_puts(out, "</td></tr>\n");
}

/* The rows of the block that begins with edge `e`; returns the state after it. */
static uint32_t put_rows(const struct flow *f, uint32_t e)
{
    const struct global_edge *edge = &f->g->edges[e];
    struct row row = { edge->from, edge->from, edge->to, edge->to, edge->message };
    while (runs_through(f, edge->target)) {
        edge = &f->g->edges[f->g->states[edge->target].first];
        if (!extends(f->s, &row, edge)) {
            put_row(f, &row);
            row = (struct row){ edge->from, edge->from, edge->to, edge->to, edge->message };
        }
    }
    put_row(f, &row);
    return edge->target;
}

static void put_block(const struct flow *f, uint32_t state, uint32_t e)
{
    struct buf *out = f->d->out;
    const char *node = dot_node(f->d, "b", e);
    buf_printf(out, "    %s [shape=box, style=\"filled\", fillcolor=\"#ffffff\", color=\"%s\", label=<\n", node,
               dot_ink(f->s, f->g->edges[e].from));
    buf_puts(out, "      <table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\">\n");
    uint32_t after = put_rows(f, e);
    buf_puts(out, "      </table>>];\n");
    buf_printf(out, "    %s -> %s;\n", node, state_node(f, after));
    if (after <= state) /* it leads back */
        dot_bottom(f->d, node);
}

static void put_choice(const struct flow *f, uint32_t state)
{
    const struct global_state *q = &f->g->states[state];
    uint32_t chooser = f->g->edges[q->first].from;
    const char *node = dot_node(f->d, "s", state);
    buf_printf(f->d->out, "    %s [shape=diamond, style=filled, fillcolor=\"%s\", color=\"%s\", label=<", node,
               dot_tint(f->s, chooser), dot_ink(f->s, chooser));
    buf_puts(f->d->out, "<b>");
    dot_html_role(f->d->out, f->s, chooser, f->s->roles[chooser].name);
    buf_puts(f->d->out, "</b><br/>chooses>];\n");
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        buf_printf(f->d->out, "    %s -> %s;\n", node, dot_node(f->d, "b", e));
}

static void put_end(const struct flow *f, uint32_t state)
{
    const char *node = dot_node(f->d, "s", state);
    buf_printf(f->d->out, "    %s [shape=doublecircle, width=0.28, fixedsize=true, label=\"\"];\n", node);
    dot_bottom(f->d, node);
}

void dot_global(struct drawing *d, const struct session_type *s)
{
    struct flow f = { .d = d, .s = s, .g = s->global };
    count_ways_in(&f);
    dot_open_cluster(d, s->name, "session");
    d->top = dot_node(d, "start", 0);
    buf_printf(d->out, "    %s [shape=circle, style=filled, fillcolor=\"#2b3138\", width=0.12, fixedsize=true, label=\"\"];\n",
               d->top);
    buf_printf(d->out, "    %s -> %s;\n", d->top, state_node(&f, 0));
    for (uint32_t q = 0; q < f.g->n_states; q++) {
        const struct global_state *state = &f.g->states[q];
        if (is_choice(state))
            put_choice(&f, q);
        else if (state->n == 0)
            put_end(&f, q);
        for (uint32_t e = state->first; e < state->first + state->n; e++)
            if (!runs_through(&f, q))
                put_block(&f, q, e);
    }
    dot_close_cluster(d);
}

/* ---- local automata ---- */

struct machine {
    struct drawing *d;
    const struct session_type *s;
    const struct automaton *m;
    uint32_t role;
};

static void put_state(const struct machine *k, uint32_t state)
{
    const struct state *q = &k->m->states[state];
    bool acts = q->n && k->m->edges[q->first].dir == DIR_SEND, choice = q->n > 1;
    const char *shape = q->final ? "doublecircle" : choice ? "diamond" : "circle";
    const char *node = dot_node(k->d, "s", state);
    buf_printf(k->d->out, "    %s [shape=%s, style=filled, fillcolor=\"%s\", color=\"%s\", width=%s, fixedsize=true, label=\"%u\"];\n",
               node, shape, acts ? dot_tint(k->s, k->role) : "#ffffff", dot_ink(k->s, k->role),
               choice && !q->final ? "0.48, height=0.42" : "0.32", state);
    bool forward = false;
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        forward |= k->m->edges[e].target > state;
    if (!forward)
        dot_bottom(k->d, node);
}

static bool drawn_as_one(const struct edge *a, const struct edge *b) { return a->dir == b->dir && a->target == b->target; }

static void put_action(const struct machine *k, const struct edge *e)
{
    const char *action = arena_printf(k->d->ir->a, "%s%c%s", k->s->roles[e->peer].name, e->dir == DIR_SEND ? '!' : '?',
                                      k->d->ir->messages[e->message].name);
    buf_puts(k->d->out, "&nbsp;");
    dot_html_role(k->d->out, k->s, e->peer, action);
    buf_puts(k->d->out, "&nbsp;");
}

/* Edge `first` of `state` and the later ones that share its arrow. The text is a node in the middle of the arrow: so it
 * stays inside the cluster and clear of other arrows, which Graphviz does not promise for labels of edges. */
static void put_arrow(const struct machine *k, uint32_t state, uint32_t first)
{
    const struct state *q = &k->m->states[state];
    const struct edge *e = &k->m->edges[first];
    struct buf *out = k->d->out;
    const char *text = dot_node(k->d, "e", first);
    bool one_peer = true;
    buf_printf(out, "    %s [shape=none, margin=\"0.02,0.03\", height=0.26, width=0.1, label=<", text);
    put_action(k, e);
    for (uint32_t i = first + 1; i < q->first + q->n; i++) {
        const struct edge *other = &k->m->edges[i];
        if (!drawn_as_one(e, other))
            continue;
        buf_puts(out, "<br/>");
        put_action(k, other);
        one_peer &= dot_role_base(k->s, e->peer) == dot_role_base(k->s, other->peer);
    }
    const char *style = e->dir == DIR_SEND ? "solid" : "dashed", *color = one_peer ? dot_ink(k->s, e->peer) : DOT_GREY;
    buf_puts(out, ">];\n");
    buf_printf(out, "    %s -> %s [dir=none, style=%s, color=\"%s\"];\n", dot_node(k->d, "s", state), text, style, color);
    buf_printf(out, "    %s -> %s [style=%s, color=\"%s\"];\n", text, dot_node(k->d, "s", e->target), style, color);
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
    buf_printf(d->out, "    %s [shape=circle, style=filled, fillcolor=\"#2b3138\", width=0.12, fixedsize=true, label=\"\"];\n",
               d->top);
    buf_printf(d->out, "    %s -> %s;\n", d->top, dot_node(d, "s", 0));
    for (uint32_t q = 0; q < k.m->n_states; q++)
        put_state(&k, q);
    for (uint32_t q = 0; q < k.m->n_states; q++) {
        const struct state *state = &k.m->states[q];
        for (uint32_t e = state->first; e < state->first + state->n; e++)
            if (!already_drawn(&k, state, e))
                put_arrow(&k, q, e);
    }
    dot_close_cluster(d);
}
