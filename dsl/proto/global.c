/* global.c -- the graph of positions becomes a deterministic global automaton, by subset construction.
 *
 * Branches that begin with the same interactions stay undecided, and only where they part does the automaton. The
 * result is well-formed if and only if (1) all interactions of a state have one sender, (2) a state in which the
 * session may end has no interactions, and (3) where branches of a choice begin alike and another role than the
 * chooser sends where they part, the chooser goes on alike in both. Otherwise some branches are told
 * apart by nobody, or by the wrong role: E0305. None of this concerns interactions of different branches of a `par`:
 * between these nobody chooses.
 *
 * Events are no edges here. Each handler starts in a state of its own, found when a state is, in which its event may
 * happen. A set of positions holds the exits of the bodies that ended just there, so that its state knows them.
 */
#include "proto.h"

struct construction {
    struct builder *b;
    const struct session_type *t;
    const struct nfa *nfa;
    struct sets sets;
    uint32_t *seen, stamp; /* [positions] epsilon positions passed in this closure */
    list_vec regions;      /* those of the positions, and unions of them */
    VEC(uint32_t) stack;
    VEC(struct global_state) states;
    VEC(struct global_edge) edges;
    u32_vec parents; /* [states] the edge by which it was found; IR_NONE for a start */
    u32_vec starts;  /* [states] of a start: its position */
    u32_vec sources; /* [edges] */
    uint32_t **handlers; /* [tries] the states in which the handlers start; NULL: not met yet */
    VEC(bool) merged; /* [edges] stands for several actions of the text */
};

/* ---- determinisation ---- */

/* Adds the actions and ends that `from` leads to without an interaction. */
static void close_over(struct construction *c, uint32_t from)
{
    c->stack.n = 0;
    vec_push(c->b->scratch, c->stack, from);
    while (c->stack.n) {
        uint32_t i = c->stack.at[--c->stack.n];
        const struct place *p = &c->nfa->at.at[i];
        if (p->kind == POS_ACTION || p->kind == POS_END) {
            sets_put(&c->sets, i);
            continue;
        }
        if (c->seen[i] == c->stamp)
            continue;
        c->seen[i] = c->stamp;
        if (p->kind == POS_EXIT && p->regions)
            sets_put(&c->sets, i);
        for (uint32_t k = p->targets.n; k-- > 0;)
            vec_push(c->b->scratch, c->stack, p->targets.at[k]);
    }
}

static void begin(struct construction *c)
{
    sets_begin(&c->sets);
    c->stamp++;
}

static uint32_t end_set(struct construction *c, uint32_t by_edge)
{
    uint32_t s = sets_intern(&c->sets);
    if (s == c->parents.n) {
        vec_push(c->b->scratch, c->parents, by_edge);
        vec_push(c->b->scratch, c->starts, IR_NONE);
    }
    return s;
}

/* The state of a position from which runs start. */
static uint32_t start_state(struct construction *c, uint32_t position)
{
    begin(c);
    close_over(c, position);
    uint32_t s = end_set(c, IR_NONE);
    if (c->parents.at[s] == IR_NONE)
        c->starts.at[s] = position;
    return s;
}

/* ---- regions ---- */

/* Of tries, by level. */
static void put_region(const struct construction *c, struct arena *a, u32_vec *out, uint32_t t)
{
    uint32_t i = 0;
    const struct nfa_try *tries = c->nfa->tries.at;
    while (i < out->n && out->at[i] != t && (tries[out->at[i]].level < tries[t].level ||
                                             (tries[out->at[i]].level == tries[t].level && out->at[i] < t)))
        i++;
    if (i < out->n && out->at[i] == t)
        return;
    vec_push(a, *out, t);
    memmove(out->at + i + 1, out->at + i, (out->n - 1 - i) * sizeof *out->at);
    out->at[i] = t;
}

