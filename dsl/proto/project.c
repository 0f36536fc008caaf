/* project.c -- projection by automata: erase what the role does not see, determinise, check.
 *
 * After Li, Stutz, Wies, Zufferey, "Complete Multiparty Session Type Projection with Automata" (CAV 2023). A state of
 * a role is the set of global states that it cannot tell apart. The role's automaton implements the global one, for
 * every role, if and only if
 *   send validity     a send that is possible in one of these global states is possible in all of them, without
 *                     another action of the role in between;
 *   no mixed choice   and no receive is possible in any of them;
 *   receive validity  of two receives from different senders, the message of the first cannot come to be received
 *                     after the second was chosen, while the role does nothing.
 * Both are checked on the sets themselves; minimisation comes after. Two interactions of different branches of a `par`
 * are no choice: a receive forbids a send only where the send has to wait for it, and nothing overtakes another
 * branch's message.
 * The sets are made in determinise.c. Events and interrupts do not count in the conditions, which hold of each set by
 * itself; where they lead is a set like any other.
 */
#include "projection.h"

enum { MAX_REPORTS = 8 }; /* a role */

/* ---- reporting ---- */

/* What the role has seen on the way to state s, since it last followed or caught an event: then the runs to explain
 * start in a handler, and an interrupt is the first that it sees of it. */
static struct view view_of(struct projection *p, uint32_t s)
{
    struct view v = {0};
    const struct draft_edge *e = NULL;
    uint32_t x = s;
    for (; p->parents.at[x] != IR_NONE; x = e->source) {
        e = &p->draft.edges.at[p->parents.at[x]];
        if (e->label.dir == DIR_EVENT) {
            v.caught = e;
            break;
        }
        v.n++;
        if (e->label.dir == DIR_RECEIVE && e->label.interrupt) {
            v.followed = true;
            break;
        }
    }
    v.labels = ARENA_ARRAY(p->a, struct label, v.n);
    x = s;
    for (uint32_t i = v.n; i-- > 0; x = e->source) {
        e = &p->draft.edges.at[p->parents.at[x]];
        v.labels[i] = e->label;
    }
    return v;
}

static bool failed_before(const struct projection *p, uint32_t s)
{
    return p->parents.at[s] != IR_NONE && p->failed.at[p->draft.edges.at[p->parents.at[s]].source];
}

/* ---- send validity ---- */

/* Marks what in the set can come to a send of `l` without another action of the role; returns how many. */
static uint32_t mark_origins(struct projection *p, const struct set *set, struct label l)
{
    const struct graph *gr = p->graph;
    u32_vec queue = {0};
    struct label m;
    p->stamp += 2; /* odd stamps: in the set; even ones: an origin */
    for (uint32_t i = 0; i < set->n; i++)
        p->mark[set->at[i]] = p->stamp - 1;
    for (uint32_t i = 0; i < set->n; i++) {
        const struct global_state *s = &gr->g->states[set->at[i]];
        for (uint32_t k = s->first; k < s->first + s->n; k++)
            if (projection_sees(p, &gr->g->edges[k], &m) && same_label(m, l)) {
                p->mark[set->at[i]] = p->stamp;
                vec_push(p->a, queue, set->at[i]);
                break;
            }
    }
    for (uint32_t h = 0; h < queue.n; h++) {
        uint32_t to = queue.at[h];
        for (uint32_t k = gr->rfirst[to]; k < gr->rfirst[to + 1]; k++) {
            uint32_t from = gr->source[gr->redge[k]];
            if (p->mark[from] != p->stamp - 1 || projection_sees(p, &gr->g->edges[gr->redge[k]], &m))
                continue;
            p->mark[from] = p->stamp;
            vec_push(p->a, queue, from);
        }
    }
    return queue.n;
}

static void report_send(struct projection *p, uint32_t s, struct label send, const u32_vec *bad)
{
    const struct set *set = &p->sets.all.at[s];
    if (failed_before(p, s) || p->reports >= MAX_REPORTS)
        return;
    struct view v = view_of(p, s);
    explain_send(p->explainer, p->role, &v, set->at, set->n, bad->at, bad->n, send);
    p->reports++;
}

