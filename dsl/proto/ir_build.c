/* ir_build.c -- the driver: messages, sessions, actors, systems, verify blocks, in this order. */
#include "ir_build.h"

#include "proto.h"
#include "sema.h"

_Static_assert((int)SEMA_MAX_TRY == (int)IR_MAX_TRY_DEPTH, "sema refuses what the engines have no phase for");

/* ---- shared look-ups ---- */

uint32_t ir__line(const struct builder *b, struct span at)
{
    return source_position(b->sources, at.file, at.lo).line;
}

bool ir__reported(const struct builder *b, enum diag_code code, struct span at)
{
    for (uint32_t i = 0; i < b->d->n; i++)
        if (b->d->at[i]->code == code && same_span(b->d->at[i]->at, at))
            return true;
    return false;
}

uint32_t ir__first_role(const struct session_type *t, name base)
{
    for (uint32_t i = 0; i < t->n_roles; i++)
        if (t->roles[i].base == base)
            return i;
    return IR_NONE;
}

/* Numbers the declarations of one kind, in the order of the file. */
static uint32_t count_kind(const struct file *f, enum decl_kind kind)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->decls.n; i++)
        if (f->decls.at[i]->kind == kind)
            f->decls.at[i]->nth = n++;
    return n;
}

/* "P[1]" */
static name member_name(struct builder *b, name base, uint32_t index)
{
    return intern_cstr(b->names, arena_printf(b->a, "%s[%u]", base, index));
}

/* ---- sessions ---- */

static void build_roles(struct builder *b, struct session_type *t)
{
    const struct session_decl *sd = &t->decl->as.session;
    for (uint32_t i = 0; i < sd->roles.n; i++)
        t->n_roles += sd->roles.at[i].family ? sd->roles.at[i].size : 1;
    t->roles = ARENA_ARRAY(b->a, struct role, t->n_roles);
    struct role *out = t->roles;
    for (uint32_t i = 0; i < sd->roles.n; i++) {
        const struct role_decl *r = &sd->roles.at[i];
        for (uint32_t k = 0; k < (r->family ? r->size : 1); k++)
            *out++ = (struct role){r->family ? member_name(b, r->name.name, k) : r->name.name, r->name.name,
                                   r->family, (uint16_t)k, r->name.at};
    }
}

static bool build_global(struct builder *b, struct session_type *t)
{
    struct nfa nfa = {0};
    bool ok = instantiate(b, t, &nfa);
    b->work += nfa.at.n * (uint64_t)IR_WORK_OF_POSITION;
    if (!ok)
        return false;
    t->n_events = nfa.events.n;
    t->events = ARENA_ARRAY(b->a, struct session_event, t->n_events);
    if (t->n_events)
        memcpy(t->events, nfa.events.at, t->n_events * sizeof *t->events);
    t->global = global_build(b, t, &nfa);
    bool projected = t->global && project_session(b, t);
    return t->global && knowledge_check(b, t) && projected;
}

/* The role that may send first, when it is the only one. */
static uint32_t find_initiator(const struct session_type *t)
{
    uint32_t found = IR_NONE, n = 0;
    for (uint32_t r = 0; r < t->n_roles; r++) {
        const struct automaton *m = &t->locals[r];
        if (m->n_states && m->states[0].n && m->edges[m->states[0].first].dir == DIR_SEND) {
            found = r;
            n++;
        }
    }
    return n == 1 ? found : IR_NONE;
}

/* Sessions are small enough one by one, and too many: no others are looked at. */
static void too_much_work(struct builder *b, const struct session_type *t)
{
    if (!b->tired)
        diag_add(b->d, E0309, t->decl->name.at,
                 "the sessions before `%s` take more than %d steps of work together; those from here on are not checked",
                 t->name, IR_MAX_FILE_WORK);
    b->tired = true;
}

static void build_session(struct builder *b, struct session_type *t, const struct decl *d)
{
    *t = (struct session_type){.name = d->name.name, .decl = d, .by_locals = d->as.session.by_locals,
                               .initiator = IR_NONE};
    if (b->work > IR_MAX_FILE_WORK) {
        too_much_work(b, t);
        return;
    }
    b->scratch = arena_new(0);
    build_roles(b, t);
    bool ok = t->by_locals ? local_session(b, t) : build_global(b, t);
    t->implementable = ok || t->by_locals;
    t->usable = ok;
    if (ok)
        t->initiator = find_initiator(t);
    arena_free(b->scratch);
    b->scratch = NULL;
}

/* ---- actors ---- */

static bool receives(const struct session_type *t, const struct contract *k, uint32_t message)
{
    for (uint32_t r = 0; r < t->n_roles; r++) {
        if (t->roles[r].base != k->role.base.name || (k->role.indexed && t->roles[r].index != k->role.index))
            continue;
        for (uint32_t i = 0; i < t->locals[r].n_edges; i++)
            if (t->locals[r].edges[i].dir == DIR_RECEIVE && t->locals[r].edges[i].message == message)
                return true;
    }
    return false;
}

