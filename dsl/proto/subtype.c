/* subtype.c -- see subtype.h. A simulation of the subtype, step by step, by what is left of the supertype.
 *
 * What is left is a tree. A closed node is a state of the supertype, with all that follows. An open node is a state
 * that the subtype has passed over: its ways are the supertype's edges that are still possible, each with what is left
 * behind it. Trees are shared: equal ones are one. A pair (state of the subtype, tree) has to allow each action of the
 * subtype, and leads to the pairs behind them.
 *
 * Which actions may be taken out from under others: a send to p from under receives and sends to other peers, a
 * receive from p from under receives from other peers. Under a receive, the context decides the way, and a send must
 * be there on all ways; a receive that is missing on some way rules that way out. Under a send the subtype decides,
 * later, and ways without the action are ruled out.
 *
 * When finitely many pairs are found and all are fine, one question is left: is each action that was passed over made
 * up for? The root of a tree is the oldest of them; it is put off for ever exactly when there is a cycle of pairs
 * with an open root on which no action takes the root away.
 */
#include "subtype.h"

struct tree;

struct way {
    const struct edge *edge; /* of the supertype */
    const struct tree *next;
};

struct tree {
    uint32_t state;
    bool open;
    uint32_t n; /* open: at least one */
    struct way *ways;
    uint32_t ahead; /* the most open nodes on a way down */
    uint32_t id;
};

struct nature { /* of a state, at a glance */
    bool sends, receives;
    bool odd;      /* it both sends and receives, or may rest and go on, or has events or interrupts */
    bool one_peer; /* all its edges are with `peer` */
    uint16_t peer;
};

struct pair {
    uint32_t state;
    const struct tree *rest;
    uint32_t from;           /* the pair before; IR_NONE for the first */
    const struct edge *edge; /* the action between them */
};

struct pair_step {
    uint32_t from, to;
    const struct edge *edge;
};

/* How looking for an action in a tree ends. */
enum found {
    FOUND,
    ELSEWISE,   /* a receive: there is one from that peer, of other messages */
    IMPOSSIBLE, /* on some way it does not come, or something else must come first */
    TOO_FAR,
    BEYOND
};

struct search {
    struct arena *a; /* scratch */
    const struct automaton *sub, *super;
    struct nature *of_sub, *of_super;
    uint32_t limit; /* open nodes on a way */
    VEC(const struct tree *) trees;
    uint32_t *tree_slots, n_tree_slots;
    VEC(struct pair) pairs;
    uint32_t *pair_slots, n_pair_slots;
    VEC(struct pair_step) steps;
    bool *sent_to;   /* [peers]: by the subtype, in some state */
    bool *entered;   /* [states of super]: closed nodes on the way that is being looked at */
    uint32_t work;   /* ways of nodes looked at */
    bool lossy;      /* one of several ways was given up: a no means nothing any more */
    struct finding {
        enum subtype_reason reason;
        uint32_t pair;
        const struct edge *sub, *super;
    } no, unknown;
};

static const struct edge *edges_of(const struct automaton *m, uint32_t state)
{
    return &m->edges[m->states[state].first];
}

static bool same_action(const struct edge *x, const struct edge *y)
{
    return x->dir == y->dir && x->interrupt == y->interrupt && x->peer == y->peer && x->message == y->message;
}

static struct nature *natures(struct arena *a, const struct automaton *m)
{
    struct nature *all = ARENA_ARRAY(a, struct nature, m->n_states);
    for (uint32_t s = 0; s < m->n_states; s++) {
        const struct edge *e = edges_of(m, s);
        struct nature *k = &all[s];
        k->one_peer = true;
        for (uint32_t i = 0; i < m->states[s].n; i++) {
            k->sends |= e[i].dir == DIR_SEND;
            k->receives |= e[i].dir == DIR_RECEIVE;
            k->odd |= e[i].dir == DIR_EVENT || e[i].interrupt;
            k->one_peer &= e[i].peer == e[0].peer;
            k->peer = e[0].peer;
        }
        k->odd |= (k->sends && k->receives) || (m->states[s].final && m->states[s].n);
    }
    return all;
}