/* Whether the role can come from a global state to a send while the receive `wait` there stays possible: others
 * only do what takes turns with it. */
static bool sends_beside(struct projection *p, uint32_t state, const struct global_edge *wait, struct label send)
{
    const struct global *g = p->graph->g;
    u32_vec queue = {0};
    struct label m;
    p->stamp += 2;
    p->mark[state] = p->stamp;
    vec_push(p->a, queue, state);
    for (uint32_t h = 0; h < queue.n; h++) {
        const struct global_state *s = &g->states[queue.at[h]];
        for (uint32_t k = s->first; k < s->first + s->n; k++) {
            const struct global_edge *e = &g->edges[k];
            if (!strands_concurrent(g->strands, e->strand, wait->strand))
                continue;
            bool mine = projection_sees(p, e, &m);
            if (mine && same_label(m, send))
                return true;
            if (mine || p->mark[e->target] == p->stamp)
                continue;
            p->mark[e->target] = p->stamp;
            vec_push(p->a, queue, e->target);
        }
    }
    return false;
}

/* The global states of the set with a receive that the send would overtake. */
static u32_vec mixed_with(struct projection *p, const struct set *set, struct label send)
{
    const struct global *g = p->graph->g;
    u32_vec bad = {0};
    struct label l;
    for (uint32_t i = 0; i < set->n; i++) {
        const struct global_state *s = &g->states[set->at[i]];
        for (uint32_t k = s->first; k < s->first + s->n; k++)
            if (projection_sees(p, &g->edges[k], &l) && l.dir == DIR_RECEIVE &&
                !(g->edges[k].strand && sends_beside(p, set->at[i], &g->edges[k], send))) {
                vec_push(p->a, bad, set->at[i]);
                break;
            }
    }
    return bad;
}

/* Sends come before receives among the edges of a state. */
static bool check_mixed(struct projection *p, uint32_t s)
{
    uint32_t first = p->first.at[s], end = p->normal_end.at[s];
    if (first == end || p->draft.edges.at[end - 1].label.dir == DIR_SEND)
        return true;
    struct set set = p->sets.all.at[s];
    for (uint32_t i = first; i < end && p->draft.edges.at[i].label.dir == DIR_SEND; i++) {
        struct label send = p->draft.edges.at[i].label;
        u32_vec bad = mixed_with(p, &set, send);
        if (!bad.n)
            continue;
        report_send(p, s, send, &bad);
        return false;
    }
    return true;
}

static bool check_sends(struct projection *p, uint32_t s)
{
    struct set set = p->sets.all.at[s];
    bool ok = true;
    for (uint32_t i = p->first.at[s]; i < p->normal_end.at[s]; i++) {
        struct label l = p->draft.edges.at[i].label;
        if (l.dir != DIR_SEND || set.n == 1 || mark_origins(p, &set, l) == set.n)
            continue;
        ok = false;
        u32_vec bad = {0};
        for (uint32_t k = 0; k < set.n; k++)
            if (p->mark[set.at[k]] != p->stamp)
                vec_push(p->a, bad, set.at[k]);
        report_send(p, s, l, &bad);
        break; /* the other sends of this state fail for the same reason */
    }
    return ok;
}

/* ---- receive validity ---- */

/* Where others may get while the role waits: a global state, and the roles that wait for it, directly or not. */
struct ahead {
    uint32_t state;
    uint64_t blocked[4]; /* bits of roles; SEMA_MAX_ROLES fit */
    uint32_t parent;     /* IR_NONE at the start */
    uint32_t edge;       /* by which it was reached */
    uint32_t same;       /* another one in the same state, + 1 */
    uint32_t strand;     /* of the receive that the role waits for */
};
typedef VEC(struct ahead) ahead_vec;

struct overtaking { /* a search for messages of `sender` that can overtake */
    struct projection *p;
    uint32_t sender;
    ahead_vec at;
    uint32_t *heads; /* [global states] last in the same state, + 1; valid where mark says so */
};

static bool is_blocked(const struct ahead *x, uint32_t role) { return x->blocked[role / 64] >> (role % 64) & 1; }

static bool includes(const uint64_t *big, const uint64_t *small)
{
    for (int i = 0; i < 4; i++)
        if (small[i] & ~big[i])
            return false;
    return true;
}

