/* globals.c -- the bodies of sessions: names in scope, roles, guarded recursion, reachability.
 *
 * A walk carries two facts along each path: whether the end of the statement can be reached at all, and `fresh`, the
 * depth of the outermost `rec` after whose opening no message has passed yet. A `continue` to a `rec` at `fresh` or
 * deeper would loop without a message. What is behind a `par` is reached when all its branches end, what is behind a
 * `try` when its body or one of its handlers does; an event may come before the body's first message.
 */
#include "sema_private.h"

enum var_kind { VAR_REC, VAR_INDEX };

struct var { /* in scope, innermost first */
    enum var_kind kind;
    name name;
    struct span at;
    uint32_t depth;                 /* VAR_REC: how many recs are around it */
    uint32_t pars;                  /* VAR_REC: and how many branches of `par` */
    const struct role_decl *family; /* VAR_INDEX; NULL: poison */
    const struct var *next;
};

struct path {
    bool reaches;      /* the end of what was walked */
    struct span left;  /* where it was left for good, when not */
    uint32_t fresh;
};

struct walk {
    struct sema *s;
    const struct decl *session;
    const struct var *vars;
    uint32_t recs; /* in scope */
    uint32_t pars; /* branches of `par` around here */
    uint32_t tries; /* bodies of `try` around here */
};

/* What a role reference denotes; `role` NULL: poison. */
struct who {
    const struct role_decl *role;
    const struct var *var; /* a member chosen by foreach */
    bool all;              /* a family as a whole */
    uint32_t index;
};

static struct path walk_block(struct walk *w, const struct block *b, struct path p);

static const struct var *find_var(const struct walk *w, name n)
{
    for (const struct var *v = w->vars; v; v = v->next)
        if (v->name == n)
            return v;
    return NULL;
}

/* ---- roles ---- */

static void unknown_role(struct walk *w, const struct role_ref *r)
{
    struct sema *s = w->s;
    if (w->session->damaged)
        return;
    struct diag *x = diag_add(s->d, E0202, r->base.at, "unknown role `%s`", r->base.name);
    const struct session_decl *sd = &w->session->as.session;
    uint32_t n = sd->roles.n, m = 0;
    for (const struct var *v = w->vars; v; v = v->next)
        n++;
    name *candidates = ARENA_ARRAY(s->a, name, n);
    for (uint32_t i = 0; i < sd->roles.n; i++)
        candidates[m++] = sd->roles.at[i].name.name;
    for (const struct var *v = w->vars; v; v = v->next)
        if (v->kind == VAR_INDEX)
            candidates[m++] = v->name;
    sema__suggest(s, x, r->base.name, candidates, m);
}

static struct who index_variable(struct walk *w, const struct role_ref *r, const struct var *v)
{
    if (r->indexed) {
        diag_add(w->s->d, E0208, r->at, "`%s` is already one role, so it has no index", v->name);
        return (struct who){0};
    }
    return (struct who){v->family, v, false, 0};
}

static struct who resolve_role(struct walk *w, const struct role_ref *r, bool whole)
{
    if (!r->base.name)
        return (struct who){0};
    const struct var *v = find_var(w, r->base.name);
    if (v && v->kind == VAR_INDEX)
        return index_variable(w, r, v);
    const struct role_decl *role = sema__role(w->session, r->base.name);
    if (!role) {
        unknown_role(w, r);
        return (struct who){0};
    }
    if (!sema__check_index(w->s, role, r, whole))
        return (struct who){0};
    return (struct who){role, NULL, role->family && !r->indexed, r->indexed ? r->index : 0};
}

/* Surely the same role, or one within the other. Members chosen by different variables are compared when the
 * families are unrolled. */
static bool overlap(const struct who *a, const struct who *b)
{
    if (!a->role || a->role != b->role)
        return false;
    if (a->all || b->all)
        return true;
    return a->var == b->var && a->index == b->index;
}

/* ---- statements ---- */

static void walk_message(struct walk *w, struct stmt *st, struct path *p)
{
    struct who from = resolve_role(w, &st->from, false), to = resolve_role(w, &st->to, false);
    if (overlap(&from, &to)) {
        struct diag *x = diag_add(w->s->d, E0206, st->at, "`%s` sends to itself", st->from.base.name);
        diag_help(w->s->d, x, "an interaction has two different roles");
    }
    st->decl = sema__find(w->s, &st->message, KIND(D_MESSAGE));
    p->fresh = w->recs;
}