/* The list with all regions of both. */
static uint32_t join_regions(struct construction *c, uint32_t x, uint32_t y)
{
    if (x == y || !y)
        return x;
    if (!x)
        return y;
    u32_vec all = {0};
    for (uint32_t i = 0; i < c->regions.at[x].n; i++)
        put_region(c, c->b->scratch, &all, c->regions.at[x].at[i]);
    for (uint32_t i = 0; i < c->regions.at[y].n; i++)
        put_region(c, c->b->scratch, &all, c->regions.at[y].at[i]);
    for (uint32_t i = c->regions.n; i-- > 0;)
        if (c->regions.at[i].n == all.n && memcmp(c->regions.at[i].at, all.at, all.n * sizeof *all.at) == 0)
            return i;
    vec_push(c->b->scratch, c->regions, (struct index_list){all.n, all.at});
    return c->regions.n - 1;
}

/* The states in which the handlers start that may take over here. */
static void start_handlers(struct construction *c, uint32_t regions)
{
    const struct index_list in = c->regions.at[regions];
    for (uint32_t i = 0; i < in.n; i++) {
        const struct nfa_try *t = &c->nfa->tries.at[in.at[i]];
        if (c->handlers[in.at[i]])
            continue;
        c->handlers[in.at[i]] = ARENA_ARRAY(c->b->scratch, uint32_t, t->handlers.n);
        for (uint32_t k = 0; k < t->handlers.n; k++)
            c->handlers[in.at[i]][k] = start_state(c, t->handlers.at[k].start);
    }
}

/* ---- the states ---- */

static int compare_places(const struct place *x, const struct place *y)
{
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->interrupt != y->interrupt)
        return x->interrupt ? 1 : -1;
    return x->message < y->message ? -1 : x->message > y->message;
}

static int compare_actions(const struct construction *c, uint32_t a, uint32_t b)
{
    const struct place *x = &c->nfa->at.at[a], *y = &c->nfa->at.at[b];
    int order = compare_places(x, y);
    if (order)
        return order;
    return before(x->stmt->at, y->stmt->at) ? -1 : before(y->stmt->at, x->stmt->at);
}

/* Merge sort: the comparison needs the construction, which qsort could not pass. */
static void sort_actions(const struct construction *c, uint32_t *at, uint32_t n, uint32_t *tmp)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, k = 0;
    sort_actions(c, at, half, tmp);
    sort_actions(c, at + half, n - half, tmp);
    while (i < half || j < n)
        tmp[k++] = j == n || (i < half && compare_actions(c, at[i], at[j]) <= 0) ? at[i++] : at[j++];
    memcpy(at, tmp, n * sizeof *at);
}

/* The actions of a set in order; *final tells whether the session may end there. */
static u32_vec actions_of(struct construction *c, const struct set *set, bool *final)
{
    u32_vec out = {0};
    *final = false;
    for (uint32_t i = 0; i < set->n; i++) {
        enum pos_kind kind = c->nfa->at.at[set->at[i]].kind;
        *final = *final || kind == POS_END;
        if (kind == POS_ACTION)
            vec_push(c->b->scratch, out, set->at[i]);
    }
    if (out.n > 1)
        sort_actions(c, out.at, out.n, ARENA_ARRAY(c->b->scratch, uint32_t, out.n));
    return out;
}

/* Actions lo .. hi - 1 are one interaction; adds its edge. */
static void add_edge(struct construction *c, uint32_t s, const uint32_t *actions, uint32_t n)
{
    const struct place *p = &c->nfa->at.at[actions[0]];
    struct global_edge e = {.from = p->from, .to = p->to, .message = p->message, .interrupt = p->interrupt,
                            .at = p->stmt->at, .where = p->stmt->where, .strand = p->strand};
    begin(c);
    for (uint32_t i = 0; i < n; i++) {
        e.regions = join_regions(c, e.regions, c->nfa->at.at[actions[i]].regions);
        close_over(c, c->nfa->at.at[actions[i]].target);
    }
    e.target = end_set(c, c->edges.n);
    vec_push(c->b->scratch, c->edges, e);
    vec_push(c->b->scratch, c->sources, s);
    vec_push(c->b->scratch, c->merged, n > 1);
    c->states.at[s].n++;
}

static void expand_state(struct construction *c, uint32_t s)
{
    struct set set = c->sets.all.at[s];
    struct global_state fresh = {.first = c->edges.n};
    u32_vec actions = actions_of(c, &set, &fresh.final);
    for (uint32_t i = 0; i < set.n; i++)
        fresh.regions = join_regions(c, fresh.regions, c->nfa->at.at[set.at[i]].regions);
    vec_push(c->b->scratch, c->states, fresh);
    for (uint32_t i = 0, end; i < actions.n; i = end) {
        const struct place *p = &c->nfa->at.at[actions.at[i]];
        for (end = i + 1; end < actions.n && compare_places(p, &c->nfa->at.at[actions.at[end]]) == 0; end++)
            ;
        add_edge(c, s, actions.at + i, end - i);
    }
    start_handlers(c, fresh.regions);
}