/* More blocked roles can do less, so what is reached again with a superset is old. */
static void visit(struct overtaking *o, struct ahead x)
{
    struct projection *p = o->p;
    uint32_t head = p->mark[x.state] == p->stamp ? o->heads[x.state] : 0;
    for (uint32_t k = head; k; k = o->at.at[k - 1].same)
        if (o->at.at[k - 1].strand == x.strand && includes(x.blocked, o->at.at[k - 1].blocked))
            return;
    x.same = head;
    vec_push(p->a, o->at, x);
    p->mark[x.state] = p->stamp;
    o->heads[x.state] = o->at.n;
}

static void start_ahead(struct overtaking *o, const struct set *set, struct label first)
{
    const struct global *g = o->p->graph->g;
    struct label m;
    o->p->stamp += 2;
    for (uint32_t i = 0; i < set->n; i++) {
        const struct global_state *s = &g->states[set->at[i]];
        for (uint32_t k = s->first; k < s->first + s->n; k++) {
            if (!projection_sees(o->p, &g->edges[k], &m) || !same_label(m, first))
                continue;
            struct ahead x = {.state = g->edges[k].target, .parent = IR_NONE, .edge = k, .strand = g->edges[k].strand};
            x.blocked[o->p->role / 64] |= UINT64_C(1) << (o->p->role % 64);
            visit(o, x);
        }
    }
}

/* The first step that ends in a send of one of `wanted` (edges of the role's state) by the sender, or IR_NONE: its
 * edge goes to *last, the wanted one to *which. A message of the sender to the role hides those behind it. */
static uint32_t search_ahead(struct overtaking *o, uint32_t lo, uint32_t hi, uint32_t *last, uint32_t *which)
{
    struct projection *p = o->p;
    const struct global *g = p->graph->g;
    for (uint32_t h = 0; h < o->at.n && h < IR_MAX_AVAILABLE; h++) {
        struct ahead x = o->at.at[h];
        const struct global_state *s = &g->states[x.state];
        for (uint32_t k = s->first; k < s->first + s->n; k++) {
            const struct global_edge *e = &g->edges[k];
            struct ahead y = x;
            y.state = e->target, y.parent = h, y.edge = k;
            if (is_blocked(&x, e->from)) {
                y.blocked[e->to / 64] |= UINT64_C(1) << (e->to % 64);
            } else if (e->from == o->sender && e->to == p->role) {
                bool beside = strands_concurrent(g->strands, x.strand, e->strand);
                for (uint32_t w = lo; w < hi && !beside; w++)
                    if (p->draft.edges.at[w].label.message == e->message) {
                        *last = k, *which = w;
                        return h;
                    }
                continue;
            }
            visit(o, y);
        }
    }
    return IR_NONE;
}

static void report_receive(struct projection *p, uint32_t s, const struct overtaking *o, uint32_t found, uint32_t last,
                           uint32_t which)
{
    u32_vec back = {0}, path = {0};
    vec_push(p->a, back, last);
    for (uint32_t x = found; x != IR_NONE; x = o->at.at[x].parent)
        vec_push(p->a, back, o->at.at[x].edge);
    for (uint32_t i = back.n; i-- > 0;)
        vec_push(p->a, path, back.at[i]);
    struct view v = view_of(p, s);
    const struct set *set = &p->sets.all.at[s];
    explain_receive(p->explainer, p->role, &v, set->at, set->n, p->draft.edges.at[which].label, path.at, path.n);
    p->reports++;
}

/* Both only ever happen in different branches of one `par`. */
static bool always_beside(const struct projection *p, const struct draft_edge *one, const struct draft_edge *two)
{
    if (!p->graph->confined)
        return false;
    struct strand_prefix a = p->graph->confined[one->global], b = p->graph->confined[two->global];
    const struct index_list *x = &p->graph->g->strands[a.strand], *y = &p->graph->g->strands[b.strand];
    for (uint32_t i = 0; i < a.n && i < b.n && x->at[i] == y->at[i]; i += 2)
        if (x->at[i + 1] != y->at[i + 1])
            return true;
    return false;
}