/* Of two ways to one place; `none_yet` is no way at all. */
static const struct path none_yet = {.reaches = false, .fresh = UINT32_MAX};
static struct path either(struct path a, struct path b)
{
    if (!b.reaches) {
        a.left = b.left;
        return a;
    }
    a.reaches = true;
    a.fresh = b.fresh < a.fresh ? b.fresh : a.fresh;
    return a;
}

static struct path walk_choice(struct walk *w, const struct stmt *st, struct path p)
{
    resolve_role(w, &st->from, false);
    struct path out = none_yet;
    for (uint32_t i = 0; i < st->blocks.n; i++)
        out = either(out, walk_block(w, &st->blocks.at[i], p));
    return st->blocks.n ? out : p;
}

/* ---- par ---- */

static struct path walk_par(struct walk *w, const struct stmt *st, struct path p)
{
    struct path out = p;
    w->pars++;
    for (uint32_t i = 0; i < st->blocks.n; i++) {
        struct path b = walk_block(w, &st->blocks.at[i], p);
        if (!b.reaches) {
            out.reaches = false;
            out.left = b.left;
        }
        if (b.fresh > out.fresh) /* all branches take place: what one of them sends guards */
            out.fresh = b.fresh;
    }
    w->pars--;
    return out;
}

/* ---- try ---- */

/* The role that catches the events of a `try`, and where that was said. */
struct catcher {
    struct who who;
    const struct catch_event *first;
};

static void check_same_catcher(struct walk *w, const struct catcher *c, const struct catch_event *e, struct who who)
{
    if (!c->who.role || !who.role || (who.role == c->who.role && who.var == c->who.var && who.index == c->who.index))
        return;
    struct diag *x = diag_add(w->s->d, E0217, e->catcher.at, "the events of one `try` are caught by one role");
    diag_label(w->s->d, x, c->first->catcher.at, "this one is caught by another");
    diag_help(w->s->d, x, "let one role catch them all, or put one `try` around another");
}

static void check_crashed(struct walk *w, const struct catch_event *e, struct who catcher)
{
    struct who who = resolve_role(w, &e->who, true);
    if (!overlap(&who, &catcher))
        return;
    struct diag *x = diag_add(w->s->d, E0218, e->at, "`%s` cannot catch its own crash", e->catcher.base.name);
    if (who.all && !catcher.all)
        diag_note(w->s->d, x, "`%s` stands for every member of the family, `%s` among them", e->who.base.name,
                  e->catcher.base.name);
    diag_help(w->s->d, x, "let a role catch it that is still there");
}

static bool same_event(const struct catch_event *a, const struct catch_event *b)
{
    if (a->kind != b->kind || a->kind != EV_CRASH)
        return a->kind == b->kind;
    bool overlapping = !a->who.indexed || !b->who.indexed || a->who.index == b->who.index;
    return a->who.base.name && a->who.base.name == b->who.base.name && overlapping;
}

/* Reports an earlier event of the same `try` that is the same: two handlers for one event. */
static void check_caught_once(struct walk *w, const struct stmt *st, const struct catch_event *e)
{
    for (uint32_t i = 0; i < st->catches.n; i++)
        for (uint32_t k = 0; k < st->catches.at[i].events.n; k++) {
            const struct catch_event *o = &st->catches.at[i].events.at[k];
            if (o == e)
                return;
            if (!same_event(o, e))
                continue;
            struct diag *x = diag_add(w->s->d, E0219, e->at, "this event is caught already");
            diag_label(w->s->d, x, o->at, "by this handler");
            if (e->kind == EV_TIMEOUT)
                diag_note(w->s->d, x, "of two timeouts of one body only the shorter one ever happens");
            return;
        }
}

static void check_events(struct walk *w, const struct stmt *st)
{
    struct catcher c = {0};
    for (uint32_t i = 0; i < st->catches.n; i++)
        for (uint32_t k = 0; k < st->catches.at[i].events.n; k++) {
            const struct catch_event *e = &st->catches.at[i].events.at[k];
            struct who who = resolve_role(w, &e->catcher, false);
            if (!c.who.role)
                c = (struct catcher){who, e};
            else
                check_same_catcher(w, &c, e, who);
            if (e->kind == EV_CRASH)
                check_crashed(w, e, who);
            if (e->kind == EV_TIMEOUT && e->after == 0)
                diag_add(w->s->d, E0204, e->at, "a timeout must be longer than 0");
            check_caught_once(w, st, e);
        }
}