/* ---- trees ---- */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

static uint64_t tree_hash(const struct tree *t)
{
    uint64_t h = mix(t->open, t->state);
    for (uint32_t i = 0; i < t->n; i++)
        h = mix(mix(h, (uint64_t)(uintptr_t)t->ways[i].edge), t->ways[i].next->id);
    return h;
}

static bool same_tree(const struct tree *x, const struct tree *y)
{
    if (x->state != y->state || x->open != y->open || x->n != y->n)
        return false;
    for (uint32_t i = 0; i < x->n; i++)
        if (x->ways[i].edge != y->ways[i].edge || x->ways[i].next != y->ways[i].next)
            return false;
    return true;
}

static void grow_tree_slots(struct search *s)
{
    s->n_tree_slots = s->n_tree_slots ? s->n_tree_slots * 2 : 256;
    s->tree_slots = ARENA_ARRAY(s->a, uint32_t, s->n_tree_slots);
    for (uint32_t i = 0; i < s->trees.n; i++) {
        uint32_t k = (uint32_t)tree_hash(s->trees.at[i]) & (s->n_tree_slots - 1);
        while (s->tree_slots[k])
            k = (k + 1) & (s->n_tree_slots - 1);
        s->tree_slots[k] = i + 1;
    }
}

/* The one tree that equals `t`, whose ways are kept when it is new. */
static const struct tree *share(struct search *s, const struct tree *t)
{
    if (s->trees.n * 2 >= s->n_tree_slots)
        grow_tree_slots(s);
    uint32_t k = (uint32_t)tree_hash(t) & (s->n_tree_slots - 1);
    for (; s->tree_slots[k]; k = (k + 1) & (s->n_tree_slots - 1))
        if (same_tree(s->trees.at[s->tree_slots[k] - 1], t))
            return s->trees.at[s->tree_slots[k] - 1];
    struct tree *fresh = ARENA_NEW(s->a, struct tree);
    *fresh = *t;
    fresh->id = s->trees.n;
    vec_push(s->a, s->trees, fresh);
    s->tree_slots[k] = s->trees.n;
    return fresh;
}

static const struct tree *closed(struct search *s, uint32_t state)
{
    return share(s, &(struct tree){.state = state});
}

static const struct tree *opened(struct search *s, uint32_t state, struct way *ways, uint32_t n)
{
    struct tree t = {.state = state, .open = true, .n = n, .ways = ways};
    for (uint32_t i = 0; i < n; i++)
        t.ahead = ways[i].next->ahead + 1 > t.ahead ? ways[i].next->ahead + 1 : t.ahead;
    return share(s, &t);
}

static uint32_t n_ways(const struct search *s, const struct tree *t)
{
    return t->open ? t->n : s->super->states[t->state].n;
}

static struct way way(struct search *s, const struct tree *t, uint32_t i)
{
    if (t->open)
        return t->ways[i];
    const struct edge *e = &edges_of(s->super, t->state)[i];
    return (struct way){e, closed(s, e->target)};
}

/* ---- taking an action out of a tree ---- */

static enum found take(struct search *s, const struct tree *t, const struct edge *e, uint32_t depth,
                       const struct tree **out);

/* What stands at the root: does it keep the action from being taken from under it? FOUND: it does not. */
static enum found may_pass(struct search *s, const struct tree *t, const struct edge *e)
{
    const struct nature *k = &s->of_super[t->state];
    bool peer_acts = false;
    uint32_t n = n_ways(s, t);
    if (k->odd)
        return BEYOND;
    if (n == 0)
        return IMPOSSIBLE;
    for (uint32_t i = 0; i < n; i++)
        peer_acts |= (t->open ? t->ways[i].edge : &edges_of(s->super, t->state)[i])->peer == e->peer;
    if (e->dir == DIR_SEND) {
        s->lossy |= s->limit && k->sends && peer_acts && !k->one_peer; /* it may come behind a send to another peer */
        return k->sends && peer_acts ? IMPOSSIBLE : FOUND;
    }
    if (k->sends)
        return IMPOSSIBLE;
    return !k->one_peer ? BEYOND : peer_acts ? ELSEWISE : FOUND;
}

