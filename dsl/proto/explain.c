/* explain.c -- turns a failed projection into two runs that a reader can follow.
 *
 * Given what the role has seen (its view), the first run is a shortest one after which it must do the action in
 * question. The second has the same view, leaves the first as late as possible, and ends where that action would be
 * wrong. Where they part somebody else decided, and the role has not been told.
 *
 * Runs are found in layers: (global state, how much of the view is done). An interaction without the role stays in a
 * layer, one with it must be the next of the view and leads to the next layer.
 */
#include "proto.h"

enum { MAX_LAYERED = 32000000, SHOWN = 5 };

struct layers {
    struct explainer *e;
    struct arena *a;
    uint32_t role;
    const struct view *view;
    u32_vec starts; /* global states in which runs start: the first, or those of the handlers that the view starts in */
    uint32_t n_states;
};

struct step_back { /* a node of the layered graph and how far it is from the goal */
    uint32_t edge; /* to take from here; IR_NONE at a goal */
    uint32_t seen; /* 0: the goal cannot be reached; else 1 + distance */
};

static uint64_t node(const struct layers *l, uint32_t state, uint32_t layer)
{
    return (uint64_t)layer * l->n_states + state;
}

/* Whether the edge may be taken in `layer`; *to is the layer after it. */
static bool may_take(const struct layers *l, const struct global_edge *ge, uint32_t layer, uint32_t *to)
{
    struct label x;
    *to = layer;
    if (!edge_label(ge, l->role, &x))
        return true;
    *to = layer + 1;
    return layer < l->view->n && same_label(x, l->view->labels[layer]);
}

/* Distances to the goals (global states in the last layer), backwards and breadth first. */
static struct step_back *distances(const struct layers *l, const uint32_t *goals, uint32_t n_goals)
{
    const struct graph *gr = l->e->graph;
    struct step_back *out = ARENA_ARRAY(l->a, struct step_back, (size_t)l->n_states * (l->view->n + 1));
    VEC(uint64_t) queue = {0};
    for (uint32_t i = 0; i < n_goals; i++) {
        uint64_t x = node(l, goals[i], l->view->n);
        out[x] = (struct step_back){IR_NONE, 1};
        vec_push(l->a, queue, x);
    }
    for (uint32_t h = 0; h < queue.n; h++) {
        uint32_t state = (uint32_t)(queue.at[h] % l->n_states), layer = (uint32_t)(queue.at[h] / l->n_states);
        for (uint32_t k = gr->rfirst[state]; k < gr->rfirst[state + 1]; k++) {
            uint32_t edge = gr->redge[k], to;
            for (uint32_t from = layer ? layer - 1 : 0; from <= layer; from++) {
                uint64_t x = node(l, gr->source[edge], from);
                if (out[x].seen || !may_take(l, &gr->g->edges[edge], from, &to) || to != layer)
                    continue;
                out[x] = (struct step_back){edge, out[queue.at[h]].seen + 1};
                vec_push(l->a, queue, x);
            }
        }
    }
    return out;
}

/* Appends the edges from (state, layer) to the goal; returns the state there. */
static uint32_t follow(const struct layers *l, const struct step_back *to_goal, uint32_t state, uint32_t layer,
                       u32_vec *run)
{
    for (;;) {
        const struct step_back *s = &to_goal[node(l, state, layer)];
        if (!s->seen || s->edge == IR_NONE)
            return state;
        const struct global_edge *ge = &l->e->graph->g->edges[s->edge];
        uint32_t next;
        may_take(l, ge, layer, &next);
        vec_push(l->a, *run, s->edge);
        state = ge->target;
        layer = next;
    }
}

/* The start that is nearest to the goal. */
static uint32_t nearest(const struct layers *l, const struct step_back *to_goal)
{
    uint32_t best = l->starts.at[0];
    for (uint32_t i = 1; i < l->starts.n; i++) {
        uint32_t now = to_goal[node(l, best, 0)].seen, other = to_goal[node(l, l->starts.at[i], 0)].seen;
        if (other && (!now || other < now))
            best = l->starts.at[i];
    }
    return best;
}

/* A run to the goal that shares as much as possible with `model`, which starts in `start`; returns the state where it
 * ends. */
static uint32_t follow_like(const struct layers *l, const struct step_back *to_goal, uint32_t start,
                            const u32_vec *model, u32_vec *run)
{
    uint32_t state = start, layer = 0, best = 0, best_layer = 0;
    uint32_t best_state = to_goal[node(l, start, 0)].seen ? start : nearest(l, to_goal);
    for (uint32_t i = 0; i < model->n; i++) {
        const struct global_edge *ge = &l->e->graph->g->edges[model->at[i]];
        if (!may_take(l, ge, layer, &layer))
            break;
        state = ge->target;
        if (to_goal[node(l, state, layer)].seen)
            best = i + 1, best_state = state, best_layer = layer;
    }
    for (uint32_t i = 0; i < best; i++)
        vec_push(l->a, *run, model->at[i]);
    return follow(l, to_goal, best_state, best_layer, run);
}