/* ---- refinements ---- */

bool same_refinement(const struct expr *a, const struct expr *b)
{
    if (!a || !b || a->kind != b->kind)
        return a == b;
    if (a->number != b->number || a->path.n != b->path.n)
        return false;
    for (uint32_t i = 0; i < a->path.n; i++)
        if (a->path.at[i].name != b->path.at[i].name)
            return false;
    return same_refinement(a->left, b->left) && same_refinement(a->right, b->right);
}

void report_refinements(const struct builder *b, const struct session_type *t, const struct global_edge *one,
                        const struct global_edge *two, const char *who)
{
    const struct global_edge *at = two->where ? two : one, *other = two->where ? one : two;
    struct span place = at->where->at;
    if (ir__reported(b, E0326, place))
        return;
    struct diag *x = diag_add(b->d, E0326, place, "`%s -> %s: %s` has another refinement in another branch",
                              t->roles[at->from].name, t->roles[at->to].name, b->ir->messages[at->message].name);
    diag_label(b->d, x, other->where ? other->where->at : other->at,
               other->where ? "the other one" : "here it has none");
    diag_note(b->d, x, "%s cannot tell the branches apart here, and so not which of the two must hold", who);
    diag_help(b->d, x, "use the same refinement in both, or different messages");
}

/* The interactions that share an edge have one refinement. */
static bool check_refinements(struct construction *c, const u32_vec *actions)
{
    for (uint32_t i = 1; i < actions->n; i++) {
        const struct place *x = &c->nfa->at.at[actions->at[i - 1]], *y = &c->nfa->at.at[actions->at[i]];
        if (compare_places(x, y) != 0 || same_refinement(x->stmt->where, y->stmt->where))
            continue;
        struct global_edge one = {.from = x->from, .to = x->to, .message = x->message, .at = x->stmt->at,
                                  .where = x->stmt->where}, two = one;
        two.at = y->stmt->at;
        two.where = y->stmt->where;
        report_refinements(c->b, c->t, &one, &two, "others");
        return false;
    }
    return true;
}

/* ---- branches that nobody tells apart ---- */

struct fork { /* where two runs with the same interactions part: two branches of one choice */
    const struct stmt *choice;
    uint32_t chooser;
    uint32_t left, right;
};

/* Parents of a search from `from` over epsilon positions. */
static void search_closure(const struct construction *c, uint32_t from, uint32_t *parent)
{
    u32_vec queue = {0};
    memset(parent, 0xff, c->nfa->at.n * sizeof *parent);
    vec_push(c->b->scratch, queue, from);
    parent[from] = from;
    for (uint32_t h = 0; h < queue.n; h++) {
        const struct place *p = &c->nfa->at.at[queue.at[h]];
        for (uint32_t k = 0; k < p->targets.n; k++)
            if (parent[p->targets.at[k]] == IR_NONE) {
                parent[p->targets.at[k]] = queue.at[h];
                vec_push(c->b->scratch, queue, p->targets.at[k]);
            }
    }
}

static uint32_t branch_of(const struct place *choice, uint32_t target)
{
    for (uint32_t i = 0; i < choice->targets.n; i++)
        if (choice->targets.at[i] == target)
            return i;
    return 0;
}

/* The choice at which the ways from `from` to a and to b part. */
static struct fork part(const struct construction *c, uint32_t from, uint32_t a, uint32_t b, uint32_t *parent)
{
    uint32_t *via = ARENA_ARRAY(c->b->scratch, uint32_t, c->nfa->at.n); /* successor on the way to a, + 1 */
    search_closure(c, from, parent);
    for (uint32_t x = a; x != from; x = parent[x])
        via[parent[x]] = x + 1;
    uint32_t last = b, x = b;
    while (x != from && !via[x]) {
        last = x;
        x = parent[x];
    }
    const struct place *p = &c->nfa->at.at[x];
    if (!p->stmt || p->stmt->kind != ST_CHOICE || !via[x])
        return (struct fork){0};
    return (struct fork){p->stmt, p->from, branch_of(p, via[x] - 1), branch_of(p, last)};
}

