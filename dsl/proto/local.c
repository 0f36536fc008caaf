/* local.c -- sessions of local types: from the text of each role to its automaton.
 *
 * A state is (node of the syntax tree, dual or not): names, `rec` and `dual` only lead to another such pair, so
 * recursion, also among declarations and through `dual`, is sharing. Well-formed means: an internal choice starts
 * with sends, an external one with receives, a mixed one with either, and no two branches start with the same action.
 */
#include "proto.h"

struct point { /* a type: the node read as it stands, or as its dual */
    const struct local *at;
    bool dual;
};

struct binder { /* rec variables, innermost first */
    const struct local *rec;
    const struct binder *next;
};

struct link { /* what a name stands for */
    const struct local *name_node, *target;
};

struct reading {
    struct builder *b;
    const struct session_type *t;
    uint32_t role;
    VEC(struct link) links; /* of rec variables */
    VEC(const struct decl *) linked;
    VEC(struct point) points; /* states */
    uint32_t *slots, n_slots; /* point + 1 */
    struct draft draft;
    uint32_t first; /* edge of the state being read */
    bool ok;
};

/* ---- names ---- */

static void link_names(struct reading *r, const struct local *l, const struct binder *scope)
{
    for (; l; l = l->next) {
        if (l->kind == LT_REC) {
            struct binder inner = {l, scope};
            link_names(r, l->next, &inner);
            return;
        }
        if (l->kind == LT_NAME && !l->decl) {
            const struct binder *s = scope;
            while (s && s->rec->name.name != l->name.name)
                s = s->next;
            vec_push(r->b->scratch, r->links, (struct link){l, s ? s->rec : NULL});
        } else if (l->kind == LT_NAME) {
            bool seen = false;
            for (uint32_t i = 0; i < r->linked.n; i++)
                seen = seen || r->linked.at[i] == l->decl;
            if (!seen) {
                vec_push(r->b->scratch, r->linked, l->decl);
                link_names(r, l->decl->as.local, NULL);
            }
        }
        for (uint32_t i = 0; i < l->branches.n; i++)
            link_names(r, l->branches.at[i], scope);
    }
}

static const struct local *named(const struct reading *r, const struct local *l)
{
    if (l->decl)
        return l->decl->as.local;
    for (uint32_t i = 0; i < r->links.n; i++)
        if (r->links.at[i].name_node == l)
            return r->links.at[i].target;
    return NULL;
}

/* The first action, choice or end that the type comes to. */
static struct point head(const struct reading *r, struct point p)
{
    while (p.at && (p.at->kind == LT_NAME || p.at->kind == LT_REC || p.at->kind == LT_DUAL)) {
        p.dual ^= p.at->kind == LT_DUAL;
        p.at = p.at->kind == LT_NAME ? named(r, p.at) : p.at->next;
    }
    return p;
}

/* ---- states ---- */

