/* determinise.c -- what a role sees of the global automaton, by subset construction: a state is the set of global
 * states that the role cannot tell apart.
 *
 * A handler of `try` is entered from outside of the sets. Its catcher has an event edge wherever its own next action
 * is in the body. Any other role, in a set with a state in the body or just behind it, has an interrupt edge for each
 * first message of a handler. These edges stand behind the others of their state.
 */
#include "projection.h"

/* ---- sets ---- */

static void close_over(struct projection *p, uint32_t start)
{
    const struct global *g = p->graph->g;
    uint32_t h = p->sets.current.n;
    struct label l;
    sets_put(&p->sets, start);
    for (; h < p->sets.current.n; h++) {
        const struct global_state *s = &g->states[p->sets.current.at[h]];
        for (uint32_t i = s->first; i < s->first + s->n; i++)
            if (!projection_sees(p, &g->edges[i], &l))
                sets_put(&p->sets, g->edges[i].target);
    }
}

static uint32_t end_set(struct projection *p, uint32_t by_edge)
{
    uint32_t s = sets_intern(&p->sets);
    if (s == p->parents.n)
        vec_push(p->a, p->parents, by_edge);
    return s;
}

struct seen { /* a global edge in which the role takes part, leaving a set */
    struct label label;
    uint32_t edge;
};
typedef VEC(struct seen) seen_vec;

static bool order(const struct projection *p, const struct seen *x, const struct seen *y)
{
    if (x->label.dir != y->label.dir)
        return x->label.dir < y->label.dir;
    if (x->label.peer != y->label.peer)
        return x->label.peer < y->label.peer;
    if (x->label.interrupt != y->label.interrupt)
        return y->label.interrupt;
    if (x->label.message != y->label.message)
        return x->label.message < y->label.message;
    return !before(p->graph->g->edges[y->edge].at, p->graph->g->edges[x->edge].at);
}

static void sort_seen(const struct projection *p, struct seen *at, uint32_t n, struct seen *tmp)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, k = 0;
    sort_seen(p, at, half, tmp);
    sort_seen(p, at + half, n - half, tmp);
    while (i < half || j < n)
        tmp[k++] = j == n || (i < half && order(p, &at[i], &at[j])) ? at[i++] : at[j++];
    memcpy(at, tmp, n * sizeof *at);
}

/* Adds what the role may do in a global state. */
static void actions_in(struct projection *p, uint32_t state, seen_vec *out)
{
    const struct global *g = p->graph->g;
    const struct global_state *s = &g->states[state];
    for (uint32_t k = s->first; k < s->first + s->n; k++) {
        struct seen x = {.edge = k};
        if (projection_sees(p, &g->edges[k], &x.label))
            vec_push(p->a, *out, x);
    }
}

static void sort_all(struct projection *p, seen_vec *v)
{
    if (v->n > 1)
        sort_seen(p, v->at, v->n, ARENA_ARRAY(p->a, struct seen, v->n));
}

/* What the role may do next in a set, by label and place. */
static seen_vec actions_of(struct projection *p, const struct set *set)
{
    seen_vec out = {0};
    for (uint32_t i = 0; i < set->n; i++)
        actions_in(p, set->at[i], &out);
    sort_all(p, &out);
    return out;
}

/* The state for what follows any of these global states. Mostly that is one, many states lead to it, and its closure is
 * known. */
static uint32_t state_behind(struct projection *p, const uint32_t *states, uint32_t n)
{
    bool alone = true;
    for (uint32_t i = 1; i < n; i++)
        alone = alone && states[i] == states[0];
    if (alone && p->state_of[states[0]])
        return p->state_of[states[0]] - 1;
    sets_begin(&p->sets);
    for (uint32_t i = 0; i < n; i++)
        close_over(p, states[i]);
    uint32_t target = end_set(p, p->draft.edges.n);
    if (alone)
        p->state_of[states[0]] = target + 1;
    return target;
}

