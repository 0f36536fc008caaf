/* early.c -- see early.h.
 *
 * What a role sees of the graph of positions is a nondeterministic automaton. Where two of its transitions take the
 * same message from the same peer, the role cannot know which of the two it has taken. That does no harm when either
 * way expects the same: `alike` follows both and asks that they may end at the same times and wait for the same
 * messages. What the role itself sends may differ, for it is free to choose.
 *
 * So every place that the role can be at is taken alone, not with those that it cannot tell it from, and its
 * transitions are compared. The first two that are not alike are reported, in a shortest run.
 */
#include "early.h"

#include "proto.h"

struct step { /* of a set: an action of the role, and the set that it leads to */
    struct label label;
    uint32_t target;
};
typedef VEC(struct step) step_vec;

struct seen { /* a position of a set at which the role acts */
    struct label label;
    uint32_t place;
};
typedef VEC(struct seen) seen_vec;

struct pair {
    uint32_t left, right;
};

struct search {
    struct arena *a;
    const struct nfa *nfa;
    uint32_t role;
    struct sets sets; /* of positions: actions of the role, and ends */
    VEC(step_vec) steps; /* [sets] once `known` */
    VEC(bool) known;
    uint32_t *mark, stamp; /* [positions] passed in this closure */
    u32_vec stack;
    struct pair *slots;    /* pairs that are taken to be alike; left UINT32_MAX: free */
    uint32_t n_pairs, cap_pairs;
    uint32_t first, second; /* positions: the transitions that are not alike */
    bool too_large;
};

/* ---- sets ---- */

static bool acts(const struct search *q, const struct place *p, struct label *l)
{
    if (p->kind != POS_ACTION || (p->from != q->role && p->to != q->role))
        return false;
    bool send = p->from == q->role;
    *l = (struct label){send ? DIR_SEND : DIR_RECEIVE, p->interrupt, send ? p->to : p->from, p->message};
    return true;
}

/* Adds the actions of the role, and the ends, that come next behind `from`. */
static void close_over(struct search *q, uint32_t from)
{
    struct label l;
    q->stack.n = 0;
    vec_push(q->a, q->stack, from);
    while (q->stack.n) {
        uint32_t i = q->stack.at[--q->stack.n];
        const struct place *p = &q->nfa->at.at[i];
        if (q->mark[i] == q->stamp)
            continue;
        q->mark[i] = q->stamp;
        q->sets.work++;
        if (p->kind == POS_END || acts(q, p, &l))
            sets_put(&q->sets, i);
        else if (p->kind == POS_ACTION)
            vec_push(q->a, q->stack, p->target);
        for (uint32_t k = p->targets.n; k-- > 0;)
            vec_push(q->a, q->stack, p->targets.at[k]);
    }
    q->too_large |= q->sets.work > IR_MAX_SET_WORK;
}

static uint32_t end_set(struct search *q)
{
    uint32_t s = sets_intern(&q->sets);
    if (s == q->steps.n) {
        vec_push(q->a, q->steps, (step_vec){0});
        vec_push(q->a, q->known, false);
    }
    return s;
}

static void begin_set(struct search *q)
{
    sets_begin(&q->sets);
    q->stamp++;
}

static uint32_t set_of(struct search *q, uint32_t place)
{
    begin_set(q);
    close_over(q, place);
    return end_set(q);
}

/* The role's actions in a set, equal ones together. */
static seen_vec actions_of(struct search *q, uint32_t set)
{
    seen_vec out = {0};
    struct set all = q->sets.all.at[set];
    for (uint32_t i = 0; i < all.n; i++) {
        struct seen x = {.place = all.at[i]};
        if (!acts(q, &q->nfa->at.at[all.at[i]], &x.label))
            continue;
        q->sets.work += out.n;
        uint32_t at = out.n;
        vec_push(q->a, out, x);
        for (uint32_t k = out.n - 1; k-- > 0 && at == out.n - 1;)
            at = same_label(out.at[k].label, x.label) ? k + 1 : at;
        memmove(&out.at[at + 1], &out.at[at], (out.n - 1 - at) * sizeof *out.at);
        out.at[at] = x;
    }
    return out;
}