/* Appends a shortest way from `state` to the role's next action and returns that edge, or IR_NONE when it has none. */
static uint32_t next_action(const struct layers *l, uint32_t state, u32_vec *run)
{
    const struct global *g = l->e->graph->g;
    uint32_t *parent = ARENA_ARRAY(l->a, uint32_t, l->n_states); /* edge + 1 */
    u32_vec queue = {0}, back = {0};
    struct label x;
    vec_push(l->a, queue, state);
    for (uint32_t h = 0; h < queue.n; h++) {
        const struct global_state *s = &g->states[queue.at[h]];
        for (uint32_t k = s->first; k < s->first + s->n; k++) {
            if (edge_label(&g->edges[k], l->role, &x)) {
                vec_push(l->a, back, k);
                for (uint32_t at = queue.at[h]; at != state; at = l->e->graph->source[parent[at] - 1])
                    vec_push(l->a, back, parent[at] - 1);
                while (back.n)
                    vec_push(l->a, *run, back.at[--back.n]);
                return k;
            }
            uint32_t to = g->edges[k].target;
            if (to != state && !parent[to]) {
                parent[to] = k + 1;
                vec_push(l->a, queue, to);
            }
        }
    }
    return IR_NONE;
}

/* The states of `set` that the role can leave by `want` at once. */
static u32_vec leaving_by(const struct layers *l, const uint32_t *set, uint32_t n_set, struct label want)
{
    const struct global *g = l->e->graph->g;
    u32_vec out = {0};
    struct label x;
    for (uint32_t i = 0; i < n_set; i++) {
        const struct global_state *s = &g->states[set[i]];
        for (uint32_t k = s->first; k < s->first + s->n; k++)
            if (edge_label(&g->edges[k], l->role, &x) && same_label(x, want)) {
                vec_push(l->a, out, set[i]);
                break;
            }
    }
    return out;
}

static uint32_t edge_by(const struct layers *l, uint32_t state, struct label want)
{
    const struct global_state *s = &l->e->graph->g->states[state];
    struct label x;
    for (uint32_t k = s->first; k < s->first + s->n; k++)
        if (edge_label(&l->e->graph->g->edges[k], l->role, &x) && same_label(x, want))
            return k;
    return s->first;
}

/* ---- words ---- */

static name role_name(const struct explainer *e, uint32_t role) { return e->t->roles[role].name; }
static name message_name(const struct explainer *e, uint32_t m) { return e->b->ir->messages[m].name; }

/* "send `Done` to `C`", "wait for `Yes` from `P[1]`" */
static const char *duty(const struct explainer *e, struct label l)
{
    return arena_printf(e->b->a, l.dir == DIR_SEND ? "send `%s` to `%s`" : "wait for `%s` from `%s`",
                        message_name(e, l.message), role_name(e, l.peer));
}

static void note_view(const struct explainer *e, struct diag *x, uint32_t role, const struct view *v)
{
    const struct label *view = v->labels;
    uint32_t n = v->n;
    if (v->caught)
        diag_label(e->b->d, x, v->caught->at, "`%s` has caught this", role_name(e, role));
    if (!n) {
        if (v->caught) {
            diag_note(e->b->d, x, "`%s` has seen nothing since then, in either branch", role_name(e, role));
            return;
        }
        diag_note(e->b->d, x, "`%s` has seen nothing before, in either branch", role_name(e, role));
        return;
    }
    const char *text = n > SHOWN ? "..., " : "";
    for (uint32_t i = n > SHOWN ? n - SHOWN : 0; i < n; i++)
        text = arena_printf(e->b->a, "%s%s%s `%s` %s `%s`", text, i && (n <= SHOWN || i > n - SHOWN) ? ", " : "",
                            view[i].dir == DIR_SEND ? "sent" : "received", message_name(e, view[i].message),
                            view[i].dir == DIR_SEND ? "to" : "from", role_name(e, view[i].peer));
    diag_note(e->b->d, x, "in both branches `%s` has seen the same so far: it %s", role_name(e, role), text);
}

/* ---- one report for all members of a family ---- */

static struct told *find_told(struct explainer *e, enum diag_code code, struct span at)
{
    for (uint32_t i = 0; i < e->told.n; i++)
        if (e->told.at[i].code == code && same_span(e->told.at[i].at, at))
            return &e->told.at[i];
    return NULL;
}

