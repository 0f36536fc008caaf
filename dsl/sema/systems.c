/* systems.c -- actors, supervision trees and wires. */
#include "sema_private.h"

/* ---- actors ---- */

/* Two references to roles of one session share a role. */
static bool share(const struct role_ref *a, const struct role_ref *b)
{
    return a->base.name == b->base.name && (!a->indexed || !b->indexed || a->index == b->index);
}

static void check_plays(struct sema *s, struct decl *actor, uint32_t i)
{
    struct plays *p = &actor->as.actor.plays.at[i];
    p->decl = sema__find(s, &p->session, KIND(D_SESSION));
    const struct role_decl *r = p->decl ? sema__find_role(s, p->decl, &p->role.base) : NULL;
    if (!r || !sema__check_index(s, r, &p->role, true)) {
        p->decl = NULL;
        return;
    }
    for (uint32_t j = 0; j < i; j++) {
        const struct plays *q = &actor->as.actor.plays.at[j];
        if (q->decl != p->decl || !share(&p->role, &q->role))
            continue;
        struct diag *x = diag_add(s->d, E0215, p->role.at, "actor `%s` plays `%s.%s` twice",
                                  actor->name.name ? actor->name.name : "?", p->session.name, p->role.base.name);
        diag_label(s->d, x, q->role.at, "first here");
        return;
    }
}

static void check_count(struct sema *s, const struct opt_u64 *v, const char *what, uint64_t max)
{
    if (v->given && (v->value == 0 || v->value > max))
        diag_add(s->d, E0204, v->at, "%s is between 1 and %llu", what, (unsigned long long)max);
}

void sema__actor(struct sema *s, struct decl *actor)
{
    struct actor_decl *ad = &actor->as.actor;
    for (uint32_t i = 0; i < ad->plays.n; i++)
        check_plays(s, actor, i);
    check_count(s, &ad->mailbox, "the capacity of a mailbox", SEMA_MAX_MAILBOX);
    check_count(s, &ad->inbox, "the capacity of an inbox", SEMA_MAX_MAILBOX);
    check_count(s, &ad->sessions, "the number of sessions", UINT32_MAX);
    if (ad->shared && ad->policy == POLICY_DROP_OLDEST) {
        struct diag *x = diag_add(s->d, E0221, ad->mailbox.at, "a shared mailbox has no oldest message to drop");
        diag_note(s->d, x, "messages are in order for each sender, not among senders");
        diag_help(s->d, x, "write `drop_newest`, or leave out `shared`");
    }
    sema__fields(s, &ad->state, "state field");
}

/* ---- supervision trees ---- */

struct tree {
    struct sema *s;
    bool damaged;
    VEC(struct ident) names; /* supervisors and children: one name space a system */
    uint64_t instances;
};

static void name_once(struct tree *t, const struct ident *id, const char *what)
{
    if (!id->name || t->names.n > SEMA_MAX_TREE)
        return;
    if (t->names.n == SEMA_MAX_TREE)
        diag_add(t->s->d, E0106, id->at, "a system names more than %d supervisors and children", SEMA_MAX_TREE);
    for (uint32_t i = 0; i < t->names.n; i++)
        if (t->names.at[i].name == id->name) {
            sema__duplicate(t->s, id, t->names.at[i].at, what);
            return;
        }
    vec_push(t->s->a, t->names, *id);
}

static void check_child(struct tree *t, struct child_decl *c)
{
    struct sema *s = t->s;
    name_once(t, &c->name, "child");
    c->decl = sema__find(s, &c->actor, KIND(D_ACTOR));
    if (c->family && c->size == 0) {
        diag_add(s->d, E0204, c->name.at, "family `%s` has no members", c->name.name ? c->name.name : "?");
        c->size = 1;
    }
    t->instances += c->family ? c->size : 1;
    if (c->backoff_min.given && c->backoff_max.given && c->backoff_min.value > c->backoff_max.value)
        diag_add(s->d, E0204, span_join(c->backoff_min.at, c->backoff_max.at),
                 "the longest back-off is shorter than the first");
}

static void check_supervisor(struct tree *t, struct supervisor_decl *sup)
{
    name_once(t, &sup->name, "supervisor");
    if (!sup->children.n && sup->name.name && !t->damaged)
        diag_add(t->s->d, E0204, sup->name.at, "supervisor `%s` has no child", sup->name.name);
    if (sup->window == 0)
        diag_add(t->s->d, E0204, sup->name.at, "the restart window must be longer than 0");
    for (uint32_t i = 0; i < sup->children.n; i++) {
        struct child_decl *c = &sup->children.at[i];
        if (c->supervisor)
            check_supervisor(t, c->supervisor);
        else
            check_child(t, c);
    }
}