static const step_vec *steps_of(struct search *q, uint32_t set)
{
    if (q->known.at[set])
        return &q->steps.at[set];
    seen_vec seen = actions_of(q, set);
    step_vec out = {0};
    for (uint32_t i = 0, end; i < seen.n; i = end) {
        begin_set(q);
        for (end = i; end < seen.n && same_label(seen.at[end].label, seen.at[i].label); end++)
            close_over(q, q->nfa->at.at[seen.at[end].place].target);
        vec_push(q->a, out, (struct step){seen.at[i].label, end_set(q)});
    }
    q->steps.at[set] = out;
    q->known.at[set] = true;
    return &q->steps.at[set];
}

static bool may_end(const struct search *q, uint32_t set)
{
    const struct set *s = &q->sets.all.at[set];
    for (uint32_t i = 0; i < s->n; i++)
        if (q->nfa->at.at[s->at[i]].kind == POS_END)
            return true;
    return false;
}

/* ---- alike ---- */

static struct pair *pair_slot(const struct search *q, struct pair p)
{
    uint32_t i = (p.left * 2654435761u ^ p.right * 40503u) & (q->cap_pairs - 1);
    while (q->slots[i].left != IR_NONE && (q->slots[i].left != p.left || q->slots[i].right != p.right))
        i = (i + 1) & (q->cap_pairs - 1);
    return &q->slots[i];
}

static void grow_pairs(struct search *q)
{
    struct pair *old = q->slots;
    uint32_t cap = q->cap_pairs;
    q->cap_pairs = cap ? 2 * cap : 64;
    q->slots = ARENA_ARRAY(q->a, struct pair, q->cap_pairs);
    memset(q->slots, 0xff, q->cap_pairs * sizeof *q->slots);
    for (uint32_t i = 0; i < cap; i++)
        if (old[i].left != IR_NONE)
            *pair_slot(q, old[i]) = old[i];
}

/* False: it was taken to be alike before. */
static bool new_pair(struct search *q, struct pair p)
{
    if (p.left == p.right)
        return false;
    if (2 * q->n_pairs >= q->cap_pairs)
        grow_pairs(q);
    struct pair *slot = pair_slot(q, p);
    if (slot->left != IR_NONE)
        return false;
    *slot = p;
    q->n_pairs++;
    return true;
}

static const struct step *find_step(const step_vec *steps, struct label l)
{
    for (uint32_t i = 0; i < steps->n; i++)
        if (same_label(steps->at[i].label, l))
            return &steps->at[i];
    return NULL;
}

static bool any_send(const step_vec *steps)
{
    for (uint32_t i = 0; i < steps->n; i++)
        if (steps->at[i].label.dir == DIR_SEND)
            return true;
    return false;
}

/* Every receive of `some` is one of `all`. */
static bool expects(const step_vec *all, const step_vec *some)
{
    for (uint32_t i = 0; i < some->n; i++)
        if (some->at[i].label.dir == DIR_RECEIVE && !find_step(all, some->at[i].label))
            return false;
    return true;
}

static bool alike(struct search *q, uint32_t a, uint32_t b)
{
    VEC(struct pair) todo = {0};
    struct pair p = {a, b};
    if (new_pair(q, p))
        vec_push(q->a, todo, p);
    while (todo.n && !q->too_large) {
        p = todo.at[--todo.n];
        step_vec left = *steps_of(q, p.left), right = *steps_of(q, p.right);
        if (may_end(q, p.left) != may_end(q, p.right) || any_send(&left) != any_send(&right) ||
            !expects(&left, &right) || !expects(&right, &left))
            return false;
        q->sets.work += left.n * (uint64_t)(right.n + 1);
        q->too_large |= q->sets.work > IR_MAX_SET_WORK;
        for (uint32_t i = 0; i < left.n; i++) {
            const struct step *other = find_step(&right, left.at[i].label);
            struct pair next = {left.at[i].target, other ? other->target : left.at[i].target};
            if (new_pair(q, next))
                vec_push(q->a, todo, next);
        }
    }
    return true;
}