/* Receives lo .. hi - 1 of state s are all from one sender, and `other` is a receive from another. */
static bool check_pair(struct projection *p, uint32_t s, uint32_t lo, uint32_t hi, uint32_t other, uint32_t *heads)
{
    struct overtaking o = {.p = p, .sender = p->draft.edges.at[lo].label.peer, .heads = heads};
    struct set set = p->sets.all.at[s];
    uint32_t last = 0, which = 0, beside = lo;
    while (beside < hi && always_beside(p, &p->draft.edges.at[beside], &p->draft.edges.at[other]))
        beside++;
    if (beside == hi)
        return true;
    start_ahead(&o, &set, p->draft.edges.at[other].label);
    uint32_t found = search_ahead(&o, lo, hi, &last, &which);
    if (found == IR_NONE && o.at.n >= IR_MAX_AVAILABLE) {
        if (!ir__reported(p->b, E0309, p->draft.edges.at[other].at))
            diag_add(p->b->d, E0309, p->draft.edges.at[other].at,
                     "what may arrive at `%s` before this takes more than %d steps to find out",
                     p->t->roles[p->role].name, IR_MAX_AVAILABLE);
        return false;
    }
    if (found == IR_NONE)
        return true;
    if (!failed_before(p, s) && p->reports < MAX_REPORTS)
        report_receive(p, s, &o, found, last, which);
    return false;
}

static bool check_receives(struct projection *p, uint32_t s, uint32_t *heads)
{
    uint32_t first = p->first.at[s], end = p->normal_end.at[s];
    while (first < end && p->draft.edges.at[first].label.dir == DIR_SEND)
        first++;
    for (uint32_t lo = first, hi; lo < end; lo = hi) {
        for (hi = lo; hi < end && p->draft.edges.at[hi].label.peer == p->draft.edges.at[lo].label.peer; hi++)
            ;
        for (uint32_t other = first; other < end; other++)
            if ((other < lo || other >= hi) && !check_pair(p, s, lo, hi, other, heads))
                return false;
    }
    return true;
}

/* ---- one role, all roles ---- */

static void finish_role(struct projection *p, struct automaton *out)
{
    struct draft *d = &p->draft;
    struct span close = p->t->decl->as.session.body.at;
    close.lo = close.hi ? close.hi - 1 : 0;
    d->n_states = p->sets.all.n;
    d->final = ARENA_ARRAY(p->a, bool, d->n_states);
    d->end = ARENA_ARRAY(p->a, struct span, d->n_states);
    for (uint32_t s = 0; s < d->n_states; s++) {
        const struct set *set = &p->sets.all.at[s];
        d->end[s] = close;
        for (uint32_t i = 0; i < set->n && !d->final[s]; i++)
            d->final[s] = p->graph->g->states[set->at[i]].final;
    }
    automaton_finish(p->b->a, d, out);
}

static bool project_role(struct builder *b, struct explainer *e, struct session_type *t, const struct graph *graph,
                         uint32_t role, bool *caught)
{
    struct projection p = {.b = b, .explainer = e, .t = t, .graph = graph, .a = arena_new(0), .role = role,
                           .caught = caught, .ok = true};
    p.mark = ARENA_ARRAY(p.a, uint32_t, graph->g->n_states);
    if (projection_determinise(&p)) {
        uint32_t *heads = ARENA_ARRAY(p.a, uint32_t, graph->g->n_states);
        for (uint32_t s = 0; s < p.sets.all.n; s++) {
            bool ok = check_sends(&p, s) && check_mixed(&p, s) && check_receives(&p, s, heads);
            vec_push(p.a, p.failed, !ok || failed_before(&p, s));
            p.ok = p.ok && ok;
        }
        finish_role(&p, &t->locals[role]);
    } else {
        p.ok = false;
    }
    arena_free(p.a);
    return p.ok;
}

static void shorten(const struct global *g, struct strand_prefix *to, uint32_t strand)
{
    const struct index_list *x = &g->strands[to->strand], *y = &g->strands[strand];
    uint32_t n = 0;
    while (n < to->n && n < y->n && x->at[n] == y->at[n] && x->at[n + 1] == y->at[n + 1])
        n += 2;
    to->n = n;
}