static const struct child_decl *child_below(const struct supervisor_decl *sup, name n)
{
    for (uint32_t i = 0; i < sup->children.n; i++) {
        const struct child_decl *c = &sup->children.at[i];
        const struct child_decl *found = c->supervisor ? child_below(c->supervisor, n) : NULL;
        if (!c->supervisor && c->name.name == n)
            found = c;
        if (found)
            return found;
    }
    return NULL;
}

const struct child_decl *sema__child(const struct decl *system, name n)
{
    for (uint32_t i = 0; i < system->as.system.supervisors.n; i++) {
        const struct child_decl *found = child_below(system->as.system.supervisors.at[i], n);
        if (found)
            return found;
    }
    return NULL;
}

typedef VEC(name) name_vec;

static void collect_children(struct sema *s, const struct supervisor_decl *sup, name_vec *names)
{
    for (uint32_t i = 0; i < sup->children.n; i++) {
        const struct child_decl *c = &sup->children.at[i];
        if (c->supervisor)
            collect_children(s, c->supervisor, names);
        else
            vec_push(s->a, *names, c->name.name);
    }
}

void sema__suggest_child(struct sema *s, struct diag *x, const struct decl *system, name wrong)
{
    name_vec names = {0};
    for (uint32_t i = 0; i < system->as.system.supervisors.n; i++)
        collect_children(s, system->as.system.supervisors.at[i], &names);
    sema__suggest(s, x, wrong, names.at, names.n);
}

/* ---- wires ---- */

struct wiring {
    struct sema *s;
    const struct decl *system;
    const struct wire_decl *wire;
    const struct tree *tree;
};

static const struct child_decl *bound_child(struct wiring *w, const struct binding *b)
{
    if (!b->child.name)
        return NULL;
    const struct child_decl *c = sema__child(w->system, b->child.name);
    if (c || w->system->damaged)
        return c;
    struct diag *x = diag_add(w->s->d, E0202, b->child.at, "system `%s` has no child `%s`",
                              w->system->name.name ? w->system->name.name : "?", b->child.name);
    sema__suggest_child(w->s, x, w->system, b->child.name);
    return NULL;
}

/* The actor plays the role, or the whole family where the role is one. */
static bool check_actor_plays(struct wiring *w, const struct binding *b, const struct role_decl *r,
                              const struct child_decl *c)
{
    if (!c->decl)
        return true;
    const struct actor_decl *ad = &c->decl->as.actor;
    for (uint32_t i = 0; i < ad->plays.n; i++) {
        const struct plays *p = &ad->plays.at[i];
        if (p->session.name != w->wire->session.name || p->role.base.name != r->name.name)
            continue;
        if (!p->role.indexed || r->size == 1)
            return true;
    }
    if (c->decl->damaged)
        return true;
    struct diag *x = diag_add(w->s->d, E0403, b->child.at, "actor `%s` of child `%s` does not play %s`%s.%s`",
                              c->actor.name, c->name.name, r->family ? "all of " : "", w->wire->session.name,
                              r->name.name);
    diag_label(w->s->d, x, c->decl->name.at, "the actor is declared here");
    diag_help(w->s->d, x, "write `actor %s plays %s.%s`, or bind the role to another child", c->actor.name,
              w->wire->session.name, r->name.name);
    return false;
}

static void size_error(struct wiring *w, const struct binding *b, const struct child_decl *c, const char *text,
                       const char *help)
{
    struct diag *x = diag_add(w->s->d, E0404, b->child.at, "%s", text);
    diag_label(w->s->d, x, c->name.at, c->family ? "`%s` is a family of %u" : "`%s` is one child", c->name.name,
               c->size);
    if (help)
        diag_help(w->s->d, x, "%s", help);
}