static void check_contracts(struct builder *b, const struct decl *d)
{
    const struct actor_decl *ad = &d->as.actor;
    for (uint32_t i = 0; i < ad->contracts.n; i++) {
        const struct contract *k = &ad->contracts.at[i];
        const struct session_type *t = &b->ir->sessions[k->session_decl->nth];
        if (t->usable && !receives(t, k, k->message_decl->nth))
            diag_add(b->d, E0247, k->message.at, "`%s.%s` never receives `%s`", k->session.name, k->role.base.name,
                     k->message.name);
    }
}

static void build_actor(struct builder *b, struct actor *out, const struct decl *d)
{
    const struct actor_decl *ad = &d->as.actor;
    *out = (struct actor){.name = d->name.name, .decl = d, .n_plays = ad->plays.n};
    out->mailbox = ad->mailbox.given ? (uint32_t)ad->mailbox.value : DEFAULT_MAILBOX;
    out->shared = ad->shared;
    out->policy = ad->policy;
    out->inbox = ad->inbox.given ? (uint32_t)ad->inbox.value : 0;
    out->inbox_policy = ad->inbox_policy;
    out->isolated = ad->isolated;
    out->sessions = ad->sessions.given ? (uint32_t)ad->sessions.value : 0;
    out->plays = ARENA_ARRAY(b->a, struct actor_plays, ad->plays.n);
    for (uint32_t i = 0; i < ad->plays.n; i++) {
        const struct plays *p = &ad->plays.at[i];
        struct actor_plays *ap = &out->plays[i];
        ap->session = p->decl->nth;
        const struct session_type *t = &b->ir->sessions[ap->session];
        ap->first_role = ir__first_role(t, p->role.base.name) + (p->role.indexed ? p->role.index : 0);
        ap->n_roles = 1;
        while (!p->role.indexed && ap->first_role + ap->n_roles < t->n_roles &&
               t->roles[ap->first_role + ap->n_roles].base == p->role.base.name)
            ap->n_roles++;
    }
    check_contracts(b, d);
}

/* ---- systems ---- */

struct totals {
    uint32_t supervisors, children, instances;
};

static void count_tree(const struct supervisor_decl *sup, struct totals *t)
{
    t->supervisors++;
    for (uint32_t i = 0; i < sup->children.n; i++) {
        const struct child_decl *c = &sup->children.at[i];
        if (c->supervisor) {
            count_tree(c->supervisor, t);
        } else {
            t->children++;
            t->instances += c->family ? c->size : 1;
        }
    }
}

/* Later rules stand over earlier ones, and within one list those with a reason over `_`. */
static void decide(struct child *c, const decide_vec *rules)
{
    for (int any = 1; any >= 0; any--)
        for (uint32_t i = 0; i < rules->n; i++)
            for (int r = 0; r < REASONS && rules->at[i].any == (bool)any; r++)
                if (any || rules->at[i].reason == (enum fail_reason)r)
                    c->decide[r] = rules->at[i].directive;
}

static uint32_t build_child(struct builder *b, struct system *sys, const struct child_decl *cd,
                            const struct supervisor_decl *sd, uint32_t supervisor)
{
    uint32_t index = sys->n_children++;
    struct child *c = &sys->children[index];
    *c = (struct child){.name = cd->name.name, .actor = cd->decl->nth, .size = cd->family ? cd->size : 1,
                        .family = cd->family, .first_instance = sys->n_instances, .supervisor = supervisor,
                        .restart = cd->restart, .at = cd->name.at};
    decide(c, &sd->decide);
    decide(c, &cd->decide);
    c->shutdown_ns = cd->shutdown.given ? cd->shutdown.value : UINT64_C(5000000000);
    if (cd->backoff_min.given) {
        c->backoff_min_ns = cd->backoff_min.value;
        c->backoff_max_ns = cd->backoff_max.given ? cd->backoff_max.value : cd->backoff_min.value;
    }
    for (uint32_t k = 0; k < c->size; k++)
        sys->instances[sys->n_instances++] =
            (struct instance){c->family ? member_name(b, c->name, k) : c->name, index, k};
    return index;
}

static uint32_t build_supervisor(struct builder *b, struct system *sys, const struct supervisor_decl *sd,
                                 uint32_t parent)
{
    uint32_t index = sys->n_supervisors++;
    struct supervisor *s = &sys->supervisors[index];
    *s = (struct supervisor){sd->name.name, sd->strategy, sd->intensity, sd->window, parent, sd->children.n,
                             ARENA_ARRAY(b->a, struct member, sd->children.n)};
    for (uint32_t i = 0; i < sd->children.n; i++) {
        const struct child_decl *c = &sd->children.at[i];
        bool nested = c->supervisor != NULL;
        s->members[i] = (struct member){nested, nested ? build_supervisor(b, sys, c->supervisor, index)
                                                       : build_child(b, sys, c, sd, index)};
    }
    return index;
}