static struct path walk_try(struct walk *w, const struct stmt *st, struct path p)
{
    if (!st->blocks.n)
        return p;
    check_events(w, st);
    if (w->tries == SEMA_MAX_TRY)
        diag_add(w->s->d, E0106, st->at, "`try` stands in the bodies of %d others; that is the limit", SEMA_MAX_TRY);
    if (!st->blocks.at[0].stmts.n && sema__clean(w->s, st->blocks.at[0].at)) {
        struct diag *x = diag_add(w->s->d, E0211, st->at, "no event is ever caught here: the body is empty");
        diag_help(w->s->d, x, "put what the event may interrupt between the braces behind `try`");
    }
    w->tries++;
    struct path out = either(none_yet, walk_block(w, &st->blocks.at[0], p));
    w->tries--;
    for (uint32_t i = 0; i < st->catches.n; i++)
        out = either(out, walk_block(w, &st->catches.at[i].handler, p));
    return out;
}

static void push_var(struct walk *w, struct var *v, const char *what)
{
    const struct var *first = v->name ? find_var(w, v->name) : NULL;
    const struct role_decl *role = v->name && v->kind == VAR_INDEX ? sema__role(w->session, v->name) : NULL;
    struct ident id = {v->name, v->at};
    if (first)
        sema__duplicate(w->s, &id, first->at, what);
    else if (role)
        sema__duplicate(w->s, &id, role->name.at, what);
    v->next = w->vars;
    w->vars = v;
}

static struct path walk_rec(struct walk *w, const struct stmt *st, struct path p)
{
    struct var v = {
        .kind = VAR_REC, .name = st->name.name, .at = st->name.at, .depth = w->recs, .pars = w->pars};
    const struct var *outer = w->vars;
    push_var(w, &v, "recursion variable");
    w->recs++;
    struct path out = st->blocks.n ? walk_block(w, &st->blocks.at[0], p) : p;
    w->recs--;
    w->vars = outer;
    if (out.fresh > w->recs)
        out.fresh = w->recs;
    return out;
}

static void unknown_variable(struct walk *w, const struct stmt *st)
{
    struct diag *x = diag_add(w->s->d, E0209, st->name.at, "`continue %s` is not inside `rec %s { ... }`",
                              st->name.name, st->name.name);
    uint32_t n = 0, m = 0;
    for (const struct var *v = w->vars; v; v = v->next)
        n++;
    name *candidates = ARENA_ARRAY(w->s->a, name, n);
    for (const struct var *v = w->vars; v; v = v->next)
        if (v->kind == VAR_REC)
            candidates[m++] = v->name;
    sema__suggest(w->s, x, st->name.name, candidates, m);
}

static void leaves_par(struct walk *w, const struct stmt *st, const struct var *v)
{
    struct diag *x = diag_add(w->s->d, E0220, st->at, "`continue %s` would leave this branch of `par`", v->name);
    diag_label(w->s->d, x, v->at, "its loop starts here, outside");
    diag_help(w->s->d, x, "a branch is done when it ends: continue behind the `par`, or loop within the branch");
}

static struct path walk_continue(struct walk *w, const struct stmt *st, struct path p)
{
    const struct var *v = st->name.name ? find_var(w, st->name.name) : NULL;
    if (st->name.name && (!v || v->kind != VAR_REC))
        unknown_variable(w, st);
    else if (v && v->pars != w->pars)
        leaves_par(w, st, v);
    else if (v && v->depth >= p.fresh) {
        struct diag *x = diag_add(w->s->d, E0210, st->at, "this loop may repeat without a message");
        diag_label(w->s->d, x, v->at, "the loop starts here");
        diag_help(w->s->d, x, "put a message between `rec %s` and `continue %s`", v->name, v->name);
    }
    p.reaches = false;
    p.left = st->at;
    return p;
}

static struct path walk_foreach(struct walk *w, const struct stmt *st, struct path p)
{
    const struct role_decl *family = NULL;
    if (st->family.name) {
        family = sema__find_role(w->s, w->session, &st->family);
        if (family && !family->family && !w->session->damaged) {
            struct diag *x = diag_add(w->s->d, E0207, st->family.at, "`%s` is a single role; foreach needs a family",
                                      family->name.name);
            diag_label(w->s->d, x, family->name.at, "declared here without a size");
        }
        if (family && !family->family)
            family = NULL;
    }
    struct var v = {.kind = VAR_INDEX, .name = st->name.name, .at = st->name.at, .family = family};
    const struct var *outer = w->vars;
    push_var(w, &v, "index");
    w->pars += st->parallel;
    struct path out = st->blocks.n ? walk_block(w, &st->blocks.at[0], p) : p;
    w->pars -= st->parallel;
    w->vars = outer;
    if (!out.reaches && !st->parallel && family && family->size > 1)
        diag_add(w->s->d, E0211, st->at, "only the first round of this loop over `%s` is ever reached",
                 family->name.name);
    return out;
}

