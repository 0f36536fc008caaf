/* dot_global.c -- global types as flow charts.
 *
 * A block is a longest run of interactions without a choice, a join, a fork or an end inside, all of them in the bodies
 * of the same `try`s. It begins with an edge of a node that is the start, is a choice, or is reached in more than one
 * way. Rows that differ only in the index of one family, counting up, are drawn as one. A dotted arrow leaves the body
 * of a `try` by an event. */
#include "ast_print.h"
#include "dot_private.h"
#include "words.h"

struct chart {
    struct drawing *d;
    const struct session_type *s;
    const struct global *g;
    const struct dot_flow *flow;
};

static const struct dot_flow_node *at(const struct chart *c, uint32_t node) { return &c->flow->at[node]; }

static bool same_bodies(const struct global *g, uint32_t e, uint32_t f)
{
    const struct index_list *a = &g->regions[g->edges[e].regions], *b = &g->regions[g->edges[f].regions];
    bool same = a->n == b->n;
    for (uint32_t i = 0; same && i < a->n; i++)
        same = a->at[i] == b->at[i];
    return same;
}

/* Does a run of interactions go on through this node? */
static bool runs_through(const struct chart *c, uint32_t node)
{
    const struct dot_flow_node *x = at(c, node);
    return x->ways.n == 1 && !x->fork && x->ways_in == 1 && same_bodies(c->g, x->last, x->ways.at[0].edge);
}

static const char *own_node(const struct chart *c, uint32_t node)
{
    const struct dot_flow_node *x = at(c, node);
    const char *text = dot_node(c->d, x->fork ? "f" : "s", x->state);
    return x->context ? arena_printf(c->d->ir->a, "%s_%u", text, x->context) : text;
}

/* What is drawn for being at `node`. */
static const char *drawn_node(const struct chart *c, uint32_t node)
{
    const struct dot_flow_node *x = at(c, node);
    return x->ways.n == 1 && !x->fork && !x->final ? dot_node(c->d, "b", x->ways.at[0].edge) : own_node(c, node);
}

/* ---- blocks ---- */

struct row { /* interactions that are drawn as one */
    uint32_t from, from_last, to, to_last;
    uint32_t message;
    bool interrupt;
    const struct expr *where;
};

static bool next_in_family(const struct session_type *s, uint32_t last, uint32_t role)
{
    return role == last + 1 && s->roles[role].in_family && dot_role_base(s, role) == dot_role_base(s, last);
}