/* Walks back from state s, reached by `edge`, in which both a and b are possible, to the fork of the two runs. */
static struct fork find_fork(const struct construction *c, uint32_t s, uint32_t edge, uint32_t a, uint32_t b)
{
    uint32_t *reach_a = ARENA_ARRAY(c->b->scratch, uint32_t, c->nfa->at.n);
    uint32_t *reach_b = ARENA_ARRAY(c->b->scratch, uint32_t, c->nfa->at.n);
    while (edge != IR_NONE) {
        const struct global_edge *e = &c->edges.at[edge];
        uint32_t from = c->sources.at[edge], pa = IR_NONE, pb = IR_NONE;
        const struct set *set = &c->sets.all.at[from];
        for (uint32_t i = 0; i < set->n; i++) {
            const struct place *p = &c->nfa->at.at[set->at[i]];
            if (p->kind != POS_ACTION || p->from != e->from || p->to != e->to || p->message != e->message ||
                p->interrupt != e->interrupt)
                continue;
            search_closure(c, p->target, reach_a);
            bool to_a = reach_a[a] != IR_NONE, to_b = reach_a[b] != IR_NONE;
            if (to_a && to_b)
                return part(c, p->target, a, b, reach_b);
            pa = to_a ? set->at[i] : pa;
            pb = to_b ? set->at[i] : pb;
        }
        s = from, edge = c->parents.at[from], a = pa, b = pb;
    }
    return part(c, c->starts.at[s], a, b, reach_b);
}

static const char *going_on(const struct construction *c, uint32_t position)
{
    const struct place *p = &c->nfa->at.at[position];
    if (p->kind == POS_END)
        return "ends";
    return arena_printf(c->b->a, "goes on with `%s -> %s: %s`", c->t->roles[p->from].name, c->t->roles[p->to].name,
                        c->b->ir->messages[p->message].name);
}

static struct span branch_span(const struct fork *f, uint32_t i)
{
    const struct block *b = &f->choice->blocks.at[i];
    return b->stmts.n ? b->stmts.at[0]->at : b->at;
}

static void note_run(const struct construction *c, struct diag *x, uint32_t s)
{
    enum { SHOWN = 6 };
    const char *text = NULL;
    uint32_t n = 0;
    for (; c->parents.at[s] != IR_NONE; s = c->sources.at[c->parents.at[s]], n++) {
        const struct global_edge *e = &c->edges.at[c->parents.at[s]];
        if (n >= SHOWN)
            continue;
        const char *one = arena_printf(c->b->a, "`%s -> %s: %s`", c->t->roles[e->from].name, c->t->roles[e->to].name,
                                       c->b->ir->messages[e->message].name);
        text = text ? arena_printf(c->b->a, "%s, %s", one, text) : one;
    }
    bool handler = c->starts.at[s] != IR_NONE && c->starts.at[s] != c->nfa->start;
    if (text)
        diag_note(c->b->d, x, "so far in both%s: %s%s", handler ? ", in the handler" : "", n > SHOWN ? "..., " : "",
                  text);
}

/* `s` is the state behind `edge`. */
static void report_conflict(const struct construction *c, uint32_t s, uint32_t edge, uint32_t a, uint32_t b)
{
    const struct place *p = &c->nfa->at.at[a];
    if (ir__reported(c->b, E0305, p->stmt->at))
        return;
    struct diag *x = diag_add(c->b->d, E0305, p->stmt->at,
                              "after the same messages one branch %s, and another %s", going_on(c, a),
                              going_on(c, b));
    struct fork f = find_fork(c, s, edge, a, b);
    if (f.choice) {
        diag_label(c->b->d, x, branch_span(&f, f.left), "this branch then %s", going_on(c, a));
        diag_label(c->b->d, x, branch_span(&f, f.right), "this one %s", going_on(c, b));
    }
    if (c->nfa->at.at[b].kind == POS_ACTION && !same_span(c->nfa->at.at[b].stmt->at, p->stmt->at))
        diag_label(c->b->d, x, c->nfa->at.at[b].stmt->at, "instead of this");
    note_run(c, x, s);
    diag_help(c->b->d, x, "let the branches start with different messages%s%s%s, so that everyone can tell them apart",
              f.choice ? " from `" : "", f.choice ? f.choice->from.base.name : "", f.choice ? "`" : "");
}