static void check_one_refinement(struct projection *p, const struct seen *seen, uint32_t n)
{
    const struct global_edge *edges = p->graph->g->edges;
    for (uint32_t i = 1; i < n; i++)
        if (!same_refinement(edges[seen[i - 1].edge].where, edges[seen[i].edge].where)) {
            p->ok = false;
            report_refinements(p->b, p->t, &edges[seen[i - 1].edge], &edges[seen[i].edge],
                               arena_printf(p->b->a, "`%s`", p->t->roles[p->role].name));
            return;
        }
}

/* Edges for sorted interactions. */
static void add_edges(struct projection *p, uint32_t s, const seen_vec *actions)
{
    const struct global_edge *edges = p->graph->g->edges;
    u32_vec targets = {0};
    for (uint32_t i = 0, end; i < actions->n; i = end) {
        const struct global_edge *one = &edges[actions->at[i].edge];
        struct draft_edge e = {.source = s, .label = actions->at[i].label, .at = one->at, .where = one->where,
                               .global = actions->at[i].edge};
        targets.n = 0;
        for (end = i; end < actions->n && same_label(actions->at[end].label, e.label); end++)
            vec_push(p->a, targets, edges[actions->at[end].edge].target);
        check_one_refinement(p, &actions->at[i], end - i);
        e.target = state_behind(p, targets.at, targets.n);
        vec_push(p->a, p->draft.edges, e);
    }
}

/* ---- events ---- */

/* Adds the states in which handlers start that end `state` without the role's doing. */
static void shadow_of(struct projection *p, uint32_t state, u32_vec *out)
{
    const struct global *g = p->graph->g;
    const struct index_list *in = &g->regions[g->states[state].regions];
    for (uint32_t i = 0; i < in->n; i++) {
        const struct try_region *t = &g->tries[in->at[i]];
        for (uint32_t k = 0; t->catcher != p->role && k < t->n_handlers; k++)
            if (p->shadow[t->handlers[k].start] != p->shadow_stamp) {
                p->shadow[t->handlers[k].start] = p->shadow_stamp;
                vec_push(p->a, *out, t->handlers[k].start);
            }
    }
}

static void add_interrupts(struct projection *p, uint32_t s)
{
    const struct global *g = p->graph->g;
    struct set set = p->sets.all.at[s];
    u32_vec queue = {0};
    seen_vec actions = {0};
    struct label l;
    p->shadow_stamp++;
    for (uint32_t i = 0; i < set.n; i++)
        shadow_of(p, set.at[i], &queue);
    for (uint32_t h = 0; h < queue.n; h++) {
        const struct global_state *x = &g->states[queue.at[h]];
        shadow_of(p, queue.at[h], &queue);
        actions_in(p, queue.at[h], &actions);
        for (uint32_t k = x->first; k < x->first + x->n; k++)
            if (!projection_sees(p, &g->edges[k], &l) && p->shadow[g->edges[k].target] != p->shadow_stamp) {
                p->shadow[g->edges[k].target] = p->shadow_stamp;
                vec_push(p->a, queue, g->edges[k].target);
            }
    }
    sort_all(p, &actions);
    add_edges(p, s, &actions);
}

struct catching { /* a handler that the role may start here */
    uint32_t region;
    const struct handler *handler;
};
typedef VEC(struct catching) catching_vec;

/* Handlers of the bodies in which the role's actions in the set are. */
static catching_vec handlers_of(struct projection *p, const seen_vec *actions)
{
    const struct global *g = p->graph->g;
    catching_vec out = {0};
    u32_vec regions = {0};
    for (uint32_t i = 0; i < actions->n; i++) {
        const struct index_list *in = &g->regions[g->edges[actions->at[i].edge].regions];
        for (uint32_t k = 0; k < in->n; k++) {
            uint32_t r = in->at[k], known = 0;
            while (known < regions.n && regions.at[known] != r)
                known++;
            if (g->tries[r].catcher != p->role || known < regions.n)
                continue;
            vec_push(p->a, regions, r);
            for (uint32_t x = 0; x < g->tries[r].n_handlers; x++)
                vec_push(p->a, out, (struct catching){r, &g->tries[r].handlers[x]});
        }
    }
    return out;
}