static bool extends(const struct session_type *s, struct row *r, const struct global_edge *e)
{
    bool one_from = r->from == r->from_last, one_to = r->to == r->to_last;
    if (e->message != r->message || r->where || e->where || r->interrupt != e->interrupt)
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

static struct row row_of(const struct global_edge *e)
{
    return (struct row){ e->from, e->from, e->to, e->to, e->message, e->interrupt, e->where };
}

static void put_row(const struct chart *c, const struct row *r)
{
    const struct ir *ir = c->d->ir;
    struct buf *out = c->d->out;
    buf_puts(out, "      <tr><td align=\"right\">");
    dot_html_role(out, c->s, r->from, dot_role_range(ir, c->s, r->from, r->from_last));
    buf_puts(out, "</td><td>&rarr;</td><td align=\"left\">");
    dot_html_role(out, c->s, r->to, dot_role_range(ir, c->s, r->to, r->to_last));
    buf_puts(out, "</td><td align=\"left\">");
    dot_html(out, ir->messages[r->message].name);
    if (r->interrupt)
        dot_small(out, " (interrupt)");
    if (r->where)
        dot_where(out, r->where, " ");
    buf_puts(out, "</td></tr>\n");
}

/* The rows of the block that begins with way `w`; returns the node after it, or IR_NONE. */
static uint32_t put_rows(const struct chart *c, struct dot_way w)
{
    struct row row = row_of(&c->g->edges[w.edge]);
    while (w.node != IR_NONE && runs_through(c, w.node) && !at(c, w.node)->final) {
        w = at(c, w.node)->ways.at[0];
        const struct global_edge *e = &c->g->edges[w.edge];
        if (!extends(c->s, &row, e)) {
            put_row(c, &row);
            row = row_of(e);
        }
    }
    put_row(c, &row);
    return w.node;
}

static void put_block(const struct chart *c, uint32_t from, struct dot_way w)
{
    struct buf *out = c->d->out;
    const char *node = dot_node(c->d, "b", w.edge);
    buf_printf(out, "    %s [shape=box, style=\"filled\", fillcolor=\"#ffffff\", color=\"%s\", label=<\n", node,
               dot_ink(c->s, c->g->edges[w.edge].from));
    buf_puts(out, "      <table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\">\n");
    uint32_t after = put_rows(c, w);
    buf_puts(out, "      </table>>];\n");
    if (after != IR_NONE)
        buf_printf(out, "    %s -> %s;\n", node, drawn_node(c, after));
    if (after == IR_NONE || at(c, after)->state <= at(c, from)->state) /* it ends, or leads back */
        dot_bottom(c->d, node);
}

/* ---- nodes of their own ---- */

static bool one_sender(const struct chart *c, const struct dot_flow_node *x)
{
    for (uint32_t i = 1; i < x->ways.n; i++)
        if (c->g->edges[x->ways.at[i].edge].from != c->g->edges[x->ways.at[0].edge].from)
            return false;
    return true;
}

static void put_choice(const struct chart *c, uint32_t node)
{
    const struct dot_flow_node *x = at(c, node);
    struct buf *out = c->d->out;
    uint32_t chooser = c->g->edges[x->ways.at[0].edge].from;
    const char *id = own_node(c, node);
    bool choice = one_sender(c, x);
    buf_printf(out, "    %s [shape=diamond, style=filled, fillcolor=\"%s\", color=\"%s\", label=<", id,
               choice ? dot_tint(c->s, chooser) : "#ffffff", choice ? dot_ink(c->s, chooser) : DOT_GREY);
    if (choice) {
        buf_puts(out, "<b>");
        dot_html_role(out, c->s, chooser, c->s->roles[chooser].name);
        buf_puts(out, "</b><br/>chooses>];\n");
    } else {
        buf_puts(out, "in any<br/>order>];\n");
    }
    for (uint32_t i = 0; i < x->ways.n; i++)
        buf_printf(out, "    %s -> %s;\n", id, dot_node(c->d, "b", x->ways.at[i].edge));
}

static void put_fork(const struct chart *c, uint32_t node)
{
    const struct dot_flow_node *x = at(c, node);
    const char *id = own_node(c, node);
    buf_printf(c->d->out, "    %s [shape=box, style=filled, fillcolor=\"#2b3138\", width=1.2, height=0.06, "
                          "fixedsize=true, label=\"\"];\n", id);
    for (uint32_t i = 0; i < x->ways.n; i++)
        buf_printf(c->d->out, "    %s -> %s;\n", id, drawn_node(c, x->ways.at[i].node));
}

static void put_end(const struct chart *c, uint32_t node)
{
    const char *id = own_node(c, node);
    buf_printf(c->d->out, "    %s [shape=doublecircle, width=0.28, fixedsize=true, label=\"\"];\n", id);
    dot_bottom(c->d, id);
}

static void put_node(const struct chart *c, uint32_t node)
{
    const struct dot_flow_node *x = at(c, node);
    if (x->fork) {
        put_fork(c, node);
        return;
    }
    if (x->ways.n > 1)
        put_choice(c, node);
    else if (x->ways.n == 0)
        put_end(c, node);
    for (uint32_t i = 0; i < x->ways.n; i++)
        if (!runs_through(c, node))
            put_block(c, node, x->ways.at[i]);
}

/* ---- try ... catch ---- */

static bool in_body(const struct chart *c, const struct dot_flow_node *x, uint32_t try)
{
    for (uint32_t i = 0; i < x->ways.n && !x->fork; i++) {
        const struct index_list *regions = &c->g->regions[c->g->edges[x->ways.at[i].edge].regions];
        for (uint32_t k = 0; k < regions->n; k++)
            if (regions->at[k] == try)
                return true;
    }
    return false;
}

/* What is drawn first of the body; IR_NONE where nothing is. A fork begins where its branches do. States are numbered
 * from the start on, and the handlers of what is within the body after it. */
static uint32_t body_node(const struct chart *c, uint32_t try)
{
    uint32_t first = IR_NONE;
    for (uint32_t n = 0; n < c->flow->n; n++) {
        const struct dot_flow_node *x = at(c, n);
        bool inside = in_body(c, x, try);
        for (uint32_t i = 0; i < x->ways.n && x->fork; i++)
            inside |= in_body(c, at(c, x->ways.at[i].node), try);
        if (inside && !runs_through(c, n) && (first == IR_NONE || x->state < at(c, first)->state))
            first = n;
    }
    return first;
}

/* Handlers that begin at the same place share an arrow. */
static void put_handlers(const struct chart *c, uint32_t try)
{
    const struct try_region *t = &c->g->tries[try];
    uint32_t body = body_node(c, try);
    struct buf *out = c->d->out;
    for (uint32_t h = 0; h < t->n_handlers; h++) {
        bool drawn = false;
        for (uint32_t i = 0; i < h; i++)
            drawn |= t->handlers[i].start == t->handlers[h].start;
        if (drawn || body == IR_NONE)
            continue;
        const char *node = dot_node(c->d, "h", t->handlers[h].start);
        buf_printf(out, "    %s [shape=note, color=\"%s\", label=<<b>", node, dot_ink(c->s, t->catcher));
        dot_html_role(out, c->s, t->catcher, c->s->roles[t->catcher].name);
        buf_puts(out, "</b> catches");
        for (uint32_t i = h; i < t->n_handlers; i++)
            if (t->handlers[i].start == t->handlers[h].start) {
                buf_puts(out, "<br/>");
                dot_event(c->d, c->s, t->handlers[i].event);
            }
        buf_puts(out, ">];\n");
        buf_printf(out, "    %s -> %s [style=dotted];\n", drawn_node(c, body), node);
        buf_printf(out, "    %s -> %s [style=dotted];\n", node,
                   drawn_node(c, dot_flow_node(c->flow, t->handlers[h].start)));
    }
}

void dot_global(struct drawing *d, const struct session_type *s)
{
    struct chart c = { .d = d, .s = s, .g = s->global, .flow = dot_flow(d->ir->a, s->global) };
    dot_open_cluster(d, s->name, "session");
    d->top = dot_node(d, "start", 0);
    dot_start(d);
    buf_printf(d->out, "    %s -> %s;\n", d->top, drawn_node(&c, 0));
    for (uint32_t n = 0; n < c.flow->n; n++)
        put_node(&c, n);
    for (uint32_t t = 0; t < c.g->n_tries; t++)
        put_handlers(&c, t);
    dot_close_cluster(d);
}