/* ---- do ---- */

static void check_argument(struct walk *w, const struct role_ref *arg, const struct who *who,
                           const struct role_decl *param)
{
    struct diag *x = NULL;
    if (who->all != param->family)
        x = diag_add(w->s->d, E0212, arg->at, param->family ? "`%s` is a single role; the session takes a family here"
                                                            : "`%s` is a family; the session takes a single role here",
                     arg->base.name);
    else if (param->family && who->role->size != param->size)
        x = diag_add(w->s->d, E0212, arg->at, "`%s` has %u members; the session takes a family of %u here",
                     arg->base.name, who->role->size, param->size);
    if (x)
        diag_label(w->s->d, x, param->name.at, "for this role");
}

static void check_arguments(struct walk *w, const struct stmt *st, const struct who *args)
{
    const struct session_decl *callee = &st->decl->as.session;
    if (st->decl->damaged)
        return;
    if (callee->roles.n != st->args.n) {
        struct diag *x = diag_add(w->s->d, E0212, st->at, "session `%s` has %u roles, but %u %s given",
                                  st->name.name, callee->roles.n, st->args.n, st->args.n == 1 ? "is" : "are");
        diag_label(w->s->d, x, st->decl->name.at, "its roles are declared here");
        return;
    }
    for (uint32_t i = 0; i < st->args.n; i++) {
        if (!args[i].role)
            continue;
        check_argument(w, &st->args.at[i], &args[i], &callee->roles.at[i]);
        for (uint32_t j = 0; j < i; j++)
            if (overlap(&args[i], &args[j])) {
                struct diag *x = diag_add(w->s->d, E0212, st->args.at[i].at, "`%s` would play two roles of `%s`",
                                          st->args.at[i].base.name, st->name.name);
                diag_label(w->s->d, x, st->args.at[j].at, "it is given here already");
                break;
            }
    }
}

static void walk_do(struct walk *w, struct stmt *st, struct path *p)
{
    struct who *args = ARENA_ARRAY(w->s->a, struct who, st->args.n);
    for (uint32_t i = 0; i < st->args.n; i++)
        args[i] = resolve_role(w, &st->args.at[i], true);
    st->decl = sema__find(w->s, &st->name, KIND(D_SESSION));
    if (st->decl && st->decl->as.session.by_locals) {
        struct diag *x = diag_add(w->s->d, E0212, st->name.at, "session `%s` has no global type to insert here",
                                  st->name.name);
        diag_label(w->s->d, x, st->decl->name.at, "it is given by local types");
        st->decl = NULL;
    }
    if (st->decl)
        check_arguments(w, st, args);
    p->fresh = w->recs; /* what it inserts is known only after expansion, which finds empty loops itself */
}

static struct path walk_stmt(struct walk *w, struct stmt *st, struct path p)
{
    switch (st->kind) {
    case ST_MESSAGE:
        walk_message(w, st, &p);
        return p;
    case ST_CHOICE:
        return walk_choice(w, st, p);
    case ST_REC:
        return walk_rec(w, st, p);
    case ST_CONTINUE:
        return walk_continue(w, st, p);
    case ST_DO:
        walk_do(w, st, &p);
        return p;
    case ST_FOREACH:
        return walk_foreach(w, st, p);
    case ST_PAR:
        return walk_par(w, st, p);
    case ST_TRY:
        return walk_try(w, st, p);
    }
    return p;
}

static struct path walk_block(struct walk *w, const struct block *b, struct path p)
{
    bool told = false;
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        struct stmt *st = b->stmts.at[i];
        if (!p.reaches && !told) {
            struct diag *x = diag_add(w->s->d, E0211, st->at, "this is never reached");
            diag_label(w->s->d, x, p.left, "the protocol always goes back from here");
            told = true;
        }
        struct span left = p.left;
        bool reached = p.reaches;
        p = walk_stmt(w, st, p);
        if (!reached) {
            p.reaches = false;
            p.left = left;
        }
    }
    return p;
}

void sema__session(struct sema *s, struct decl *session)
{
    struct walk w = {.s = s, .session = session};
    walk_block(&w, &session->as.session.body, (struct path){.reaches = true});
}