static bool concurrent(const struct construction *c, uint32_t a, uint32_t b)
{
    return strands_concurrent(c->nfa->strands.at, c->nfa->at.at[a].strand, c->nfa->at.at[b].strand);
}

/* An action before the i-th with another sender, of which it is an alternative; or IR_NONE. */
static uint32_t other_sender(const struct construction *c, const u32_vec *actions, uint32_t i)
{
    const struct place *p = &c->nfa->at.at[actions->at[i]];
    if (!p->strand)
        return c->nfa->at.at[actions->at[0]].from != p->from ? 0 : IR_NONE;
    for (uint32_t k = 0; k < i; k++)
        if (c->nfa->at.at[actions->at[k]].from != p->from && !concurrent(c, actions->at[k], actions->at[i]))
            return k;
    return IR_NONE;
}

/* Invariants (1) and (2) of state s. */
static bool check_state(struct construction *c, uint32_t s)
{
    struct set set = c->sets.all.at[s];
    bool final;
    u32_vec actions = actions_of(c, &set, &final);
    uint32_t end = IR_NONE;
    for (uint32_t i = 0; i < set.n && final; i++)
        if (c->nfa->at.at[set.at[i]].kind == POS_END)
            end = set.at[i];
    if (final && actions.n) {
        report_conflict(c, s, c->parents.at[s], actions.at[0], end);
        return false;
    }
    for (uint32_t i = 1; i < actions.n; i++) {
        uint32_t other = other_sender(c, &actions, i);
        if (other != IR_NONE) {
            report_conflict(c, s, c->parents.at[s], actions.at[other], actions.at[i]);
            return false;
        }
    }
    return check_refinements(c, &actions);
}

struct outlook { /* what a role may do next */
    u32_vec actions; /* positions */
    bool ends;
};

static struct outlook outlook_of(struct construction *c, uint32_t role, uint32_t from)
{
    struct outlook o = {0};
    u32_vec stack = {0};
    c->stamp++;
    vec_push(c->b->scratch, stack, from);
    while (stack.n) {
        uint32_t i = stack.at[--stack.n];
        const struct place *p = &c->nfa->at.at[i];
        if (c->seen[i] == c->stamp)
            continue;
        c->seen[i] = c->stamp;
        o.ends = o.ends || p->kind == POS_END;
        if (p->kind == POS_ACTION && (p->from == role || p->to == role))
            vec_push(c->b->scratch, o.actions, i);
        else if (p->kind == POS_ACTION)
            vec_push(c->b->scratch, stack, p->target);
        for (uint32_t k = 0; k < p->targets.n; k++)
            vec_push(c->b->scratch, stack, p->targets.at[k]);
    }
    return o;
}

static bool includes(const struct construction *c, const struct outlook *all, const struct outlook *some)
{
    for (uint32_t i = 0; i < some->actions.n; i++) {
        bool there = false;
        for (uint32_t k = 0; k < all->actions.n && !there; k++)
            there = compare_places(&c->nfa->at.at[some->actions.at[i]], &c->nfa->at.at[all->actions.at[k]]) == 0;
        if (!there)
            return false;
    }
    return all->ends || !some->ends;
}

static bool goes_on_alike(struct construction *c, uint32_t role, uint32_t a, uint32_t b)
{
    struct outlook x = outlook_of(c, role, a), y = outlook_of(c, role, b);
    return includes(c, &x, &y) && includes(c, &y, &x);
}

/* Actions a and b part what one edge led to: both the sender and the chooser may see that. */
static bool told_apart(struct construction *c, uint32_t s, uint32_t edge, uint32_t a, uint32_t b)
{
    const struct place *x = &c->nfa->at.at[a], *y = &c->nfa->at.at[b];
    if (x->from != y->from || compare_places(x, y) == 0 || concurrent(c, a, b))
        return true;
    struct fork f = find_fork(c, s, edge, a, b);
    return !f.choice || f.chooser == x->from || goes_on_alike(c, f.chooser, a, b);
}