static enum found worse(enum found x, enum found y) { return x == IMPOSSIBLE || y == FOUND ? x : y; }

static bool too_much_work(struct search *s, uint32_t ways)
{
    s->work += s->work > SUBTYPE_MAX_WORK ? 0 : ways;
    return s->work > SUBTYPE_MAX_WORK;
}

/* Takes it out of each way below, all of which, or at least one, must allow it. */
static enum found take_below(struct search *s, const struct tree *t, const struct edge *e, uint32_t depth,
                             const struct tree **out)
{
    uint32_t n = n_ways(s, t), kept = 0;
    bool subtype_decides = s->of_super[t->state].sends;
    struct way *ways = ARENA_ARRAY(s->a, struct way, n);
    enum found bad = FOUND, last = IMPOSSIBLE;
    for (uint32_t i = 0; i < n && bad != IMPOSSIBLE; i++) {
        struct way w = way(s, t, i);
        last = take(s, w.next, e, depth + 1, &w.next);
        if (last == FOUND)
            ways[kept++] = w;
        else if (last != ELSEWISE && !subtype_decides)
            bad = worse(last, bad);
        else
            s->lossy |= last == TOO_FAR || last == BEYOND;
    }
    if (bad != FOUND)
        return bad;
    if (!kept)
        return last;
    *out = opened(s, t->state, ways, kept);
    return FOUND;
}

/* `out` may be where `t` came from. */
static enum found take(struct search *s, const struct tree *t, const struct edge *e, uint32_t depth,
                       const struct tree **out)
{
    for (uint32_t i = 0; i < n_ways(s, t); i++) {
        struct way w = way(s, t, i);
        if (!same_action(w.edge, e))
            continue;
        if (depth && s->of_super[t->state].odd)
            return BEYOND;
        s->lossy |= s->limit && e->dir == DIR_SEND && !s->of_super[t->state].one_peer; /* see may_pass */
        *out = w.next;
        return FOUND;
    }
    enum found f = may_pass(s, t, e);
    if (f != FOUND)
        return f;
    if (!t->open && s->entered[t->state])
        return IMPOSSIBLE; /* round and round without it */
    if (depth >= s->limit || too_much_work(s, n_ways(s, t)))
        return TOO_FAR;
    bool entered = s->entered[t->state];
    s->entered[t->state] |= !t->open;
    f = take_below(s, t, e, depth, out);
    s->entered[t->state] = entered;
    return f;
}

/* ---- the first receives from a peer ---- */

typedef VEC(const struct edge *) edge_vec;

static void put_edge(struct search *s, edge_vec *set, const struct edge *e)
{
    for (uint32_t i = 0; i < set->n; i++)
        if (set->at[i]->message == e->message)
            return;
    vec_push(s->a, *set, e);
}

/* The messages that may be the first from `peer`, where only receives come before them; *first gets an action that
 * keeps them from coming. */
static enum found first_receives(struct search *s, const struct tree *t, uint16_t peer, uint32_t depth, edge_vec *set,
                                 const struct edge **first)
{
    const struct nature *k = &s->of_super[t->state];
    uint32_t n = n_ways(s, t);
    enum found bad = FOUND;
    if (n && (k->odd || (k->receives && !k->one_peer)))
        return BEYOND;
    if (n)
        *first = way(s, t, 0).edge;
    if (n == 0 || k->sends || (!t->open && s->entered[t->state]))
        return IMPOSSIBLE;
    if (k->peer != peer && (depth >= s->limit || too_much_work(s, n)))
        return TOO_FAR;
    bool entered = s->entered[t->state];
    s->entered[t->state] |= !t->open;
    for (uint32_t i = 0; i < n && bad != IMPOSSIBLE; i++) {
        struct way w = way(s, t, i);
        if (k->peer == peer)
            put_edge(s, set, w.edge);
        else
            bad = worse(first_receives(s, w.next, peer, depth + 1, set, first), bad);
    }
    s->entered[t->state] = entered;
    return bad;
}

