/* c_plan.c -- from the IR to the plan of the C code: label numbers, faces, makers, classes of automata.
 *
 * Order is fixed everywhere by indices of the IR, so that the same file always gives the same numbers.
 */
#include <stdlib.h>

#include "c_gen.h"
#include "expr.h"

const field_vec *c_fields(const struct c_gen *g, uint32_t message)
{
    return &g->ir->messages[message].decl->as.message.fields;
}

bool c_has_fields(const struct c_gen *g, uint32_t message)
{
    return c_fields(g, message)->n > 0;
}

uint32_t c_line(const struct c_gen *g, struct span at)
{
    return at.hi == 0 ? 0 : source_position(g->ir->sources, at.file, at.lo).line;
}

const struct automaton *c_class_automaton(const struct c_face *f, const struct c_class *c)
{
    return &f->session->type->locals[c->roles.at[0]];
}

bool c_class_does(const struct c_face *f, const struct c_class *c, enum dir dir)
{
    const c_label_vec *labels = &f->session->labels[c->roles.at[0]];
    for (uint32_t i = 0; i < labels->n; i++)
        if (labels->at[i].dir == dir)
            return true;
    return false;
}

/* ---- sessions ---- */

static int compare_labels(const void *left, const void *right)
{
    const struct c_label *a = left, *b = right;
    if (a->dir != b->dir)
        return a->dir < b->dir ? -1 : 1;
    if (a->peer != b->peer)
        return a->peer < b->peer ? -1 : 1;
    if (a->message != b->message)
        return a->message < b->message ? -1 : 1;
    return a->at.lo < b->at.lo ? -1 : a->at.lo > b->at.lo;
}

static c_label_vec labels_of(struct c_gen *g, const struct automaton *m)
{
    c_label_vec all = {.at = ARENA_ARRAY(g->a, struct c_label, m->n_edges + 1u)};
    for (uint32_t i = 0; i < m->n_edges; i++) {
        const struct edge *e = &m->edges[i];
        all.at[all.n++] = (struct c_label){e->dir, e->peer, e->message, e->at};
    }
    qsort(all.at, all.n, sizeof *all.at, compare_labels);
    uint32_t n = 0;
    for (uint32_t i = 0; i < all.n; i++) {
        const struct c_label *l = &all.at[i], *last = n ? &all.at[n - 1] : NULL;
        if (!last || last->dir != l->dir || last->peer != l->peer || last->message != l->message)
            all.at[n++] = *l;
    }
    all.n = n;
    return all;
}