static const struct child *find_child(const struct system *sys, name n)
{
    for (uint32_t i = 0; i < sys->n_children; i++)
        if (sys->children[i].name == n)
            return &sys->children[i];
    return NULL;
}

static void build_wire(struct builder *b, const struct system *sys, struct wire *out, const struct wire_decl *wd)
{
    out->session = wd->decl->nth;
    out->at = wd->at;
    const struct session_type *t = &b->ir->sessions[out->session];
    out->bind = ARENA_ARRAY(b->a, uint32_t, t->n_roles);
    out->any = ARENA_ARRAY(b->a, bool, t->n_roles);
    for (uint32_t i = 0; i < wd->bindings.n; i++) {
        const struct binding *bd = &wd->bindings.at[i];
        const struct child *c = find_child(sys, bd->child.name);
        for (uint32_t r = 0; r < t->n_roles; r++) {
            if (t->roles[r].base != bd->role.name)
                continue;
            uint32_t member = bd->indexed ? bd->index : bd->any ? 0 : t->roles[r].index;
            out->bind[r] = c->first_instance + member;
            out->any[r] = bd->any;
        }
    }
}

static void build_system(struct builder *b, struct system *sys, const struct decl *d)
{
    struct totals n = {0};
    const struct system_decl *sd = &d->as.system;
    count_tree(sd->supervisors.at[0], &n);
    *sys = (struct system){.name = d->name.name, .decl = d, .n_wires = sd->wires.n};
    sys->supervisors = ARENA_ARRAY(b->a, struct supervisor, n.supervisors);
    sys->children = ARENA_ARRAY(b->a, struct child, n.children);
    sys->instances = ARENA_ARRAY(b->a, struct instance, n.instances);
    sys->wires = ARENA_ARRAY(b->a, struct wire, sys->n_wires);
    build_supervisor(b, sys, sd->supervisors.at[0], IR_NONE);
    for (uint32_t i = 0; i < sys->n_wires; i++)
        build_wire(b, sys, &sys->wires[i], &sd->wires.at[i]);
}

/* ---- verify blocks ---- */

/* Some role that the atom means has such an action. */
static bool has_action(const struct session_type *t, const struct ltl *f, enum dir dir, uint32_t message)
{
    for (uint32_t r = 0; r < t->n_roles; r++) {
        if (t->roles[r].base != f->role.base.name || (f->role.indexed && t->roles[r].index != f->role.index))
            continue;
        const struct automaton *m = &t->locals[r];
        for (uint32_t i = 0; i < m->n_edges; i++)
            if (m->edges[i].dir == dir && m->edges[i].message == message)
                return true;
    }
    return false;
}

static bool takes_part(const struct builder *b, const struct verify *v, uint32_t session)
{
    if (!v->of_system)
        return v->subject == session;
    const struct system *sys = &b->ir->systems[v->subject];
    for (uint32_t i = 0; i < sys->n_wires; i++)
        if (sys->wires[i].session == session)
            return true;
    return false;
}

/* An atom that is never true says nothing: the formula would hold or fail for the wrong reason. */
static void check_event(struct builder *b, const struct verify *v, const struct ltl *f)
{
    enum dir dir = f->kind == LTL_SENT ? DIR_SEND : DIR_RECEIVE;
    uint32_t message = 0;
    while (message + 1 < b->ir->n_messages && b->ir->messages[message].name != f->name.name)
        message++;
    bool judged = false;
    for (uint32_t i = 0; i < b->ir->n_sessions; i++) {
        const struct session_type *t = &b->ir->sessions[i];
        if (!takes_part(b, v, i) || (f->session.name && t->name != f->session.name) ||
            ir__first_role(t, f->role.base.name) == IR_NONE)
            continue;
        if (!t->usable || has_action(t, f, dir, message))
            return;
        judged = true;
    }
    if (!judged)
        return;
    struct diag *x = diag_add(b->d, E0406, f->at, "`%s` never %s `%s`", f->role.base.name,
                              dir == DIR_SEND ? "sends" : "receives", f->name.name);
    diag_help(b->d, x, "an atom names a role and a message that it really %s in this protocol",
              dir == DIR_SEND ? "sends" : "receives");
}

static void check_formula(struct builder *b, const struct verify *v, const struct ltl *f)
{
    if (!f)
        return;
    if (f->kind == LTL_SENT || f->kind == LTL_RECEIVED)
        check_event(b, v, f);
    check_formula(b, v, f->left);
    check_formula(b, v, f->right);
}