/* ---- pairs ---- */

static void grow_pair_slots(struct search *s)
{
    s->n_pair_slots = s->n_pair_slots ? s->n_pair_slots * 2 : 256;
    s->pair_slots = ARENA_ARRAY(s->a, uint32_t, s->n_pair_slots);
    for (uint32_t i = 0; i < s->pairs.n; i++) {
        uint32_t k = (uint32_t)mix(s->pairs.at[i].state, s->pairs.at[i].rest->id) & (s->n_pair_slots - 1);
        while (s->pair_slots[k])
            k = (k + 1) & (s->n_pair_slots - 1);
        s->pair_slots[k] = i + 1;
    }
}

static uint32_t pair_of(struct search *s, struct pair p)
{
    if (s->pairs.n * 2 >= s->n_pair_slots)
        grow_pair_slots(s);
    uint32_t k = (uint32_t)mix(p.state, p.rest->id) & (s->n_pair_slots - 1);
    for (; s->pair_slots[k]; k = (k + 1) & (s->n_pair_slots - 1)) {
        const struct pair *q = &s->pairs.at[s->pair_slots[k] - 1];
        if (q->state == p.state && q->rest == p.rest)
            return s->pair_slots[k] - 1;
    }
    vec_push(s->a, s->pairs, p);
    s->pair_slots[k] = s->pairs.n;
    return s->pairs.n - 1;
}

static void go(struct search *s, uint32_t from, const struct edge *e, const struct tree *rest)
{
    uint32_t to = pair_of(s, (struct pair){e->target, rest, from, e});
    vec_push(s->a, s->steps, (struct pair_step){from, to, e});
}

static void fail(struct search *s, enum subtype_reason reason, uint32_t pair, const struct edge *sub,
                 const struct edge *super)
{
    bool definite = reason < SUBTYPE_TOO_FAR && !s->lossy;
    struct finding *f = definite ? &s->no : &s->unknown;
    if (f->reason == SUBTYPE_FINE)
        *f = (struct finding){reason < SUBTYPE_TOO_FAR && s->lossy ? SUBTYPE_BEYOND : reason, pair, sub, super};
}

/* An action of the subtype that waits for nothing: a send other than `but`, if that is one; unless `alone`, also what
 * comes from those to whom it never sends. */
static bool is_free(const struct search *s, const struct edge *e, const struct edge *but, bool alone)
{
    if (e->dir == DIR_SEND)
        return but->dir != DIR_SEND || but->peer != e->peer;
    return e->dir == DIR_RECEIVE && !alone && !s->sent_to[e->peer];
}

/* From `state` on, such actions lead round for ever. */
static bool may_go_round(struct search *s, uint32_t state, const struct edge *but, bool alone)
{
    uint32_t n = s->sub->n_states, *left = ARENA_ARRAY(s->a, uint32_t, n), *stack = ARENA_ARRAY(s->a, uint32_t, n);
    bool *open = ARENA_ARRAY(s->a, bool, n), *done = ARENA_ARRAY(s->a, bool, n); /* depth first */
    uint32_t top = 0;
    stack[top++] = state;
    open[state] = true;
    while (top) {
        uint32_t q = stack[top - 1], i = left[q]++;
        if (i == s->sub->states[q].n) {
            done[q] = true;
            top--;
            continue;
        }
        const struct edge *e = &edges_of(s->sub, q)[i];
        if (!is_free(s, e, but, alone) || done[e->target])
            continue;
        if (open[e->target])
            return true;
        stack[top++] = e->target;
        open[e->target] = true;
    }
    return false;
}

