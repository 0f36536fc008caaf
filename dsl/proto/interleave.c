/* interleave.c -- the branches of `par` as one graph: all ways in which their actions may take turns.
 *
 * A node is how far each branch is, and which of them moves next (its focus), or that this is open. Only an open node
 * offers the turn to every branch; a branch that has it keeps it until it acts, so that its choices are not made
 * before somebody acts on them. Branches talk over disjoint (sender, receiver, message): who sees an interaction
 * knows whose it is.
 */
#include <stdlib.h>

#include "expansion.h"

struct node {
    uint32_t *at; /* [branches] positions; then the focus, or IR_NONE */
    uint32_t place;
    uint64_t hash;
};

struct product {
    struct expansion *e;
    const struct stmt *par;
    uint32_t n, cont;
    VEC(struct node) nodes;
    uint32_t *slots, n_slots; /* node + 1 */
    bool too_large;
};

/* ---- disjointness ---- */

struct use { /* an interaction of one branch */
    const struct place *p;
    uint32_t branch;
};

static int compare_uses(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    if (x->p->from != y->p->from)
        return x->p->from < y->p->from ? -1 : 1;
    if (x->p->to != y->p->to)
        return x->p->to < y->p->to ? -1 : 1;
    if (x->p->message != y->p->message)
        return x->p->message < y->p->message ? -1 : 1;
    if (x->branch != y->branch)
        return x->branch < y->branch ? -1 : 1;
    return before(x->p->stmt->at, y->p->stmt->at) ? -1 : before(y->p->stmt->at, x->p->stmt->at);
}

typedef VEC(struct use) use_vec;

/* The interactions of one branch; its positions get `seen`. */
static void collect_uses(const struct expansion *e, uint32_t start, uint32_t branch, bool *seen, use_vec *out)
{
    u32_vec stack = {0};
    vec_push(e->b->scratch, stack, start);
    while (stack.n) {
        uint32_t i = stack.at[--stack.n];
        const struct place *p = &e->nfa->at.at[i];
        if (seen[i])
            continue;
        seen[i] = true;
        if (p->kind == POS_ACTION) {
            vec_push(e->b->scratch, *out, (struct use){p, branch});
            vec_push(e->b->scratch, stack, p->target);
        }
        for (uint32_t k = 0; k < p->targets.n; k++)
            vec_push(e->b->scratch, stack, p->targets.at[k]);
    }
}

static void report_overlap(struct expansion *e, const struct place *one, const struct place *two)
{
    struct builder *b = e->b;
    e->failed = true;
    if (ir__reported(b, E0320, two->stmt->at))
        return;
    const struct role *roles = e->t->roles;
    struct diag *x = diag_add(b->d, E0320, two->stmt->at, "`%s -> %s: %s` is in two branches of a `par`",
                              roles[two->from].name, roles[two->to].name, b->ir->messages[two->message].name);
    if (!same_span(one->stmt->at, two->stmt->at))
        diag_label(b->d, x, one->stmt->at, "here it is in another branch");
    else
        diag_note(b->d, x, "each branch does this same statement");
    diag_note(b->d, x, "`%s` could not know which of the branches such a message belongs to", roles[two->to].name);
    diag_help(b->d, x, "use different messages in the branches, or let one follow the other");
}

static bool disjoint(struct expansion *e, const uint32_t *starts, uint32_t n)
{
    use_vec uses = {0};
    bool *seen = ARENA_ARRAY(e->b->scratch, bool, e->nfa->at.n);
    for (uint32_t i = 0; i < n; i++)
        collect_uses(e, starts[i], i, seen, &uses);
    if (!uses.n)
        return true;
    qsort(uses.at, uses.n, sizeof *uses.at, compare_uses);
    for (uint32_t i = 1; i < uses.n; i++) {
        const struct place *x = uses.at[i - 1].p, *y = uses.at[i].p;
        if (x->from == y->from && x->to == y->to && x->message == y->message &&
            uses.at[i - 1].branch != uses.at[i].branch) {
            report_overlap(e, x, y);
            return false;
        }
    }
    return true;
}

/* ---- the product ---- */

static const struct place *place_of(const struct product *p, uint32_t i) { return &p->e->nfa->at.at[i]; }

static uint64_t hash_node(const struct product *p, const uint32_t *at)
{
    uint64_t h = 0x2545f491;
    for (uint32_t i = 0; i <= p->n; i++)
        h = (h ^ (h >> 29) ^ at[i]) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 31);
}

static void grow(struct product *p)
{
    p->n_slots = p->n_slots ? p->n_slots * 2 : 64;
    p->slots = ARENA_ARRAY(p->e->b->scratch, uint32_t, p->n_slots);
    for (uint32_t i = 0; i < p->nodes.n; i++) {
        uint32_t k = (uint32_t)p->nodes.at[i].hash & (p->n_slots - 1);
        while (p->slots[k])
            k = (k + 1) & (p->n_slots - 1);
        p->slots[k] = i + 1;
    }
}