static uint64_t hash_point(struct point p)
{
    uint64_t h = ((uint64_t)(uintptr_t)p.at * 2 + p.dual) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

static uint32_t state_of(struct reading *r, struct point p)
{
    p = head(r, p);
    if (r->points.n * 2 >= r->n_slots) {
        r->n_slots = r->n_slots ? r->n_slots * 2 : 64;
        r->slots = ARENA_ARRAY(r->b->scratch, uint32_t, r->n_slots);
        for (uint32_t i = 0; i < r->points.n; i++) {
            uint32_t k = (uint32_t)hash_point(r->points.at[i]) & (r->n_slots - 1);
            while (r->slots[k])
                k = (k + 1) & (r->n_slots - 1);
            r->slots[k] = i + 1;
        }
    }
    uint32_t k = (uint32_t)hash_point(p) & (r->n_slots - 1);
    for (; r->slots[k]; k = (k + 1) & (r->n_slots - 1)) {
        const struct point *q = &r->points.at[r->slots[k] - 1];
        if (q->at == p.at && q->dual == p.dual)
            return r->slots[k] - 1;
    }
    vec_push(r->b->scratch, r->points, p);
    r->slots[k] = r->points.n;
    return r->points.n - 1;
}

/* ---- actions ---- */

/* In a binary session there is only one other role, whatever a dual type calls it. */
static uint32_t peer_of(const struct reading *r, const struct local *l)
{
    if (r->t->n_roles == 2)
        return 1 - r->role;
    for (uint32_t i = 0; i < r->t->n_roles; i++)
        if (r->t->roles[i].name == l->peer.name)
            return i;
    return 0;
}

static void report_same(struct reading *r, const struct local *l, const struct draft_edge *first)
{
    r->ok = false;
    if (ir__reported(r->b, E0307, l->at))
        return;
    struct diag *x = diag_add(r->b->d, E0307, l->at, "two branches start with the same action");
    diag_label(r->b->d, x, first->at, "first here");
    diag_help(r->b->d, x, "start them with different messages, or choose after the action");
}

static void add_action(struct reading *r, uint32_t state, struct point p)
{
    const struct local *l = p.at;
    struct draft_edge e = {.source = state, .at = l->at};
    e.at.hi = l->message.at.hi > e.at.lo ? l->message.at.hi : e.at.hi; /* the action, not what follows it */
    e.label.dir = l->send != p.dual ? DIR_SEND : DIR_RECEIVE;
    e.label.peer = (uint16_t)peer_of(r, l);
    e.label.message = (uint16_t)l->decl->nth;
    for (uint32_t i = r->first; i < r->draft.edges.n; i++)
        if (same_label(r->draft.edges.at[i].label, e.label)) {
            report_same(r, l, &r->draft.edges.at[i]);
            return;
        }
    e.target = state_of(r, (struct point){l->next, p.dual});
    vec_push(r->b->scratch, r->draft.edges, e);
}

/* Which actions the branches of a choice may start with. */
enum starts { STARTS_SEND = 1, STARTS_RECEIVE = 2, STARTS_ANY = 3 };

static enum starts starts_of(struct point choice)
{
    if (choice.at->kind == LT_MIXED)
        return STARTS_ANY;
    return (choice.at->kind == LT_SELECT) != choice.dual ? STARTS_SEND : STARTS_RECEIVE;
}

static bool is_choice(const struct local *l)
{
    return l->kind == LT_SELECT || l->kind == LT_BRANCH || l->kind == LT_MIXED;
}

static void report_start(struct reading *r, const struct local *l, struct point found, enum starts may)
{
    r->ok = false;
    struct span at = l->at;
    bool mixed = found.at && found.at->kind != LT_END;
    if (ir__reported(r->b, mixed ? E0303 : E0308, at))
        return;
    const char *must = may == STARTS_ANY ? "an action" : may == STARTS_SEND ? "a send" : "a receive";
    struct diag *x;
    if (mixed)
        x = diag_add(r->b->d, E0303, at, "this branch does not start with %s, as the others do", must);
    else
        x = diag_add(r->b->d, E0308, at, "this branch ends at once; it must start with %s", must);
    if (found.at && !same_span(found.at->at, at))
        diag_label(r->b->d, x, found.at->at, "it starts here");
    diag_note(r->b->d, x, "in `+{ ... }` the role chooses by sending, in `&{ ... }` it learns a choice by receiving");
    if (mixed)
        diag_help(r->b->d, x, "write `mixed{ ... }` where both are meant to be possible");
}

/* The branches of a choice, and of choices at their start that it allows. */
static void add_branches(struct reading *r, uint32_t state, struct point p, enum starts may)
{
    for (uint32_t i = 0; i < p.at->branches.n; i++) {
        const struct local *l = p.at->branches.at[i];
        struct point q = head(r, (struct point){l, p.dual});
        bool action = q.at && q.at->kind == LT_ACTION;
        if (action && (may & (q.at->send != q.dual ? STARTS_SEND : STARTS_RECEIVE)))
            add_action(r, state, q);
        else if (q.at && is_choice(q.at) && (may & starts_of(q)) == starts_of(q))
            add_branches(r, state, q, starts_of(q));
        else
            report_start(r, l, q, may);
    }
}

static void read_state(struct reading *r, uint32_t state)
{
    struct point p = r->points.at[state];
    r->first = r->draft.edges.n;
    if (!p.at)
        return;
    if (p.at->kind == LT_ACTION)
        add_action(r, state, p);
    else if (is_choice(p.at))
        add_branches(r, state, p, starts_of(p));
}

static bool too_large(struct reading *r)
{
    if (r->points.n <= IR_MAX_STATES && r->draft.edges.n <= IR_MAX_EDGES)
        return false;
    diag_add(r->b->d, E0309, r->t->roles[r->role].at, "the local type of `%s` has more than %d states or %d actions",
             r->t->roles[r->role].name, IR_MAX_STATES, IR_MAX_EDGES);
    return true;
}

bool local_automaton(struct builder *b, const struct session_type *t, uint32_t role, const struct local *l,
                     struct span at, struct automaton *out)
{
    struct reading r = {.b = b, .t = t, .role = role, .ok = true};
    link_names(&r, l, NULL);
    state_of(&r, (struct point){l, false});
    for (uint32_t s = 0; s < r.points.n; s++) {
        read_state(&r, s);
        if (too_large(&r))
            return false;
    }
    r.draft.n_states = r.points.n;
    r.draft.final = ARENA_ARRAY(b->scratch, bool, r.points.n);
    r.draft.end = ARENA_ARRAY(b->scratch, struct span, r.points.n);
    for (uint32_t s = 0; s < r.points.n; s++) {
        r.draft.final[s] = !r.points.at[s].at || r.points.at[s].at->kind == LT_END;
        r.draft.end[s] = r.points.at[s].at ? r.points.at[s].at->at : at;
    }
    automaton_finish(b->a, &r.draft, out);
    return r.ok;
}

bool local_session(struct builder *b, struct session_type *t)
{
    bool ok = true;
    t->locals = ARENA_ARRAY(b->a, struct automaton, t->n_roles);
    for (uint32_t i = 0; i < t->n_roles; i++) {
        const struct decl *d = t->decl->as.session.locals.at[i];
        ok = local_automaton(b, t, i, d->as.local, d->at, &t->locals[i]) && ok;
    }
    return ok;
}