static void fail_found(struct search *s, enum found f, enum subtype_reason impossible, uint32_t pair,
                       const struct edge *sub, const struct edge *super)
{
    bool too_far = f == TOO_FAR && s->limit; /* synchronously, all that comes later does not come */
    const struct tree *rest = s->pairs.at[pair].rest;
    /* Sends that go round without the root: one is refused in the end, or the root put off for ever. */
    if (too_far && rest->open && may_go_round(s, s->pairs.at[pair].state, rest->ways[0].edge, true)) {
        fail(s, SUBTYPE_NEVER, pair, NULL, rest->ways[0].edge);
        return;
    }
    fail(s, too_far ? SUBTYPE_TOO_FAR : f == BEYOND ? SUBTYPE_BEYOND : impossible, pair, sub, super);
}

static const struct edge *find_action(const struct automaton *m, uint32_t state, const struct edge *e)
{
    const struct edge *all = edges_of(m, state);
    for (uint32_t i = 0; i < m->states[state].n; i++)
        if (same_action(&all[i], e))
            return &all[i];
    return NULL;
}

/* ---- one pair ---- */

/* To leave out one receiver altogether is to rely on the others to take all that they are sent. When what goes to
 * them has no end, they may fill up while they wait for the one. */
static void check_receivers(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    const struct edge *e = edges_of(s->sub, at.state);
    for (uint32_t i = 0; i < n_ways(s, at.rest); i++) {
        struct way w = way(s, at.rest, i);
        bool served = w.edge->dir != DIR_SEND;
        for (uint32_t k = 0; k < s->sub->states[at.state].n; k++)
            served |= e[k].peer == w.edge->peer;
        if (!served && !s->of_super[at.rest->state].one_peer && may_go_round(s, at.state, w.edge, false))
            fail(s, SUBTYPE_BEYOND, p, NULL, w.edge);
    }
}

static void step_send(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    const struct edge *e = edges_of(s->sub, at.state);
    bool ended = n_ways(s, at.rest) == 0;
    for (uint32_t i = 0; i < s->sub->states[at.state].n; i++) {
        const struct tree *rest;
        enum found f = ended ? IMPOSSIBLE : take(s, at.rest, &e[i], 0, &rest);
        if (f == FOUND)
            go(s, p, &e[i], rest);
        else
            fail_found(s, f, ended ? SUBTYPE_GOES_ON : SUBTYPE_SENDS, p, &e[i], ended ? NULL : way(s, at.rest, 0).edge);
    }
    check_receivers(s, p);
}

/* Of several peers at once: as they stand, nothing passed over. More from a lone peer may be taken, and no other lane
 * may be read: what lies there may be for later. */
static void receive_all(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    const struct nature *k = &s->of_super[at.rest->state];
    const struct edge *e = edges_of(s->sub, at.state);
    uint32_t n = n_ways(s, at.rest), n_sub = s->sub->states[at.state].n, taken = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct way w = way(s, at.rest, i);
        const struct edge *mine = find_action(s->sub, at.state, w.edge);
        if (mine)
            go(s, p, mine, w.next);
        else
            fail(s, SUBTYPE_LACKS, p, NULL, w.edge);
        taken += mine != NULL;
    }
    for (uint32_t i = 0; i < n_sub; i++)
        if (!k->one_peer && taken < n_sub)
            fail(s, SUBTYPE_BEYOND, p, NULL, NULL);
        else if (k->one_peer && e[i].peer != k->peer)
            fail(s, SUBTYPE_BEYOND, p, &e[i], NULL);
}