/* A new diagnostic, or NULL when one of that kind stands at this place already. */
static struct diag *tell(struct explainer *e, enum diag_code code, struct span at, uint32_t role, const char *message)
{
    struct told *t = find_told(e, code, at);
    if (t) {
        if (!t->also.n || vec_last(t->also) != role)
            vec_push(e->b->scratch, t->also, role);
        return NULL;
    }
    if (ir__reported(e->b, code, at))
        return NULL;
    struct told fresh = {.x = diag_add(e->b->d, code, at, "%s", message), .code = code, .at = at};
    vec_push(e->b->scratch, fresh.also, role);
    vec_push(e->b->scratch, e->told, fresh);
    return fresh.x;
}

void explain_finish(struct explainer *e)
{
    for (uint32_t i = 0; i < e->told.n; i++) {
        const struct told *t = &e->told.at[i];
        const char *text = NULL;
        for (uint32_t k = 1; k < t->also.n; k++)
            text = text ? arena_printf(e->b->a, "%s, `%s`", text, role_name(e, t->also.at[k]))
                        : arena_printf(e->b->a, "`%s`", role_name(e, t->also.at[k]));
        if (text)
            diag_note(e->b->d, t->x, "the same holds for %s", text);
    }
}

/* ---- the two reports ---- */

/* How many edges the runs share. */
static uint32_t shared(const u32_vec *one, const u32_vec *two)
{
    uint32_t i = 0;
    while (i < one->n && i < two->n && one->at[i] == two->at[i])
        i++;
    return i;
}

/* What the role last received in the run after its first `from` edges, or NULL. */
static const struct global_edge *last_received(const struct layers *l, const u32_vec *run, uint32_t from)
{
    for (uint32_t i = run->n; i-- > from;) {
        const struct global_edge *ge = &l->e->graph->g->edges[run->at[i]];
        if (ge->to == l->role)
            return ge;
    }
    return NULL;
}

/* The edges at which the runs part; the second may be none. */
static void parting(const struct explainer *e, const u32_vec *one, const u32_vec *two, const struct global_edge **a,
                    const struct global_edge **b)
{
    uint32_t i = shared(one, two);
    *a = i < one->n ? &e->graph->g->edges[one->at[i]] : NULL;
    *b = i < two->n ? &e->graph->g->edges[two->at[i]] : NULL;
}

/* The handlers in which the view may start. */
static void find_starts(struct layers *l)
{
    const struct global *g = l->e->graph->g;
    for (uint32_t i = 0; i < g->n_tries; i++)
        for (uint32_t k = 0; k < g->tries[i].n_handlers; k++) {
            const struct handler *h = &g->tries[i].handlers[k];
            bool mine = g->tries[i].catcher == l->role;
            if (l->view->caught ? mine && h->event == l->view->caught->label.message : l->view->followed && !mine)
                vec_push(l->a, l->starts, h->start);
        }
    if (!l->starts.n)
        vec_push(l->a, l->starts, 0);
}

static bool begin_layers(struct layers *l, struct explainer *e, uint32_t role, const struct view *view)
{
    *l = (struct layers){.e = e, .role = role, .view = view, .n_states = e->graph->g->n_states};
    if ((uint64_t)l->n_states * (view->n + 1) > MAX_LAYERED)
        return false;
    l->a = arena_new(0);
    find_starts(l);
    return true;
}

struct send_case {
    struct label send;
    const struct global_edge *wanted;        /* the interaction that it must start in the first run */
    const struct global_edge *left, *right;  /* where the runs part */
    uint32_t other;                          /* its next action in the second run, or IR_NONE */
    const struct global_edge *told, *told_too; /* the same message to it in both, after they part; or NULL */
};

/* Which message would tell the branches apart. */
static void help_send(const struct explainer *e, struct diag *x, uint32_t role, const struct send_case *c)
{
    struct diags *d = e->b->d;
    name me = role_name(e, role);
    if (c->told && c->told_too && !same_span(c->told->at, c->told_too->at))
        diag_help(d, x, "let `%s` send `%s` different messages at lines %u and %u: now it is `%s` in both branches",
                  role_name(e, c->told->from), me, ir__line(e->b, c->told->at), ir__line(e->b, c->told_too->at),
                  message_name(e, c->told->message));
    else if (c->left)
        diag_help(d, x, "let `%s`, which decides, tell `%s`: send it a different message in each branch before line %u",
                  role_name(e, c->left->from), me, ir__line(e->b, c->wanted->at));
}

