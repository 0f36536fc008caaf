/* verify.c -- verify blocks: the subject, budgets, and the atoms of formulas.
 *
 * Whether a role ever sends the message that an atom asks for is known only with the automata: ir_build checks it.
 */
#include "sema_private.h"

struct check {
    struct sema *s;
    const struct decl *subject;
};

/* ---- budgets ---- */

static const struct child_decl *find_child(struct check *c, const struct ident *id)
{
    if (!id->name)
        return NULL;
    if (c->subject->kind != D_SYSTEM) {
        struct diag *x = diag_add(c->s->d, E0405, id->at, "a session has no children: `%s` needs a system", id->name);
        diag_label(c->s->d, x, c->subject->name.at, "`%s` is a session", c->subject->name.name);
        return NULL;
    }
    const struct child_decl *child = sema__child(c->subject, id->name);
    if (!child && !c->subject->damaged) {
        struct diag *x = diag_add(c->s->d, E0202, id->at, "system `%s` has no child `%s`", c->subject->name.name,
                                  id->name);
        diag_label(c->s->d, x, c->subject->name.at, "the system is declared here");
        sema__suggest_child(c->s, x, c->subject, id->name);
    }
    return child;
}

static void check_crashes(struct check *c, const struct crash_budget *b)
{
    if (c->subject->kind == D_SESSION) {
        struct diag *x = diag_add(c->s->d, E0405, b->at, "only actors of a system can crash");
        diag_label(c->s->d, x, c->subject->name.at, "`%s` is a session", c->subject->name.name);
        return;
    }
    find_child(c, &b->child);
    if (b->count > SEMA_MAX_CRASHES)
        diag_add(c->s->d, E0204, b->at, "at most %d crashes", SEMA_MAX_CRASHES);
}

/* ---- atoms ---- */

/* The sessions that take part in the subject: itself, or those wired. */
static uint32_t candidates(struct check *c, const struct decl **out)
{
    uint32_t n = 0;
    if (c->subject->kind == D_SESSION) {
        out[n++] = c->subject;
        return n;
    }
    const struct system_decl *sd = &c->subject->as.system;
    for (uint32_t i = 0; i < sd->wires.n; i++) {
        bool seen = !sd->wires.at[i].decl;
        for (uint32_t j = 0; j < n; j++)
            seen = seen || out[j] == sd->wires.at[i].decl;
        if (!seen)
            out[n++] = sd->wires.at[i].decl;
    }
    return n;
}

static uint32_t max_candidates(const struct check *c)
{
    return c->subject->kind == D_SESSION ? 1 : c->subject->as.system.wires.n;
}

static void not_wired(struct check *c, const struct ident *id)
{
    struct diag *x = diag_add(c->s->d, E0202, id->at, "session `%s` is no part of `%s`", id->name,
                              c->subject->name.name);
    diag_label(c->s->d, x, c->subject->name.at, c->subject->kind == D_SYSTEM ? "it has no wire for that session"
                                                                            : "this is what is verified");
}

static const struct decl *named_session(struct check *c, const struct ident *id)
{
    const struct decl *found = sema__find(c->s, id, KIND(D_SESSION));
    const struct decl **all = ARENA_ARRAY(c->s->a, const struct decl *, max_candidates(c));
    uint32_t n = candidates(c, all);
    for (uint32_t i = 0; i < n && found; i++)
        if (all[i] == found)
            return found;
    if (found)
        not_wired(c, id);
    return NULL;
}

static void ambiguous(struct check *c, const struct role_ref *r, const struct decl *a, const struct decl *b)
{
    struct diag *x = diag_add(c->s->d, E0407, r->at, "several sessions have a role `%s`", r->base.name);
    diag_label(c->s->d, x, a->name.at, "this one");
    diag_label(c->s->d, x, b->name.at, "and this one");
    diag_help(c->s->d, x, "write the session too, as in `%s.%s`", a->name.name, r->base.name);
}

static void unknown_role(struct check *c, const struct role_ref *r, const struct decl **all, uint32_t n)
{
    if (c->subject->damaged)
        return;
    if (n == 1) {
        sema__find_role(c->s, all[0], &r->base);
        return;
    }
    diag_add(c->s->d, E0202, r->base.at, "no session of `%s` has a role `%s`", c->subject->name.name, r->base.name);
}

/* Fills in the session where only one of several has such a role. */
static void check_event(struct check *c, struct ltl *f)
{
    const struct decl *session = NULL;
    sema__find(c->s, &f->name, KIND(D_MESSAGE));
    if (!f->role.base.name)
        return;
    if (f->session.name) {
        session = named_session(c, &f->session);
        if (session && !sema__find_role(c->s, session, &f->role.base))
            return;
    } else {
        const struct decl **all = ARENA_ARRAY(c->s->a, const struct decl *, max_candidates(c));
        uint32_t n = candidates(c, all);
        for (uint32_t i = 0; i < n; i++) {
            if (!sema__role(all[i], f->role.base.name))
                continue;
            if (session) {
                ambiguous(c, &f->role, session, all[i]);
                return;
            }
            session = all[i];
        }
        if (!session)
            unknown_role(c, &f->role, all, n);
    }
    if (session)
        sema__check_index(c->s, sema__role(session, f->role.base.name), &f->role, true);
}

static void check_child_event(struct check *c, const struct ltl *f)
{
    const struct child_decl *child = find_child(c, &f->name);
    if (!child || !f->has_index)
        return;
    if (!child->family || f->index >= child->size) {
        struct diag *x = diag_add(c->s->d, E0208, f->at, "there is no `%s[%u]`", f->name.name, f->index);
        diag_label(c->s->d, x, child->name.at, child->family ? "a family of %u" : "a single child", child->size);
    }
}

static void check_formula(struct check *c, struct ltl *f)
{
    if (!f)
        return;
    switch (f->kind) {
    case LTL_SENT:
    case LTL_RECEIVED:
        check_event(c, f);
        break;
    case LTL_DONE:
        named_session(c, &f->name);
        break;
    case LTL_CRASHED:
    case LTL_RESTARTED:
        check_child_event(c, f);
        break;
    default:
        check_formula(c, f->left);
        check_formula(c, f->right);
        break;
    }
}

static void check_ltls(struct check *c, struct verify_decl *v)
{
    for (uint32_t i = 0; i < v->ltls.n; i++) {
        const struct ltl_decl *l = &v->ltls.at[i];
        for (uint32_t j = 0; j < i && l->name.name; j++)
            if (v->ltls.at[j].name.name == l->name.name) {
                sema__duplicate(c->s, &l->name, v->ltls.at[j].name.at, "ltl property");
                break;
            }
        check_formula(c, l->formula);
    }
}

void sema__verify(struct sema *s, struct decl *verify)
{
    struct verify_decl *v = &verify->as.verify;
    v->decl = sema__find(s, &verify->name, KIND(D_SESSION) | KIND(D_SYSTEM));
    if (v->sessions.given && (v->sessions.value == 0 || v->sessions.value > SEMA_MAX_VERIFY_SESSIONS))
        diag_add(s->d, E0204, v->sessions.at, "the number of sessions is between 1 and %d", SEMA_MAX_VERIFY_SESSIONS);
    if (!v->decl)
        return;
    struct check c = {s, v->decl};
    for (uint32_t i = 0; i < v->domains.n; i++)
        sema__domain(s, v, i);
    for (uint32_t i = 0; i < v->crashes.n; i++)
        check_crashes(&c, &v->crashes.at[i]);
    check_ltls(&c, v);
}