static void receive_one(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    uint16_t peer = s->of_sub[at.state].peer;
    const struct edge *first = NULL, *any = edges_of(s->sub, at.state);
    edge_vec set = {0};
    enum found f = first_receives(s, at.rest, peer, 0, &set, &first);
    if (f != FOUND) {
        fail_found(s, f, SUBTYPE_WAITS, p, any, first);
        return;
    }
    for (uint32_t i = 0; i < set.n; i++) {
        const struct edge *mine = find_action(s->sub, at.state, set.at[i]);
        const struct tree *rest;
        f = mine ? take(s, at.rest, mine, 0, &rest) : IMPOSSIBLE;
        if (f == FOUND)
            go(s, p, mine, rest);
        else
            fail_found(s, f, SUBTYPE_LACKS, p, NULL, set.at[i]);
    }
}

static void step_receive(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    const struct nature *k = &s->of_super[at.rest->state];
    const struct edge *any = edges_of(s->sub, at.state);
    if (n_ways(s, at.rest) == 0)
        fail(s, SUBTYPE_GOES_ON, p, any, NULL);
    else if (k->receives && (!k->one_peer || !s->of_sub[at.state].one_peer))
        receive_all(s, p);
    else
        receive_one(s, p);
}

/* States that are not only one thing: the subtype may leave out some of the sends, and no more. */
static void step_odd(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    uint32_t state = at.rest->state;
    const struct nature *sub = &s->of_sub[at.state], *super = &s->of_super[state];
    bool fits = !at.rest->open && sub->sends == super->sends &&
                s->sub->states[at.state].final == s->super->states[state].final;
    const struct edge *e = edges_of(s->sub, at.state), *u = edges_of(s->super, state);
    for (uint32_t i = 0; i < s->sub->states[at.state].n && fits; i++) {
        const struct edge *same = find_action(s->super, state, &e[i]);
        fits = same != NULL;
        if (fits)
            go(s, p, &e[i], closed(s, same->target));
    }
    for (uint32_t i = 0; i < s->super->states[state].n && fits; i++)
        fits = (u[i].dir == DIR_SEND && !u[i].interrupt) || find_action(s->sub, at.state, &u[i]);
    if (!fits)
        fail(s, SUBTYPE_BEYOND, p, NULL, NULL);
}

static void step_pair(struct search *s, uint32_t p)
{
    struct pair at = s->pairs.at[p];
    if (s->of_sub[at.state].odd || (!at.rest->open && s->of_super[at.rest->state].odd))
        step_odd(s, p);
    else if (s->of_sub[at.state].sends)
        step_send(s, p);
    else if (s->of_sub[at.state].receives)
        step_receive(s, p);
    else if (n_ways(s, at.rest))
        fail(s, SUBTYPE_ENDS, p, NULL, way(s, at.rest, 0).edge);
}

/* ---- what is put off for ever ---- */

/* Steps of a pair with an open root that leave the root where it is. */
static bool puts_off(const struct search *s, const struct pair_step *x)
{
    const struct tree *t = s->pairs.at[x->from].rest;
    const struct edge *root = t->open ? t->ways[0].edge : NULL;
    return root && (root->dir != x->edge->dir || root->peer != x->edge->peer);
}

/* Pairs that do not lie on a cycle of such steps are taken away, those without any such step to go first. */
static uint32_t put_off_for_ever(struct search *s)
{
    uint32_t n = s->pairs.n, *left = ARENA_ARRAY(s->a, uint32_t, n), *first = ARENA_ARRAY(s->a, uint32_t, n + 1);
    uint32_t *back = ARENA_ARRAY(s->a, uint32_t, s->steps.n), *queue = ARENA_ARRAY(s->a, uint32_t, n), in = 0;
    for (uint32_t i = 0; i < s->steps.n; i++)
        if (puts_off(s, &s->steps.at[i])) {
            left[s->steps.at[i].from]++;
            first[s->steps.at[i].to + 1]++;
        }
    for (uint32_t i = 0; i < n; i++)
        first[i + 1] += first[i];
    uint32_t *fill = ARENA_ARRAY(s->a, uint32_t, n);
    for (uint32_t i = 0; i < s->steps.n; i++)
        if (puts_off(s, &s->steps.at[i]))
            back[first[s->steps.at[i].to] + fill[s->steps.at[i].to]++] = s->steps.at[i].from;
    for (uint32_t i = 0; i < n; i++)
        if (!left[i])
            queue[in++] = i;
    for (uint32_t at = 0; at < in; at++)
        for (uint32_t i = first[queue[at]]; i < first[queue[at] + 1]; i++)
            if (--left[back[i]] == 0)
                queue[in++] = back[i];
    for (uint32_t i = 0; i < n; i++)
        if (left[i])
            return i;
    return IR_NONE;
}