static void build_verify(struct builder *b, struct verify *out, const struct decl *d)
{
    const struct verify_decl *vd = &d->as.verify;
    *out = (struct verify){.of_system = vd->decl->kind == D_SYSTEM, .subject = vd->decl->nth, .at = d->at};
    out->sessions = vd->sessions.given ? (uint32_t)vd->sessions.value : 1;
    out->fair_weak = vd->fair_given ? vd->fair_weak : true;
    out->n_crashes = vd->crashes.n;
    out->crashes = ARENA_ARRAY(b->a, struct verify_crash, vd->crashes.n);
    for (uint32_t i = 0; i < vd->crashes.n; i++) {
        const struct system *sys = &b->ir->systems[out->subject];
        const struct child *c = vd->crashes.at[i].child.name ? find_child(sys, vd->crashes.at[i].child.name) : NULL;
        out->crashes[i] = (struct verify_crash){c ? (uint32_t)(c - sys->children) : IR_NONE, vd->crashes.at[i].count};
    }
    out->loss = vd->loss.given ? (uint32_t)vd->loss.value : 0;
    out->n_domains = vd->domains.n;
    out->domains = vd->domains.at;
    ir__check_domains(b, out);
    out->n_ltls = vd->ltls.n;
    out->ltls = vd->ltls.at;
    for (uint32_t i = 0; i < vd->ltls.n; i++)
        check_formula(b, out, vd->ltls.at[i].formula);
}

/* ---- the file ---- */

static name module_name(struct builder *b)
{
    if (b->f->module.name)
        return b->f->module.name;
    const char *path = b->sources->at[b->f->source]->path;
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    const char *dot = strchr(base, '.');
    return intern(b->names, base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

static void allocate(struct builder *b)
{
    struct ir *ir = b->ir;
    ir->n_messages = count_kind(b->f, D_MESSAGE);
    ir->n_sessions = count_kind(b->f, D_SESSION);
    ir->n_actors = count_kind(b->f, D_ACTOR);
    ir->n_systems = count_kind(b->f, D_SYSTEM);
    ir->n_verifies = count_kind(b->f, D_VERIFY);
    ir->messages = ARENA_ARRAY(b->a, struct message, ir->n_messages);
    ir->sessions = ARENA_ARRAY(b->a, struct session_type, ir->n_sessions);
    ir->actors = ARENA_ARRAY(b->a, struct actor, ir->n_actors);
    ir->systems = ARENA_ARRAY(b->a, struct system, ir->n_systems);
    ir->verifies = ARENA_ARRAY(b->a, struct verify, ir->n_verifies);
}

/* All declarations of one kind: later kinds refer to earlier ones, wherever these stand in the file. */
static void build_kind(struct builder *b, enum decl_kind kind)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->f->decls.n; i++) {
        const struct decl *d = b->f->decls.at[i];
        if (d->kind != kind)
            continue;
        if (kind == D_MESSAGE)
            b->ir->messages[n] = (struct message){d->name.name, d->as.message.tag_value, d, n};
        else if (kind == D_SESSION)
            build_session(b, &b->ir->sessions[n], d);
        else if (kind == D_ACTOR)
            build_actor(b, &b->ir->actors[n], d);
        else if (kind == D_SYSTEM)
            build_system(b, &b->ir->systems[n], d);
        else if (kind == D_VERIFY)
            build_verify(b, &b->ir->verifies[n], d);
        n++;
    }
}

void ir_check(struct arena *a, struct interner *names, const struct sources *s, const struct file *f, struct diags *d)
{
    struct builder b = {.a = a, .names = names, .sources = s, .f = f, .d = d, .ir = ARENA_NEW(a, struct ir)};
    *b.ir = (struct ir){.a = a, .names = names, .sources = s, .file = f};
    allocate(&b);
    const bool *clean = ir__clean_sessions(&b); /* before new errors come */
    build_kind(&b, D_MESSAGE);
    for (uint32_t i = 0; i < f->decls.n; i++) {
        const struct decl *session = f->decls.at[i];
        if (session->kind == D_SESSION && clean[session->nth])
            build_session(&b, &b.ir->sessions[session->nth], session);
    }
}

struct ir *ir_build(struct arena *a, struct interner *names, const struct sources *s, const struct file *f,
                    struct diags *d)
{
    struct builder b = {.a = a, .names = names, .sources = s, .f = f, .d = d, .ir = ARENA_NEW(a, struct ir)};
    *b.ir = (struct ir){.a = a, .names = names, .sources = s, .file = f};
    b.ir->module = module_name(&b);
    allocate(&b);
    build_kind(&b, D_MESSAGE);
    build_kind(&b, D_SESSION);
    build_kind(&b, D_ACTOR);
    build_kind(&b, D_SYSTEM);
    build_kind(&b, D_VERIFY);
    return b.ir;
}