static void check_sizes(struct wiring *w, const struct binding *b, const struct role_decl *r,
                        const struct child_decl *c)
{
    struct arena *a = w->s->a;
    if (b->indexed && (!c->family || b->index >= c->size)) {
        size_error(w, b, c, arena_printf(a, "there is no `%s[%u]`", c->name.name, b->index), NULL);
    } else if (b->any && (r->family || !c->family)) {
        size_error(w, b, c, "`any` picks one of a family of children, for a single role", NULL);
    } else if (r->family && !b->any) {
        uint32_t have = c->family && !b->indexed ? c->size : 1;
        if (have != r->size)
            size_error(w, b, c, arena_printf(a, "role family `%s` has %u members, `%s` has %u", r->name.name, r->size,
                                             c->name.name, have), NULL);
    } else if (!r->family && c->family && !b->indexed && !b->any) {
        size_error(w, b, c, arena_printf(a, "`%s` is a single role, `%s` is a family", r->name.name, c->name.name),
                   arena_printf(a, "name one, as in `%s[0]`, or let each session take one: `any %s`", c->name.name,
                                c->name.name));
    }
}

/* One instance cannot be two roles of one session. */
static void check_shared_child(struct wiring *w, uint32_t i)
{
    const struct binding *b = &w->wire->bindings.at[i];
    for (uint32_t j = 0; j < i && b->child.name; j++) {
        const struct binding *o = &w->wire->bindings.at[j];
        if (o->child.name != b->child.name || (o->indexed && b->indexed && o->index != b->index) ||
            o->role.name == b->role.name)
            continue;
        struct diag *x = diag_add(w->s->d, E0402, b->child.at, "`%s` may play two roles of one session `%s`",
                                  b->child.name, w->wire->session.name);
        diag_label(w->s->d, x, o->child.at, "it is bound to `%s` here", o->role.name ? o->role.name : "?");
        return;
    }
}

static void check_binding(struct wiring *w, uint32_t i)
{
    const struct binding *b = &w->wire->bindings.at[i];
    const struct role_decl *r = sema__find_role(w->s, w->wire->decl, &b->role);
    const struct child_decl *c = bound_child(w, b);
    for (uint32_t j = 0; j < i && r; j++)
        if (w->wire->bindings.at[j].role.name == b->role.name) {
            struct diag *x = diag_add(w->s->d, E0402, b->role.at, "role `%s` is bound twice", b->role.name);
            diag_label(w->s->d, x, w->wire->bindings.at[j].role.at, "first here");
            return;
        }
    if (!r || !c)
        return;
    if (check_actor_plays(w, b, r, c))
        check_sizes(w, b, r, c);
    check_shared_child(w, i);
}

static void check_wire(struct wiring *w)
{
    const struct session_decl *sd = &w->wire->decl->as.session;
    for (uint32_t i = 0; i < w->wire->bindings.n; i++)
        check_binding(w, i);
    for (uint32_t i = 0; i < sd->roles.n && !w->system->damaged; i++) {
        const struct role_decl *r = &sd->roles.at[i];
        bool bound = !r->name.name;
        for (uint32_t j = 0; j < w->wire->bindings.n; j++)
            bound = bound || !w->wire->bindings.at[j].role.name || w->wire->bindings.at[j].role.name == r->name.name;
        if (bound)
            continue;
        struct diag *x = diag_add(w->s->d, E0402, w->wire->at, "nobody plays role `%s` of `%s`", r->name.name,
                                  w->wire->session.name);
        diag_label(w->s->d, x, r->name.at, "the role is declared here");
    }
}

void sema__system(struct sema *s, struct decl *system)
{
    struct system_decl *sd = &system->as.system;
    struct tree t = {.s = s, .damaged = system->damaged};
    if (!sd->supervisors.n && system->name.name && !system->damaged)
        diag_add(s->d, E0401, system->name.at, "system `%s` has no supervisor", system->name.name);
    for (uint32_t i = 1; i < sd->supervisors.n; i++) {
        struct diag *x = diag_add(s->d, E0401, sd->supervisors.at[i]->name.at, "a second top-level supervisor");
        diag_label(s->d, x, sd->supervisors.at[0]->name.at, "this one is the root");
        diag_help(s->d, x, "move it into the root supervisor");
    }
    for (uint32_t i = 0; i < sd->supervisors.n; i++)
        check_supervisor(&t, sd->supervisors.at[i]);
    if (t.instances > SEMA_MAX_INSTANCES)
        diag_add(s->d, E0106, system->name.at, "a system has at most %d actor instances", SEMA_MAX_INSTANCES);
    for (uint32_t i = 0; i < sd->wires.n; i++) {
        struct wire_decl *wire = &sd->wires.at[i];
        wire->decl = sema__find(s, &wire->session, KIND(D_SESSION));
        struct wiring w = {s, system, wire, &t};
        if (wire->decl)
            check_wire(&w);
    }
}