/* ---- the answer ---- */

static const struct edge **path_to(struct arena *a, const struct search *s, uint32_t pair, uint32_t *n)
{
    *n = 0;
    for (uint32_t p = pair; s->pairs.at[p].from != IR_NONE; p = s->pairs.at[p].from)
        ++*n;
    const struct edge **path = ARENA_ARRAY(a, const struct edge *, *n);
    uint32_t i = *n;
    for (uint32_t p = pair; s->pairs.at[p].from != IR_NONE; p = s->pairs.at[p].from)
        path[--i] = s->pairs.at[p].edge;
    return path;
}

static struct subtype_result answer(struct arena *a, const struct search *s)
{
    struct subtype_result r = {.answer = SUBTYPE_YES, .pairs = s->pairs.n};
    const struct finding *f = s->no.reason ? &s->no : &s->unknown;
    if (f->reason) {
        r.answer = f == &s->no ? SUBTYPE_NO : SUBTYPE_UNKNOWN;
        r.reason = f->reason;
        r.sub = f->sub;
        r.super = f->super;
        r.path = path_to(a, s, f->pair, &r.n_path);
        return r;
    }
    for (uint32_t i = 0; i < s->pairs.n; i++)
        r.ahead = s->pairs.at[i].rest->ahead > r.ahead ? s->pairs.at[i].rest->ahead : r.ahead;
    return r;
}

struct subtype_result subtype_check_ahead(struct arena *a, const struct automaton *sub, const struct automaton *super,
                                          uint32_t ahead)
{
    struct search s = {.a = arena_new(0), .sub = sub, .super = super, .limit = ahead};
    s.of_sub = natures(s.a, sub);
    s.of_super = natures(s.a, super);
    s.entered = ARENA_ARRAY(s.a, bool, super->n_states);
    s.sent_to = ARENA_ARRAY(s.a, bool, UINT16_MAX + 1);
    for (uint32_t i = 0; i < sub->n_edges; i++)
        s.sent_to[sub->edges[i].peer] |= sub->edges[i].dir == DIR_SEND;
    pair_of(&s, (struct pair){.state = 0, .rest = closed(&s, 0), .from = IR_NONE});
    for (uint32_t p = 0; p < s.pairs.n && !s.no.reason; p++) {
        if (s.pairs.n > SUBTYPE_MAX_PAIRS || s.trees.n > SUBTYPE_MAX_PAIRS) {
            fail(&s, SUBTYPE_TOO_LARGE, p, NULL, NULL);
            break;
        }
        step_pair(&s, p);
    }
    if (!s.no.reason && !s.unknown.reason) {
        uint32_t p = put_off_for_ever(&s);
        if (p != IR_NONE)
            fail(&s, SUBTYPE_NEVER, p, NULL, s.pairs.at[p].rest->ways[0].edge);
    }
    struct subtype_result r = answer(a, &s);
    arena_free(s.a);
    return r;
}

struct subtype_result subtype_check(struct arena *a, const struct automaton *sub, const struct automaton *super)
{
    struct subtype_result r = subtype_check_ahead(a, sub, super, 0);
    return r.answer == SUBTYPE_YES ? r : subtype_check_ahead(a, sub, super, SUBTYPE_MAX_AHEAD);
}
