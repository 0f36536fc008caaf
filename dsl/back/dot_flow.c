/* dot_flow.c -- the global type as it is drawn: not each interleaving of a `par`, but its branches side by side.
 *
 * A node is a state of the global automaton, seen from within some branches of `par`. There, only what these branches
 * do counts: the others stand at their start. Where a branch is done its way goes on where all branches are. The way
 * leads to a fork where branches begin. */
#include "dot_private.h"

struct context { /* within branch `branch` of `par`, within `outer` */
    uint32_t outer, par, branch, depth;
};

struct flowing {
    struct arena *a;
    const struct global *g;
    VEC(struct context) contexts; /* 0: none */
    uint32_t *first_node, *next_node; /* of a state; next_node by node; node + 1 */
    uint32_t next_cap;
    uint32_t *mark, stamp; /* [states] */
    struct dot_flow *out;
};

static const struct index_list *strand(const struct flowing *f, uint32_t edge)
{
    return &f->g->strands[f->g->edges[edge].strand];
}

/* The edge lies within the context. */
static bool within(const struct flowing *f, uint32_t edge, uint32_t context)
{
    const struct index_list *s = strand(f, edge);
    for (uint32_t c = context; c; c = f->contexts.at[c].outer) {
        const struct context *x = &f->contexts.at[c];
        uint32_t i = 2 * (x->depth - 1);
        if (i + 1 >= s->n || s->at[i] != x->par || s->at[i + 1] != x->branch)
            return false;
    }
    return true;
}

static bool acts(const struct flowing *f, uint32_t state, uint32_t context)
{
    const struct global_state *q = &f->g->states[state];
    for (uint32_t e = q->first; e < q->first + q->n; e++)
        if (within(f, e, context))
            return true;
    return false;
}

static uint32_t context_of(struct flowing *f, uint32_t outer, uint32_t par, uint32_t branch)
{
    for (uint32_t i = 1; i < f->contexts.n; i++)
        if (f->contexts.at[i].outer == outer && f->contexts.at[i].par == par && f->contexts.at[i].branch == branch)
            return i;
    vec_push(f->a, f->contexts, (struct context){outer, par, branch, f->contexts.at[outer].depth + 1});
    return f->contexts.n - 1;
}

static uint32_t node_of(struct flowing *f, uint32_t state, uint32_t context)
{
    for (uint32_t n = f->first_node[state]; n; n = f->next_node[n - 1])
        if (f->out->at[n - 1].context == context)
            return n - 1;
    if (f->out->n == f->next_cap)
        f->next_node = arena_vec_grow(f->a, f->next_node, &f->next_cap, sizeof *f->next_node);
    f->next_node[f->out->n] = f->first_node[state];
    vec_push(f->a, *f->out, (struct dot_flow_node){.state = state, .context = context});
    f->first_node[state] = f->out->n;
    return f->out->n - 1;
}

/* From `state` on, where no branch of the context's `par` has anything left to do; IR_NONE where that is never. */
static uint32_t all_done(struct flowing *f, uint32_t state, uint32_t context)
{
    const struct context *x = &f->contexts.at[context];
    VEC(uint32_t) queue = {0};
    f->stamp++;
    vec_push(f->a, queue, state);
    for (uint32_t at = 0; at < queue.n; at++) {
        const struct global_state *q = &f->g->states[queue.at[at]];
        bool done = true;
        for (uint32_t e = q->first; e < q->first + q->n; e++) {
            const struct index_list *s = strand(f, e);
            if (!within(f, e, x->outer) || s->n < 2 * x->depth || s->at[2 * (x->depth - 1)] != x->par)
                continue;
            done = false;
            if (f->mark[f->g->edges[e].target] != f->stamp)
                vec_push(f->a, queue, f->g->edges[e].target);
            f->mark[f->g->edges[e].target] = f->stamp;
        }
        if (done)
            return queue.at[at];
    }
    return IR_NONE;
}