/* ---- the search ---- */

/* Compares the transitions out of a place that is alone in its set. */
static bool compare_steps(struct search *q, const seen_vec *seen)
{
    for (uint32_t i = 1; i < seen->n; i++) {
        const struct seen *x = &seen->at[i - 1], *y = &seen->at[i];
        if (x->label.dir != DIR_RECEIVE || !same_label(x->label, y->label))
            continue;
        uint32_t left = set_of(q, q->nfa->at.at[x->place].target), right = set_of(q, q->nfa->at.at[y->place].target);
        if (!alike(q, left, right)) {
            q->first = x->place;
            q->second = y->place;
            return false;
        }
    }
    return true;
}

static bool knows(struct search *q)
{
    u32_vec queue = {0};
    bool *queued = ARENA_ARRAY(q->a, bool, q->nfa->at.n); /* positions whose own set is looked at */
    vec_push(q->a, queue, q->nfa->start);
    queued[q->nfa->start] = true;
    for (uint32_t h = 0; h < queue.n && !q->too_large; h++) {
        seen_vec seen = actions_of(q, set_of(q, queue.at[h]));
        if (!compare_steps(q, &seen))
            return q->too_large;
        for (uint32_t i = 0; i < seen.n; i++) {
            uint32_t next = q->nfa->at.at[seen.at[i].place].target;
            if (!queued[next])
                vec_push(q->a, queue, next);
            queued[next] = true;
        }
    }
    return true;
}

static void report(const struct search *q, const struct builder *b, const struct session_type *t)
{
    const struct place *p = &q->nfa->at.at[q->first], *other = &q->nfa->at.at[q->second];
    struct span left = p->stmt->at, right = other->stmt->at;
    struct diag *x = diag_add(b->d, W0302, left, "`%s` takes `%s` from `%s` and cannot know which branch this is",
                              t->roles[q->role].name, b->ir->messages[p->message].name, t->roles[p->from].name);
    if (!same_span(left, right)) {
        diag_caret(b->d, x, "it may be this one");
        diag_label(b->d, x, right, "or this one, after which it goes on otherwise");
    } else {
        diag_caret(b->d, x, "what follows differs by how the protocol came here");
    }
    diag_help(b->d, x, "use a message of its own for each branch; `%s` works as it is where it may find out later",
              t->roles[q->role].name);
}

enum early early_choices(struct ir *ir, uint32_t session, struct diags *d, uint64_t *states)
{
    struct session_type *t = &ir->sessions[session];
    struct builder b = {.a = ir->a, .names = ir->names, .sources = ir->sources, .f = ir->file, .d = d, .ir = ir};
    struct nfa nfa = {0};
    enum early result = EARLY_HOLDS;
    *states = 0;
    b.scratch = arena_new(0);
    if (!instantiate(&b, t, &nfa))
        result = EARLY_TOO_LARGE; /* it was not when the session was built */
    for (uint32_t r = 0; r < t->n_roles && result != EARLY_TOO_LARGE; r++) {
        struct search q = {.a = b.scratch, .nfa = &nfa, .role = r, .mark = ARENA_ARRAY(b.scratch, uint32_t, nfa.at.n)};
        sets_init(&q.sets, b.scratch, nfa.at.n);
        bool known = knows(&q);
        *states += q.sets.all.n;
        if (q.too_large)
            result = EARLY_TOO_LARGE;
        else if (!known) {
            report(&q, &b, t);
            result = EARLY_VIOLATED;
        }
    }
    arena_free(b.scratch);
    return result;
}