static void write_send(struct explainer *e, uint32_t role, const struct view *view, const struct send_case *c)
{
    struct diags *d = e->b->d;
    name me = role_name(e, role);
    struct label instead = {0};
    const struct global_edge *other = c->other == IR_NONE ? NULL : &e->graph->g->edges[c->other];
    bool waits = other && edge_label(other, role, &instead) && instead.dir == DIR_RECEIVE;
    struct diag *x = tell(e, waits ? E0303 : E0301, c->wanted->at, role,
                          arena_printf(e->b->a, "`%s` cannot know whether to %s%s", me, duty(e, c->send),
                                       waits ? " or to wait" : ""));
    if (!x)
        return;
    diag_caret(d, x, "`%s` must do this in one branch only", me);
    if (c->left && !same_span(c->left->at, c->wanted->at))
        diag_label(d, x, c->left->at, "in this branch `%s` must %s", me, duty(e, c->send));
    if (c->right && other)
        diag_label(d, x, c->right->at, "in this one it must %s", duty(e, instead));
    else if (c->right)
        diag_label(d, x, c->right->at, "in this one nothing more is expected of it");
    if (other && c->right && !same_span(other->at, c->right->at))
        diag_label(d, x, other->at, "here `%s` must %s instead", me, duty(e, instead));
    note_view(e, x, role, view);
    help_send(e, x, role, c);
}

void explain_send(struct explainer *e, uint32_t role, const struct view *view, const uint32_t *set, uint32_t n_set,
                  const uint32_t *bad, uint32_t n_bad, struct label send)
{
    struct layers l;
    const struct graph *gr = e->graph;
    struct send_case c = {.send = send, .other = IR_NONE};
    if (!begin_layers(&l, e, role, view)) {
        diag_add(e->b->d, E0301, e->t->decl->name.at, "`%s` cannot always know whether to %s", role_name(e, role),
                 duty(e, send));
        return;
    }
    u32_vec origins = leaving_by(&l, set, n_set, send), one = {0}, two = {0};
    const struct step_back *way = distances(&l, origins.at, origins.n);
    uint32_t start = nearest(&l, way), end = follow(&l, way, start, 0, &one);
    uint32_t wanted = edge_by(&l, end, send);
    vec_push(l.a, one, wanted);
    c.wanted = &gr->g->edges[wanted];
    end = follow_like(&l, distances(&l, bad, n_bad), start, &one, &two);
    c.told = last_received(&l, &one, shared(&one, &two));
    c.told_too = last_received(&l, &two, shared(&one, &two));
    c.other = next_action(&l, end, &two);
    parting(e, &one, &two, &c.left, &c.right);
    write_send(e, role, view, &c);
    arena_free(l.a);
}

void explain_receive(struct explainer *e, uint32_t role, const struct view *view, const uint32_t *set, uint32_t n_set,
                     struct label early, const uint32_t *path, uint32_t n_path)
{
    struct layers l;
    const struct global *g = e->graph->g;
    const struct global_edge *first = &g->edges[path[0]], *late = &g->edges[path[n_path - 1]], *left, *right;
    name me = role_name(e, role), sender = role_name(e, early.peer), what = message_name(e, early.message);
    struct diag *x = tell(e, E0302, late->at, role,
                          arena_printf(e->b->a, "`%s` may take `%s` from `%s` too early", me, what, sender));
    if (!x || !begin_layers(&l, e, role, view))
        return;
    u32_vec origins = leaving_by(&l, set, n_set, early), one = {0}, two = {0};
    const struct step_back *way = distances(&l, origins.at, origins.n);
    uint32_t start = nearest(&l, way), end = follow(&l, way, start, 0, &one);
    uint32_t expected = edge_by(&l, end, early);
    vec_push(l.a, one, expected);
    uint32_t goal = e->graph->source[path[0]];
    follow_like(&l, distances(&l, &goal, 1), start, &one, &two);
    for (uint32_t i = 0; i < n_path; i++)
        vec_push(l.a, two, path[i]);
    parting(e, &one, &two, &left, &right);
    diag_caret(e->b->d, x, "`%s` can send this before `%s` has received `%s`", sender, me,
               message_name(e, first->message));
    if (!same_span(g->edges[expected].at, late->at))
        diag_label(e->b->d, x, g->edges[expected].at, "so `%s` may take it for this one", me);
    if (left && !same_span(left->at, g->edges[expected].at))
        diag_label(e->b->d, x, left->at, "in this branch `%s` comes first", what);
    if (right && !same_span(right->at, first->at))
        diag_label(e->b->d, x, right->at, "in this one `%s` comes first", message_name(e, first->message));
    diag_label(e->b->d, x, first->at, "`%s` must take this first", me);
    note_view(e, x, role, view);
    diag_note(e->b->d, x, "messages from different senders may arrive in any order");
    diag_help(e->b->d, x, "give the message at line %u another name than `%s`, or let `%s` hear from `%s` before it",
              ir__line(e->b, late->at), what, sender, me);
    arena_free(l.a);
}
