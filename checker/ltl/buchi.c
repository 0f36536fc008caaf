/* buchi.c -- see buchi.h. Formulas are brought into negation normal form first, each part once; sets are bits. */
#include "buchi.h"

#include <string.h>

#include "ltl_atoms.h"

enum { PARTS = 256, WORDS = PARTS / 64, STATES = 4096, PENDING = 4096 };

/* ---- parts, in negation normal form ---- */

enum part_kind { P_TRUE, P_FALSE, P_ATOM, P_NOT_ATOM, P_AND, P_OR, P_NEXT, P_UNTIL, P_RELEASE };

struct part {
    enum part_kind kind;
    uint32_t left, right; /* parts; of atoms, left is the atom */
};

struct set {
    uint64_t w[WORDS];
};

static bool has(const struct set *s, uint32_t i) { return s->w[i / 64] >> i % 64 & 1; }
static void add(struct set *s, uint32_t i) { s->w[i / 64] |= UINT64_C(1) << i % 64; }
static void drop(struct set *s, uint32_t i) { s->w[i / 64] &= ~(UINT64_C(1) << i % 64); }
static bool same(const struct set *x, const struct set *y) { return memcmp(x, y, sizeof *x) == 0; }

struct node { /* of the tableau: what is to be done, what is true now, what must be true next */
    struct set todo, now, next;
    uint32_t from; /* the state that leads here, or START */
};
#define START UINT32_MAX

struct tableau {
    struct arena *a;
    struct buchi *b;
    uint32_t n_parts, n_pending;
    bool too_large;
    struct part parts[PARTS];
    struct set now[STATES], next[STATES]; /* by state of the automaton */
    struct node pending[PENDING];
    uint8_t *leads; /* [STATES][STATES / 8] bit j of row i: state i leads to state j */
};

static uint32_t part(struct tableau *t, enum part_kind kind, uint32_t left, uint32_t right)
{
    for (uint32_t i = 0; i < t->n_parts; i++)
        if (t->parts[i].kind == kind && t->parts[i].left == left && t->parts[i].right == right)
            return i;
    if (t->n_parts == PARTS) {
        t->too_large = true;
        return 0;
    }
    t->parts[t->n_parts] = (struct part){kind, left, right};
    return t->n_parts++;
}

static uint32_t atom(struct tableau *t, const struct ltl *f, bool negated)
{
    uint32_t i = 0;
    while (i < t->b->n_atoms && !ltl_same_atom(t->b->atoms[i], f))
        i++;
    if (i == BUCHI_ATOMS) {
        t->too_large = true;
        return 0;
    }
    if (i == t->b->n_atoms)
        t->b->atoms[t->b->n_atoms++] = f;
    return part(t, negated ? P_NOT_ATOM : P_ATOM, i, 0);
}

static uint32_t normal(struct tableau *t, const struct ltl *f, bool negated);

/* l <-> r, or its negation, which is l <-> !r */
static uint32_t equivalent(struct tableau *t, const struct ltl *f, bool negated)
{
    uint32_t yes = part(t, P_AND, normal(t, f->left, false), normal(t, f->right, negated));
    uint32_t no = part(t, P_AND, normal(t, f->left, true), normal(t, f->right, !negated));
    return part(t, P_OR, yes, no);
}

/* l W r is r R (l || r); its negation !r U (!l && !r) */
static uint32_t weak_until(struct tableau *t, const struct ltl *f, bool negated)
{
    uint32_t l = normal(t, f->left, negated), r = normal(t, f->right, negated);
    return negated ? part(t, P_UNTIL, r, part(t, P_AND, l, r)) : part(t, P_RELEASE, r, part(t, P_OR, l, r));
}

static uint32_t normal(struct tableau *t, const struct ltl *f, bool negated)
{
    enum ltl_kind k = f->kind;
    switch (k) {
    case LTL_TRUE:
    case LTL_FALSE:
        return part(t, (k == LTL_TRUE) != negated ? P_TRUE : P_FALSE, 0, 0);
    case LTL_NOT:
        return normal(t, f->left, !negated);
    case LTL_AND:
    case LTL_OR:
        return part(t, (k == LTL_AND) != negated ? P_AND : P_OR, normal(t, f->left, negated),
                    normal(t, f->right, negated));
    case LTL_IMPLIES:
        return part(t, negated ? P_AND : P_OR, normal(t, f->left, !negated), normal(t, f->right, negated));
    case LTL_IFF:
        return equivalent(t, f, negated);
    case LTL_NEXT:
        return part(t, P_NEXT, normal(t, f->left, negated), 0);
    case LTL_ALWAYS:
    case LTL_EVENTUALLY:
        return (k == LTL_ALWAYS) != negated ? part(t, P_RELEASE, part(t, P_FALSE, 0, 0), normal(t, f->left, negated))
                                            : part(t, P_UNTIL, part(t, P_TRUE, 0, 0), normal(t, f->left, negated));
    case LTL_UNTIL:
        return part(t, negated ? P_RELEASE : P_UNTIL, normal(t, f->left, negated), normal(t, f->right, negated));
    case LTL_WEAK_UNTIL:
        return weak_until(t, f, negated);
    case LTL_SENT:
    case LTL_RECEIVED:
    case LTL_DONE:
    case LTL_CRASHED:
    case LTL_RESTARTED:
        break;
    }
    return atom(t, f, negated);
}

/* ---- the tableau ---- */

static void push(struct tableau *t, const struct node *n)
{
    if (t->n_pending == PENDING)
        t->too_large = true;
    else
        t->pending[t->n_pending++] = *n;
}

static void want(struct node *n, uint32_t i)
{
    if (!has(&n->now, i))
        add(&n->todo, i);
}