static bool all_joined(const struct product *p, const uint32_t *at)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (place_of(p, at[i])->kind != POS_JOIN)
            return false;
    return true;
}

static void refuse_size(struct product *p)
{
    struct expansion *e = p->e;
    if (!e->failed && !ir__reported(e->b, E0309, p->par->at)) {
        struct diag *x = diag_add(e->b->d, E0309, p->par->at,
                                  "the %u branches of this `par` can take turns in too many ways: more than %d "
                                  "positions", p->n, IR_MAX_INTERLEAVED);
        diag_help(e->b->d, x, "make the branches shorter or fewer, or let some of them follow each other");
    }
    e->failed = p->too_large = true;
}

/* The position of that node, which is expanded later when it is new. */
static uint32_t node_at(struct product *p, const uint32_t *at)
{
    if (at[p->n] == IR_NONE && all_joined(p, at))
        return p->cont;
    if (p->nodes.n * 2 >= p->n_slots)
        grow(p);
    uint64_t h = hash_node(p, at);
    uint32_t k = (uint32_t)h & (p->n_slots - 1);
    for (; p->slots[k]; k = (k + 1) & (p->n_slots - 1)) {
        const struct node *x = &p->nodes.at[p->slots[k] - 1];
        if (x->hash == h && memcmp(x->at, at, (p->n + 1) * sizeof *at) == 0)
            return x->place;
    }
    if (p->nodes.n >= IR_MAX_INTERLEAVED) {
        refuse_size(p);
        return p->cont;
    }
    struct node x = {ARENA_ARRAY(p->e->b->scratch, uint32_t, p->n + 1), 0, h};
    memcpy(x.at, at, (p->n + 1) * sizeof *at);
    x.place = expansion_place(p->e, (struct place){.kind = POS_EPSILON, .stmt = p->par});
    vec_push(p->e->b->scratch, p->nodes, x);
    p->slots[k] = p->nodes.n;
    return x.place;
}

/* The node in which branch i has come to `to`; `focus`: it still has the turn. */
static uint32_t moved(struct product *p, const uint32_t *from, uint32_t i, uint32_t to, bool focus)
{
    uint32_t *at = ARENA_ARRAY(p->e->b->scratch, uint32_t, p->n + 1);
    memcpy(at, from, (p->n + 1) * sizeof *at);
    at[i] = to;
    at[p->n] = focus && place_of(p, to)->kind != POS_JOIN ? i : IR_NONE;
    return node_at(p, at);
}

static void add_target(struct product *p, uint32_t place, uint32_t to)
{
    vec_push(p->e->b->scratch, p->e->nfa->at.at[place].targets, to);
}

/* It is the turn of branch i. Positions may move in memory when one is made, so copies are at work here. */
static void expand_focus(struct product *p, struct node x, uint32_t i)
{
    struct place c = *place_of(p, x.at[i]);
    if (c.kind == POS_ACTION) {
        c.target = moved(p, x.at, i, c.target, false);
        uint32_t strand = c.strand;
        uint32_t action = expansion_place(p->e, c);
        p->e->nfa->at.at[action].strand = strand;
        add_target(p, x.place, action);
        return;
    }
    struct place *open = &p->e->nfa->at.at[x.place];
    open->stmt = c.stmt;
    open->from = c.from;
    open->strand = c.strand;
    for (uint32_t k = 0; k < c.targets.n && !p->too_large; k++)
        add_target(p, x.place, moved(p, x.at, i, c.targets.at[k], true));
}

static void expand_node(struct product *p, struct node x)
{
    uint32_t focus = x.at[p->n];
    if (focus != IR_NONE) {
        expand_focus(p, x, focus);
        return;
    }
    for (uint32_t i = 0; i < p->n && !p->too_large; i++)
        if (place_of(p, x.at[i])->kind != POS_JOIN)
            add_target(p, x.place, moved(p, x.at, i, x.at[i], true));
}

uint32_t interleave(struct expansion *e, const struct stmt *par, const uint32_t *starts, uint32_t n, uint32_t cont)
{
    struct product p = {.e = e, .par = par, .n = n, .cont = cont};
    if (e->failed || !disjoint(e, starts, n))
        return cont;
    uint32_t *at = ARENA_ARRAY(e->b->scratch, uint32_t, n + 1);
    memcpy(at, starts, n * sizeof *at);
    at[n] = IR_NONE;
    uint32_t start = node_at(&p, at);
    for (uint32_t i = 0; i < p.nodes.n && !e->failed; i++)
        expand_node(&p, p.nodes.at[i]);
    return start;
}