uint16_t c_label_of(const struct c_session *s, uint32_t role, enum dir dir, uint32_t peer, uint32_t message)
{
    const c_label_vec *labels = &s->labels[role];
    for (uint32_t lo = 0, hi = labels->n; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct c_label *l = &labels->at[mid];
        struct c_label wanted = {dir, (uint16_t)peer, (uint16_t)message, l->at};
        int order = compare_labels(&wanted, l);
        if (order == 0)
            return (uint16_t)(mid < C_NONE ? mid : C_NONE);
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return C_NONE;
}

static void number_messages(struct c_gen *g, struct c_session *s)
{
    s->position = ARENA_ARRAY(g->a, uint16_t, g->ir->n_messages + 1u);
    bool *used = ARENA_ARRAY(g->a, bool, g->ir->n_messages + 1u);
    for (uint32_t r = 0; r < s->type->n_roles; r++)
        for (uint32_t i = 0; i < s->labels[r].n; i++)
            used[s->labels[r].at[i].message] = true;
    for (uint32_t m = 0; m < g->ir->n_messages; m++) {
        s->position[m] = used[m] ? (uint16_t)s->messages.n : C_NONE;
        if (used[m])
            vec_push(g->a, s->messages, (uint16_t)m);
    }
}

static void number_peers(struct c_gen *g, struct c_session *s)
{
    s->peer = ARENA_ARRAY(g->a, uint16_t, s->type->n_roles + 1u);
    for (uint32_t r = 0; r < s->type->n_roles; r++) {
        const struct role *role = &s->type->roles[r];
        s->n_peers += !role->in_family || role->index == 0;
        s->peer[r] = (uint16_t)(s->n_peers - 1);
    }
}

static struct c_session plan_session(struct c_gen *g, const struct session_type *type)
{
    struct c_session s = {.type = type, .low = c_snake(g->a, type->name)};
    s.up = c_upper(g->a, s.low);
    s.labels = ARENA_ARRAY(g->a, c_label_vec, type->n_roles + 1u);
    for (uint32_t r = 0; r < type->n_roles; r++)
        s.labels[r] = labels_of(g, &type->locals[r]);
    number_messages(g, &s);
    number_peers(g, &s);
    return s;
}

/* ---- classes of automata ---- */

static bool same_states(const struct c_gen *g, const struct automaton *a, const struct automaton *b)
{
    for (uint32_t i = 0; i < a->n_states; i++)
        if (a->states[i].n != b->states[i].n || a->states[i].final != b->states[i].final ||
            c_line(g, a->states[i].at) != c_line(g, b->states[i].at))
            return false;
    return true;
}

/* Equal in all that the tables of a class hold; edges of a state are sorted, so that position decides. */
static bool same_automaton(const struct c_gen *g, const struct automaton *a, const struct automaton *b)
{
    if (a->n_states != b->n_states || a->n_edges != b->n_edges || !same_states(g, a, b))
        return false;
    for (uint32_t i = 0; i < a->n_edges; i++) {
        const struct edge *x = &a->edges[i], *y = &b->edges[i];
        if (x->dir != y->dir || x->peer != y->peer || x->message != y->message || x->target != y->target ||
            !expr_same(x->where, y->where))
            return false;
    }
    return true;
}

static void add_role(struct c_gen *g, struct c_face *f, uint32_t role)
{
    const struct session_type *type = f->session->type;
    for (uint32_t i = 0; i < f->classes.n; i++) {
        struct c_class *c = &f->classes.at[i];
        bool same_base = type->roles[c->roles.at[0]].base == type->roles[role].base;
        if (same_base && same_automaton(g, c_class_automaton(f, c), &type->locals[role])) {
            vec_push(g->a, c->roles, role);
            return;
        }
    }
    struct c_class c = {0};
    vec_push(g->a, c.roles, role);
    vec_push(g->a, f->classes, c);
}

/* A class is named after its role, and by the first member's index too where a family has several classes. */
static void name_classes(struct c_gen *g, struct c_face *f)
{
    const struct session_type *type = f->session->type;
    for (uint32_t i = 0; i < f->classes.n; i++) {
        const struct role *role = &type->roles[f->classes.at[i].roles.at[0]];
        uint32_t same = 0;
        for (uint32_t j = 0; j < f->classes.n; j++)
            same += type->roles[f->classes.at[j].roles.at[0]].base == role->base;
        const char *low = c_snake(g->a, role->base);
        f->classes.at[i].name = same > 1 ? arena_printf(g->a, "%s__%s__%u", f->session->low, low, role->index)
                                         : arena_printf(g->a, "%s__%s", f->session->low, low);
    }
}

/* ---- makers ---- */

/* "p" or "p0": a receiver as part of a name. */
static const char *role_in_name(struct c_gen *g, const struct role *r)
{
    const char *low = c_snake(g->a, r->base);
    return r->in_family ? arena_printf(g->a, "%s%u", low, r->index) : low;
}

static const char *branch_name(struct c_gen *g, const struct c_face *f, const struct edge *e, bool one_peer)
{
    const char *message = g->message[e->message];
    if (one_peer)
        return message;
    return arena_printf(g->a, "%s_to_%s", message, role_in_name(g, &f->session->type->roles[e->peer]));
}

/* What is asked in a state whose send edges are `e[0..n)`. */
static struct c_maker maker_of(struct c_gen *g, const struct c_face *f, const struct edge *e, uint32_t n)
{
    struct c_maker m = {.choice = n > 1, .one_peer = true, .name = ""};
    for (uint32_t i = 1; i < n; i++)
        m.one_peer &= e[i].peer == e[0].peer;
    for (uint32_t i = 0; i < n; i++) {
        struct c_branch b = {.message = e[i].message, .low = branch_name(g, f, &e[i], m.one_peer)};
        b.tag = m.choice ? arena_printf(g->a, "%s%s", f->up, c_upper(g->a, b.low)) : NULL;
        m.name = i == 0 ? b.low : arena_printf(g->a, "%s_or_%s", m.name, b.low);
        vec_push(g->a, m.branches, b);
    }
    return m;
}

static bool same_maker(const struct c_maker *a, const struct c_maker *b)
{
    if (a->branches.n != b->branches.n || a->one_peer != b->one_peer)
        return false;
    for (uint32_t i = 0; i < a->branches.n; i++)
        if (a->branches.at[i].message != b->branches.at[i].message ||
            strcmp(a->branches.at[i].low, b->branches.at[i].low) != 0)
            return false;
    return true;
}

static void add_tags(struct c_gen *g, struct c_face *f, const struct c_maker *m)
{
    for (uint32_t i = 0; i < m->branches.n; i++) {
        const struct c_branch *b = &m->branches.at[i];
        bool known = !m->choice;
        for (uint32_t t = 0; t < f->tags.n; t++)
            known |= f->tags.at[t].message == b->message && strcmp(f->tags.at[t].low, b->low) == 0;
        if (!known)
            vec_push(g->a, f->tags, *b);
    }
}

static uint32_t intern_maker(struct c_gen *g, struct c_face *f, struct c_maker m)
{
    for (uint32_t i = 0; i < f->makers.n; i++)
        if (same_maker(&f->makers.at[i], &m))
            return i;
    add_tags(g, f, &m);
    vec_push(g->a, f->makers, m);
    return f->makers.n - 1;
}

static void plan_makers(struct c_gen *g, struct c_face *f, struct c_class *c)
{
    const struct automaton *m = c_class_automaton(f, c);
    c->maker = ARENA_ARRAY(g->a, uint16_t, m->n_states + 1u);
    for (uint32_t i = 0; i < m->n_states; i++) {
        const struct edge *e = &m->edges[m->states[i].first];
        uint32_t n = 0; /* sends stand first */
        while (n < m->states[i].n && e[n].dir == DIR_SEND)
            n++;
        if (n > 0)
            c->maker[i] = (uint16_t)(intern_maker(g, f, maker_of(g, f, e, n)) + 1);
    }
}

static void plan_receives(struct c_gen *g, struct c_face *f)
{
    for (uint32_t m = 0; m < g->ir->n_messages; m++) {
        bool used = false;
        for (uint32_t i = 0; i < f->classes.n && !used; i++) {
            const c_label_vec *labels = &f->session->labels[f->classes.at[i].roles.at[0]];
            for (uint32_t l = 0; l < labels->n; l++)
                used |= labels->at[l].dir == DIR_RECEIVE && labels->at[l].message == m;
        }
        if (used)
            vec_push(g->a, f->receives, (uint16_t)m);
    }
}

/* ---- actors and systems ---- */

static struct c_face *face_for(struct c_gen *g, struct c_actor *a, const struct c_session *s)
{
    for (uint32_t i = 0; i < a->faces.n; i++)
        if (a->faces.at[i].session == s)
            return &a->faces.at[i];
    vec_push(g->a, a->faces, (struct c_face){.session = s});
    return &vec_last(a->faces);
}

static void plan_face(struct c_gen *g, const struct c_actor *a, struct c_face *f)
{
    f->low = a->faces.n == 1 ? arena_printf(g->a, "%s_", a->low)
                             : arena_printf(g->a, "%s_%s_", a->low, f->session->low);
    f->up = c_upper(g->a, f->low);
    name_classes(g, f);
    plan_receives(g, f);
    for (uint32_t i = 0; i < f->classes.n; i++)
        plan_makers(g, f, &f->classes.at[i]);
}

static struct c_actor plan_actor(struct c_gen *g, const struct actor *type)
{
    struct c_actor a = {.type = type, .low = c_snake(g->a, type->name)};
    a.up = c_upper(g->a, a.low);
    for (uint32_t i = 0; i < type->n_plays; i++) {
        const struct actor_plays *p = &type->plays[i];
        struct c_face *f = face_for(g, &a, &g->sessions[p->session]);
        for (uint32_t r = 0; r < p->n_roles; r++)
            add_role(g, f, p->first_role + r);
    }
    for (uint32_t i = 0; i < a.faces.n; i++)
        plan_face(g, &a, &a.faces.at[i]);
    return a;
}

static struct c_wire plan_wire(struct c_gen *g, const struct system *sys, uint32_t index)
{
    uint32_t same = 0, before = 0;
    for (uint32_t i = 0; i < sys->n_wires; i++) {
        same += sys->wires[i].session == sys->wires[index].session;
        before += i < index && sys->wires[i].session == sys->wires[index].session;
    }
    struct c_wire w = {.wire = &sys->wires[index], .session = &g->sessions[sys->wires[index].session]};
    w.low = same > 1 ? arena_printf(g->a, "%s_%u", w.session->low, before) : w.session->low;
    w.up = c_upper(g->a, w.low);
    return w;
}

static struct c_system plan_system(struct c_gen *g, const struct system *type)
{
    struct c_system s = {.type = type, .low = c_snake(g->a, type->name)};
    s.up = c_upper(g->a, s.low);
    s.wires = ARENA_ARRAY(g->a, struct c_wire, type->n_wires + 1u);
    for (uint32_t i = 0; i < type->n_wires; i++)
        s.wires[i] = plan_wire(g, type, i);
    return s;
}

static const char *after_last(const char *s, char c)
{
    const char *p = strrchr(s, c);
    return p ? p + 1 : s;
}

static void plan_file(struct c_gen *g)
{
    g->module = g->ir->module;
    g->low = c_snake(g->a, after_last(g->ir->module, '.'));
    g->up = c_upper(g->a, g->low);
    g->file = after_last(g->ir->sources->at[g->ir->file->source]->path, '/');
    g->message = ARENA_ARRAY(g->a, const char *, g->ir->n_messages + 1u);
    for (uint32_t i = 0; i < g->ir->n_messages; i++)
        g->message[i] = c_snake(g->a, g->ir->messages[i].name);
}

void c_plan(struct c_gen *g)
{
    const struct ir *ir = g->ir;
    plan_file(g);
    g->sessions = ARENA_ARRAY(g->a, struct c_session, ir->n_sessions + 1u);
    g->actors = ARENA_ARRAY(g->a, struct c_actor, ir->n_actors + 1u);
    g->systems = ARENA_ARRAY(g->a, struct c_system, ir->n_systems + 1u);
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        g->sessions[i] = plan_session(g, &ir->sessions[i]);
    for (uint32_t i = 0; i < ir->n_actors; i++)
        g->actors[i] = plan_actor(g, &ir->actors[i]);
    for (uint32_t i = 0; i < ir->n_systems; i++)
        g->systems[i] = plan_system(g, &ir->systems[i]);
}
