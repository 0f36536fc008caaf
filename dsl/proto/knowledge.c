/* knowledge.c -- a refinement speaks only of values that both of its roles know.
 *
 * `N.f` is the field of the last N of the session. A role knows it if and only if it took part in that exchange, on
 * every run. So for a message N and a role R the graph of pairs (global state, stale) is searched, where stale says
 * that R did not take part in the last N, or that there was none: a refinement is refused when its state can be reached
 * stale, and the search gives the run. Besides, nobody can rely on the last N
 *   - after an event, where N is exchanged within the body that the event ends: it may never have arrived;
 *   - in a branch of `par` while another branch may exchange N: the two ends may see different ones.
 */
#include "expr.h"
#include "proto.h"

enum { SHOWN = 6 };

struct node { /* how (state, stale) was reached */
    uint32_t from; /* node + 1; 0: not reached. The start points to itself */
    uint32_t edge; /* global edge, or IR_NONE: an event */
    bool lost;     /* an event of a body that exchanges N */
};

struct site { /* where a message is exchanged: one interaction for each strand */
    uint32_t strand, edge;
};

struct sites {
    uint32_t message;
    VEC(struct site) at;
};

struct memory { /* of role `role` for message `message` */
    uint32_t message, role;
    bool *lost; /* [tries]: their bodies exchange the message */
    struct node *nodes; /* [2 * states]: 2 * state + stale */
};

struct knowing {
    struct builder *b;
    const struct session_type *t;
    const struct global *g;
    uint32_t *source; /* [edges] */
    VEC(struct memory) memories;
    VEC(struct sites) sites;
    u32_vec queue;
    bool ok;
};

/* ---- the search ---- */

/* The bodies of `try` that exchange the message. */
static bool *bodies_with(const struct knowing *k, uint32_t message)
{
    const struct global *g = k->g;
    bool *out = ARENA_ARRAY(k->b->scratch, bool, g->n_tries);
    for (uint32_t e = 0; g->n_tries && e < g->n_edges; e++) {
        const struct index_list *l = &g->regions[g->edges[e].regions];
        for (uint32_t i = 0; g->edges[e].message == message && i < l->n; i++)
            out[l->at[i]] = true;
    }
    return out;
}

static void reach(struct knowing *k, struct memory *m, uint32_t from, uint32_t to, uint32_t edge, bool lost)
{
    if (m->nodes[to].from)
        return;
    m->nodes[to] = (struct node){from + 1, edge, lost};
    vec_push(k->b->scratch, k->queue, to);
}

static void follow_events(struct knowing *k, struct memory *m, uint32_t node)
{
    const struct global *g = k->g;
    const struct index_list *regions = g->n_regions ? &g->regions[g->states[node / 2].regions] : NULL;
    for (uint32_t i = 0; regions && i < regions->n; i++) {
        const struct try_region *t = &g->tries[regions->at[i]];
        bool lost = m->lost[regions->at[i]];
        for (uint32_t h = 0; h < t->n_handlers; h++)
            reach(k, m, node, 2 * t->handlers[h].start + (lost || node % 2), IR_NONE, lost);
    }
}

static void search(struct knowing *k, struct memory *m)
{
    const struct global *g = k->g;
    m->lost = bodies_with(k, m->message);
    m->nodes = ARENA_ARRAY(k->b->scratch, struct node, 2 * (size_t)g->n_states);
    k->queue.n = 0;
    reach(k, m, 1, 1, IR_NONE, false);
    for (uint32_t h = 0; h < k->queue.n; h++) {
        uint32_t node = k->queue.at[h];
        const struct global_state *s = &g->states[node / 2];
        for (uint32_t i = s->first; i < s->first + s->n; i++) {
            const struct global_edge *e = &g->edges[i];
            bool stale = e->message == m->message ? e->from != m->role && e->to != m->role : node % 2;
            reach(k, m, node, 2 * e->target + stale, i, false);
        }
        follow_events(k, m, node);
    }
}

static const struct memory *memory_of(struct knowing *k, uint32_t message, uint32_t role)
{
    for (uint32_t i = 0; i < k->memories.n; i++)
        if (k->memories.at[i].message == message && k->memories.at[i].role == role)
            return &k->memories.at[i];
    struct memory m = {.message = message, .role = role};
    search(k, &m);
    vec_push(k->b->scratch, k->memories, m);
    return &vec_last(k->memories);
}

/* ---- reports ---- */

/* What happened to the last N before `node`, on the run found. */
struct fate {
    const struct global_edge *last; /* the last exchange of N, or NULL */
    bool lost;                      /* an event may have ended it */
    const char *run;                /* the exchanges so far, the last SHOWN of them */
};

static struct fate fate_of(const struct knowing *k, const struct memory *m, uint32_t node)
{
    struct fate f = {0};
    uint32_t shown = 0;
    for (uint32_t x = node; m->nodes[x].from != x + 1; x = m->nodes[x].from - 1) {
        const struct node *n = &m->nodes[x];
        f.lost = f.lost || (n->lost && !f.last);
        if (n->edge == IR_NONE)
            continue;
        const struct global_edge *e = &k->g->edges[n->edge];
        if (e->message == m->message && !f.last)
            f.last = e;
        if (shown++ >= SHOWN)
            continue;
        const char *one = arena_printf(k->b->a, "`%s -> %s: %s`", k->t->roles[e->from].name, k->t->roles[e->to].name,
                                       k->b->ir->messages[e->message].name);
        f.run = f.run ? arena_printf(k->b->a, "%s, %s", one, f.run) : one;
    }
    if (shown > SHOWN)
        f.run = arena_printf(k->b->a, "..., %s", f.run);
    return f;
}