/* Two ways: now `one`, and `again` next; or now `other` (and `also`, which may be the same). */
static void fork(struct tableau *t, struct node n, uint32_t one, uint32_t again, uint32_t other, uint32_t also)
{
    struct node second = n;
    want(&n, one);
    if (again != START)
        add(&n.next, again);
    want(&second, other);
    want(&second, also);
    push(t, &second);
    push(t, &n);
}

static bool contradicts(const struct tableau *t, const struct node *n, const struct part *p)
{
    if (p->kind != P_ATOM && p->kind != P_NOT_ATOM)
        return p->kind == P_FALSE;
    for (uint32_t i = 0; i < t->n_parts; i++)
        if (has(&n->now, i) && t->parts[i].left == p->left &&
            t->parts[i].kind == (p->kind == P_ATOM ? P_NOT_ATOM : P_ATOM))
            return true;
    return false;
}

/* Takes part i from what is to be done. */
static void work_on(struct tableau *t, struct node n, uint32_t i)
{
    const struct part *p = &t->parts[i];
    drop(&n.todo, i);
    if (contradicts(t, &n, p))
        return;
    add(&n.now, i);
    switch (p->kind) {
    case P_TRUE:
    case P_FALSE:
    case P_ATOM:
    case P_NOT_ATOM:
        push(t, &n);
        break;
    case P_AND:
        want(&n, p->left);
        want(&n, p->right);
        push(t, &n);
        break;
    case P_NEXT:
        add(&n.next, p->left);
        push(t, &n);
        break;
    case P_OR:
        fork(t, n, p->left, START, p->right, p->right);
        break;
    case P_UNTIL:
        fork(t, n, p->left, i, p->right, p->right);
        break;
    case P_RELEASE:
        fork(t, n, p->right, i, p->left, p->right);
        break;
    }
}

static void lead(struct tableau *t, uint32_t from, uint32_t to)
{
    if (from == START)
        t->b->initial[t->b->n_initial++] = to;
    else
        t->leads[from * (STATES / 8) + to / 8] |= (uint8_t)(1u << to % 8);
}

/* Nothing is to be done any more: a state of the automaton, new or known. */
static void settle(struct tableau *t, const struct node *n)
{
    uint32_t i = 0;
    while (i < t->b->n && !(same(&t->now[i], &n->now) && same(&t->next[i], &n->next)))
        i++;
    if (i == STATES) {
        t->too_large = true;
        return;
    }
    bool known = i < t->b->n;
    if (n->from == START)
        for (uint32_t k = 0; k < t->b->n_initial; k++)
            if (t->b->initial[k] == i)
                return;
    lead(t, n->from, i);
    if (known)
        return;
    t->now[i] = n->now;
    t->next[i] = n->next;
    t->b->n++;
    push(t, &(struct node){.todo = n->next, .from = i});
}

static void grow(struct tableau *t, uint32_t whole)
{
    struct node first = {.from = START};
    add(&first.todo, whole);
    push(t, &first);
    while (t->n_pending && !t->too_large) {
        struct node n = t->pending[--t->n_pending];
        uint32_t i = 0;
        while (i < t->n_parts && !has(&n.todo, i))
            i++;
        if (i == t->n_parts)
            settle(t, &n);
        else
            work_on(t, n, i);
    }
}

/* ---- the automaton ---- */

static void describe(const struct tableau *t, uint32_t state)
{
    struct buchi_state *s = &t->b->states[state];
    uint64_t condition = 1;
    for (uint32_t i = 0; i < t->n_parts; i++) {
        const struct part *p = &t->parts[i];
        if (p->kind == P_ATOM && has(&t->now[state], i))
            s->must |= UINT64_C(1) << p->left;
        if (p->kind == P_NOT_ATOM && has(&t->now[state], i))
            s->must_not |= UINT64_C(1) << p->left;
        if (p->kind != P_UNTIL)
            continue;
        if (!has(&t->now[state], i) || has(&t->now[state], p->right))
            s->accepts |= condition;
        t->b->conditions |= condition;
        condition <<= 1;
    }
}

static void list_next(const struct tableau *t, uint32_t state)
{
    const uint8_t *row = &t->leads[state * (STATES / 8)];
    struct buchi_state *s = &t->b->states[state];
    for (uint32_t j = 0; j < t->b->n; j++)
        s->n_next += row[j / 8] >> j % 8 & 1;
    s->next = ARENA_ARRAY(t->a, uint32_t, s->n_next);
    uint32_t n = 0;
    for (uint32_t j = 0; j < t->b->n; j++)
        if (row[j / 8] >> j % 8 & 1)
            s->next[n++] = j;
}

static uint32_t untils(const struct tableau *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_parts; i++)
        n += t->parts[i].kind == P_UNTIL;
    return n;
}

struct buchi *buchi_new(struct arena *a, const struct ltl *f, bool negated)
{
    struct arena *own = arena_new(0); /* the tableau is large, and is not needed for long */
    struct tableau *t = ARENA_NEW(own, struct tableau);
    t->a = a;
    t->b = ARENA_NEW(a, struct buchi);
    t->leads = ARENA_ARRAY(own, uint8_t, (size_t)STATES * (STATES / 8));
    t->b->initial = ARENA_ARRAY(a, uint32_t, STATES);
    uint32_t whole = normal(t, f, negated);
    if (!t->too_large && untils(t) <= 64)
        grow(t, whole);
    else
        t->too_large = true;
    t->b->states = ARENA_ARRAY(a, struct buchi_state, t->b->n);
    for (uint32_t i = 0; i < t->b->n; i++) {
        describe(t, i);
        list_next(t, i);
    }
    struct buchi *b = t->too_large ? NULL : t->b;
    arena_free(own);
    return b;
}