/* See struct graph. Open addressing on (sender, receiver, message). */
static struct strand_prefix *confine(struct arena *a, const struct global *g)
{
    struct strand_prefix *out = ARENA_ARRAY(a, struct strand_prefix, g->n_edges);
    uint32_t cap = 64, *first = ARENA_ARRAY(a, uint32_t, g->n_edges);
    while (cap < 2 * g->n_edges)
        cap *= 2;
    uint32_t *slots = ARENA_ARRAY(a, uint32_t, cap); /* the first such edge, + 1 */
    for (uint32_t i = 0; i < g->n_edges; i++) {
        const struct global_edge *e = &g->edges[i], *o;
        uint64_t h = ((uint64_t)e->from << 32 | (uint64_t)e->to << 16 | e->message) * 0x9e3779b97f4a7c15u;
        uint32_t k = (uint32_t)(h >> 32) & (cap - 1);
        for (; slots[k]; k = (k + 1) & (cap - 1)) {
            o = &g->edges[slots[k] - 1];
            if (o->from == e->from && o->to == e->to && o->message == e->message)
                break;
        }
        if (!slots[k]) {
            slots[k] = i + 1;
            out[i] = (struct strand_prefix){e->strand, g->strands[e->strand].n};
        }
        first[i] = slots[k] - 1;
        shorten(g, &out[first[i]], e->strand);
    }
    for (uint32_t i = 0; i < g->n_edges; i++)
        out[i] = out[first[i]];
    return out;
}

static struct graph index_graph(struct arena *a, const struct global *g)
{
    struct graph gr = {g, ARENA_ARRAY(a, uint32_t, g->n_edges), ARENA_ARRAY(a, uint32_t, g->n_states + 1),
                       ARENA_ARRAY(a, uint32_t, g->n_edges), g->n_strands > 1 ? confine(a, g) : NULL};
    for (uint32_t s = 0; s < g->n_states; s++)
        for (uint32_t i = g->states[s].first; i < g->states[s].first + g->states[s].n; i++) {
            gr.source[i] = s;
            gr.rfirst[g->edges[i].target + 1]++;
        }
    uint32_t *fill = ARENA_ARRAY(a, uint32_t, g->n_states);
    for (uint32_t s = 0; s < g->n_states; s++) {
        gr.rfirst[s + 1] += gr.rfirst[s];
        fill[s] = gr.rfirst[s];
    }
    for (uint32_t i = 0; i < g->n_edges; i++)
        gr.redge[fill[g->edges[i].target]++] = i;
    return gr;
}

/* A catcher that has nothing to do in the body never stands there. */
static bool check_caught(struct builder *b, const struct session_type *t, const bool *caught)
{
    bool ok = true;
    for (uint32_t i = 0; i < t->global->n_tries; i++) {
        const struct try_region *r = &t->global->tries[i];
        bool somewhere = !r->n_handlers;
        for (uint32_t k = 0; k < t->global->n_tries; k++)
            somewhere = somewhere || (caught[k] && t->global->tries[k].stmt == r->stmt);
        if (somewhere)
            continue;
        ok = false;
        if (ir__reported(b, E0325, r->handlers[0].at))
            continue;
        name who = t->roles[r->catcher].name;
        struct diag *x = diag_add(b->d, E0325, r->handlers[0].at, "`%s` can never catch this", who);
        diag_label(b->d, x, r->stmt->blocks.at[0].at, "`%s` does nothing in this body", who);
        diag_help(b->d, x, "an event is caught by a role that has a part in the body");
    }
    return ok;
}

bool project_session(struct builder *b, struct session_type *t)
{
    struct graph graph = index_graph(b->scratch, t->global);
    struct explainer e = {.b = b, .t = t, .graph = &graph};
    bool ok = true, *caught = ARENA_ARRAY(b->scratch, bool, t->global->n_tries);
    t->locals = ARENA_ARRAY(b->a, struct automaton, t->n_roles);
    for (uint32_t r = 0; r < t->n_roles; r++)
        ok = project_role(b, &e, t, &graph, r, caught) && ok;
    explain_finish(&e);
    return check_caught(b, t, caught) && ok;
}