static const char *value_text(const struct knowing *k, const struct expr *v)
{
    const char *field = vec_last(v->path).name;
    return arena_printf(k->b->a, "%s.%s", v->message->name.name, field);
}

static void report_unknown(struct knowing *k, const struct global_edge *e, const struct expr *v,
                           const struct memory *m, uint32_t node)
{
    struct diags *d = k->b->d;
    name role = k->t->roles[m->role].name, message = k->b->ir->messages[m->message].name;
    struct fate f = fate_of(k, m, node);
    struct diag *x = diag_add(d, E0340, v->at, "`%s` cannot know `%s` here", role, value_text(k, v));
    diag_caret(d, x, "both `%s` and `%s` check this", k->t->roles[e->from].name, k->t->roles[e->to].name);
    if (f.lost)
        diag_note(d, x, "an event may have ended the body of the `try` before that `%s` arrived", message);
    else if (f.last)
        diag_label(d, x, f.last->at, "the last `%s` may be this one, between `%s` and `%s`", message,
                   k->t->roles[f.last->from].name, k->t->roles[f.last->to].name);
    else
        diag_note(d, x, "there may have been no `%s` yet", message);
    if (f.run)
        diag_note(d, x, "for instance after %s", f.run);
    if (f.last && !f.lost)
        diag_help(d, x, "send the value along: give a message that `%s` gets before this a field for it", role);
    else
        diag_help(d, x, "exchange `%s` between `%s` and `%s` on every way to this", message,
                  k->t->roles[e->from].name, k->t->roles[e->to].name);
}

/* ---- par ---- */

static bool concurrent(const struct global *g, uint32_t strand, uint32_t other)
{
    const struct index_list *a = &g->strands[strand], *b = &g->strands[other];
    for (uint32_t i = 0; i + 1 < a->n; i += 2)
        for (uint32_t j = 0; j + 1 < b->n; j += 2)
            if (a->at[i] == b->at[j] && a->at[i + 1] != b->at[j + 1])
                return true;
    return false;
}

static const struct sites *sites_of(struct knowing *k, uint32_t message)
{
    for (uint32_t i = 0; i < k->sites.n; i++)
        if (k->sites.at[i].message == message)
            return &k->sites.at[i];
    struct sites x = {.message = message};
    bool *seen = ARENA_ARRAY(k->b->scratch, bool, k->g->n_strands);
    for (uint32_t e = 0; k->g->n_strands && e < k->g->n_edges; e++) {
        uint32_t strand = k->g->edges[e].strand;
        if (k->g->edges[e].message != message || seen[strand])
            continue;
        seen[strand] = true;
        vec_push(k->b->scratch, x.at, (struct site){strand, e});
    }
    vec_push(k->b->scratch, k->sites, x);
    return &vec_last(k->sites);
}

/* An exchange of the message that may take place at the same time, or NULL. */
static const struct global_edge *meanwhile(struct knowing *k, const struct global_edge *e, uint32_t message)
{
    const struct sites *x = sites_of(k, message);
    for (uint32_t i = 0; i < x->at.n; i++)
        if (concurrent(k->g, e->strand, x->at.at[i].strand))
            return &k->g->edges[x->at.at[i].edge];
    return NULL;
}

static void report_meanwhile(struct knowing *k, const struct expr *v, const struct global_edge *other)
{
    struct diag *x = diag_add(k->b->d, E0340, v->at, "which `%s` is the last may differ between the roles here",
                              v->message->name.name);
    diag_label(k->b->d, x, other->at, "another branch of `par` may exchange one at the same time");
    diag_help(k->b->d, x, "refer to a message from before the `par`, or send the value along in this branch");
}

/* ---- uses ---- */

struct use {
    struct knowing *k;
    uint32_t edge;
};

static bool check_value(void *ctx, const struct expr *v)
{
    struct use *u = ctx;
    struct knowing *k = u->k;
    const struct global_edge *e = &k->g->edges[u->edge];
    if (v->ref != REF_SESSION || ir__reported(k->b, E0340, v->at))
        return true;
    uint32_t message = v->message->nth, node = 2 * k->source[u->edge] + 1;
    const struct global_edge *other = meanwhile(k, e, message);
    if (other) {
        report_meanwhile(k, v, other);
        k->ok = false;
        return true;
    }
    for (int side = 0; side < 2; side++) {
        const struct memory *m = memory_of(k, message, side ? e->to : e->from);
        if (!m->nodes[node].from)
            continue;
        report_unknown(k, e, v, m, node);
        k->ok = false;
        break;
    }
    return true;
}

bool knowledge_check(struct builder *b, const struct session_type *t)
{
    const struct global *g = t->global;
    struct knowing k = {.b = b, .t = t, .g = g, .ok = true};
    k.source = ARENA_ARRAY(b->scratch, uint32_t, g->n_edges);
    for (uint32_t s = 0; s < g->n_states; s++)
        for (uint32_t e = g->states[s].first; e < g->states[s].first + g->states[s].n; e++)
            k.source[e] = s;
    for (uint32_t e = 0; e < g->n_edges; e++) {
        struct use u = {&k, e};
        if (g->edges[e].where)
            expr_each_value(g->edges[e].where, check_value, &u);
    }
    return k.ok;
}