/* Invariant (3) of the edges out of state s that belong to several branches. */
static bool check_merged(struct construction *c, uint32_t s)
{
    const struct global_state *from = &c->states.at[s];
    for (uint32_t e = from->first; e < from->first + from->n; e++) {
        if (!c->merged.at[e])
            continue;
        uint32_t to = c->edges.at[e].target;
        struct set set = c->sets.all.at[to];
        bool final;
        u32_vec actions = actions_of(c, &set, &final);
        for (uint32_t i = 1; i < actions.n && !final; i++) {
            if (told_apart(c, to, e, actions.at[i - 1], actions.at[i]))
                continue;
            report_conflict(c, to, e, actions.at[i - 1], actions.at[i]);
            return false;
        }
    }
    return true;
}

static void finish_tries(const struct construction *c, struct global *g)
{
    g->n_tries = c->nfa->tries.n;
    g->tries = ARENA_ARRAY(c->b->a, struct try_region, g->n_tries);
    for (uint32_t i = 0; i < g->n_tries; i++) {
        const struct nfa_try *t = &c->nfa->tries.at[i];
        struct try_region *out = &g->tries[i];
        *out = (struct try_region){.stmt = t->stmt, .level = t->level, .catcher = t->catcher};
        out->n_handlers = c->handlers[i] ? t->handlers.n : 0;
        out->handlers = ARENA_ARRAY(c->b->a, struct handler, out->n_handlers);
        for (uint32_t k = 0; k < out->n_handlers; k++)
            out->handlers[k] = (struct handler){t->handlers.at[k].event, c->handlers[i][k], t->handlers.at[k].at};
    }
}

/* Lists in the compilation's arena. */
static struct index_list *keep_lists(const struct construction *c, const list_vec *in)
{
    struct index_list *out = ARENA_ARRAY(c->b->a, struct index_list, in->n);
    for (uint32_t i = 0; i < in->n; i++) {
        out[i] = (struct index_list){in->at[i].n, ARENA_ARRAY(c->b->a, uint32_t, in->at[i].n)};
        if (in->at[i].n)
            memcpy(out[i].at, in->at[i].at, in->at[i].n * sizeof *out[i].at);
    }
    return out;
}

static struct global *finish(const struct construction *c)
{
    struct global *g = ARENA_NEW(c->b->a, struct global);
    g->n_states = c->states.n;
    g->n_edges = c->edges.n;
    g->states = ARENA_ARRAY(c->b->a, struct global_state, g->n_states);
    g->edges = ARENA_ARRAY(c->b->a, struct global_edge, g->n_edges);
    memcpy(g->states, c->states.at, g->n_states * sizeof *g->states);
    if (g->n_edges)
        memcpy(g->edges, c->edges.at, g->n_edges * sizeof *g->edges);
    finish_tries(c, g);
    g->n_regions = c->regions.n;
    g->regions = keep_lists(c, &c->regions);
    g->n_strands = c->nfa->strands.n;
    g->strands = keep_lists(c, &c->nfa->strands);
    return g;
}

struct global *global_build(struct builder *b, const struct session_type *t, const struct nfa *nfa)
{
    struct construction c = {.b = b, .t = t, .nfa = nfa};
    sets_init(&c.sets, b->scratch, nfa->at.n);
    c.seen = ARENA_ARRAY(b->scratch, uint32_t, nfa->at.n);
    c.handlers = ARENA_ARRAY(b->scratch, uint32_t *, nfa->tries.n);
    for (uint32_t i = 0; i < nfa->regions.n; i++)
        vec_push(b->scratch, c.regions, nfa->regions.at[i]);
    start_state(&c, nfa->start);
    for (uint32_t s = 0; s < c.sets.all.n; s++) {
        expand_state(&c, s);
        /* Breadth first: the first conflict has a shortest run, and what follows it follows from it. */
        if (!check_state(&c, s) || !check_merged(&c, s))
            return NULL;
        if (c.sets.all.n > IR_MAX_POSITIONS || c.sets.work > IR_MAX_SET_WORK) {
            diag_add(b->d, E0309, t->decl->name.at, "the global automaton of session `%s` has more than %d states",
                     t->name, IR_MAX_POSITIONS);
            return NULL;
        }
    }
    return finish(&c);
}