/* A crash that an inner `try` of the same role catches, too, is caught there alone. */
static bool outdone(const struct projection *p, const catching_vec *all, const struct catching *one)
{
    const struct session_event *events = p->t->events, *e = &events[one->handler->event];
    for (uint32_t i = 0; i < all->n && e->kind == EV_CRASH; i++) {
        const struct session_event *o = &events[all->at[i].handler->event];
        if (o->kind == EV_CRASH && o->who == e->who && o->level > e->level)
            return true;
    }
    return false;
}

static void add_events(struct projection *p, uint32_t s, const seen_vec *actions)
{
    catching_vec all = handlers_of(p, actions);
    u32_vec targets = {0};
    for (uint32_t ev = 0; ev < p->t->n_events && all.n; ev++) {
        struct draft_edge e = {.source = s, .label = {DIR_EVENT, false, (uint16_t)p->role, (uint16_t)ev}};
        targets.n = 0;
        for (uint32_t i = 0; i < all.n; i++) {
            if (all.at[i].handler->event != ev || outdone(p, &all, &all.at[i]))
                continue;
            if (!targets.n || before(all.at[i].handler->at, e.at))
                e.at = all.at[i].handler->at;
            p->caught[all.at[i].region] = true;
            vec_push(p->a, targets, all.at[i].handler->start);
        }
        if (!targets.n)
            continue;
        e.target = state_behind(p, targets.at, targets.n);
        vec_push(p->a, p->draft.edges, e);
    }
}

static void expand_state(struct projection *p, uint32_t s)
{
    struct set set = p->sets.all.at[s];
    seen_vec actions = actions_of(p, &set);
    vec_push(p->a, p->first, p->draft.edges.n);
    add_edges(p, s, &actions);
    vec_push(p->a, p->normal_end, p->draft.edges.n);
    if (!p->graph->g->n_tries)
        return;
    add_interrupts(p, s);
    add_events(p, s, &actions);
}

static bool too_large(struct projection *p)
{
    const char *what = NULL;
    uint32_t limit = 0;
    if (p->sets.all.n > IR_MAX_STATES)
        what = "states", limit = IR_MAX_STATES;
    else if (p->draft.edges.n > IR_MAX_EDGES)
        what = "actions", limit = IR_MAX_EDGES;
    else if (p->sets.work > IR_MAX_SET_WORK)
        what = "steps of work", limit = IR_MAX_SET_WORK;
    else if (p->b->work + p->sets.work > IR_MAX_FILE_WORK)
        what = "steps of work, with all that comes before", limit = IR_MAX_FILE_WORK;
    if (what)
        diag_add(p->b->d, E0309, p->t->decl->name.at, "the projection of session `%s` to `%s` takes more than %u %s",
                 p->t->name, p->t->roles[p->role].name, limit, what);
    return what;
}

bool projection_determinise(struct projection *p)
{
    sets_init(&p->sets, p->a, p->graph->g->n_states);
    p->state_of = ARENA_ARRAY(p->a, uint32_t, p->graph->g->n_states);
    p->shadow = ARENA_ARRAY(p->a, uint32_t, p->graph->g->n_tries ? p->graph->g->n_states : 0);
    sets_begin(&p->sets);
    close_over(p, 0);
    end_set(p, IR_NONE);
    bool fits = true;
    for (uint32_t s = 0; fits && s < p->sets.all.n; s++) {
        expand_state(p, s);
        fits = !too_large(p);
    }
    p->b->work += p->sets.work;
    vec_push(p->a, p->first, p->draft.edges.n);
    return fits;
}