/* Where the way goes on; IR_NONE where it does not, as another branch never ends. */
static uint32_t resolve(struct flowing *f, uint32_t state, uint32_t context)
{
    while (context && !acts(f, state, context)) {
        state = all_done(f, state, context);
        if (state == IR_NONE)
            return IR_NONE;
        context = f->contexts.at[context].outer;
    }
    return node_of(f, state, context);
}

/* The branches that begin here; none where it is no fork. */
static void find_branches(struct flowing *f, uint32_t node, struct dot_ways *out)
{
    struct dot_flow_node x = f->out->at[node];
    const struct global_state *q = &f->g->states[x.state];
    uint32_t depth = f->contexts.at[x.context].depth, par = IR_NONE;
    for (uint32_t e = q->first; e < q->first + q->n; e++) {
        const struct index_list *s = strand(f, e);
        if (!within(f, e, x.context))
            continue;
        if (s->n < 2 * (depth + 1)) { /* no branch begins with it: all edges are drawn as they are */
            out->n = 0;
            return;
        }
        if (par == IR_NONE)
            par = s->at[2 * depth];
        if (s->at[2 * depth] != par)
            continue;
        uint32_t branch = node_of(f, x.state, context_of(f, x.context, par, s->at[2 * depth + 1]));
        bool known = false;
        for (uint32_t i = 0; i < out->n; i++)
            known |= out->at[i].node == branch;
        if (!known)
            vec_push(f->a, *out, (struct dot_way){IR_NONE, branch});
    }
}

static void fill(struct flowing *f, uint32_t node)
{
    struct dot_ways ways = {0};
    struct dot_flow_node x = f->out->at[node];
    const struct global_state *q = &f->g->states[x.state];
    find_branches(f, node, &ways);
    bool fork = ways.n > 0;
    for (uint32_t e = q->first; e < q->first + q->n && !fork; e++)
        if (within(f, e, x.context))
            vec_push(f->a, ways, (struct dot_way){e, resolve(f, f->g->edges[e].target, x.context)});
    f->out->at[node].ways = ways;
    f->out->at[node].fork = fork;
    f->out->at[node].final = q->final && x.context == 0;
}

static void lead_in(struct dot_flow *flow, struct dot_way w, bool from_fork)
{
    if (w.node == IR_NONE)
        return;
    flow->at[w.node].ways_in += from_fork ? 2 : 1;
    flow->at[w.node].last = w.edge;
}

struct dot_flow *dot_flow(struct arena *a, const struct global *g)
{
    struct flowing f = {.a = a, .g = g, .out = ARENA_NEW(a, struct dot_flow)};
    f.first_node = ARENA_ARRAY(a, uint32_t, g->n_states);
    f.mark = ARENA_ARRAY(a, uint32_t, g->n_states);
    vec_push(a, f.contexts, (struct context){0, IR_NONE, IR_NONE, 0});
    node_of(&f, 0, 0);
    for (uint32_t t = 0; t < g->n_tries; t++)
        for (uint32_t h = 0; h < g->tries[t].n_handlers; h++)
            node_of(&f, g->tries[t].handlers[h].start, 0);
    uint32_t roots = f.out->n;
    for (uint32_t n = 0; n < f.out->n; n++)
        fill(&f, n);
    for (uint32_t n = 0; n < roots; n++) /* blocks begin at roots and behind forks */
        f.out->at[n].ways_in += 2;
    for (uint32_t n = 0; n < f.out->n; n++)
        for (uint32_t i = 0; i < f.out->at[n].ways.n; i++)
            lead_in(f.out, f.out->at[n].ways.at[i], f.out->at[n].fork);
    return f.out;
}

uint32_t dot_flow_node(const struct dot_flow *f, uint32_t state)
{
    uint32_t n = 0;
    while (n < f->n && !(f->at[n].state == state && f->at[n].context == 0))
        n++;
    return n;
}
