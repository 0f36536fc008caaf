/* locals.c -- local types: names, guarded recursion, and the peers that a session of local types needs.
 *
 * A name in a local type is a `rec` variable in scope or another local declaration, which it stands for; so
 * declarations may refer to each other and themselves, as long as an action lies on every way round.
 */
#include "sema_private.h"

struct binder {
    const struct local *rec;
    bool guarded; /* an action lies between the binder and here */
    struct binder *next;
};

struct walk {
    struct sema *s;
    struct binder *vars;
};

static struct binder *find_var(const struct walk *w, name n)
{
    for (struct binder *b = w->vars; b; b = b->next)
        if (b->rec->name.name == n)
            return b;
    return NULL;
}

static void unguarded(struct sema *s, const struct local *use, struct span start)
{
    struct diag *x = diag_add(s->d, E0210, use->at, "`%s` may come back to itself without an action", use->name.name);
    diag_label(s->d, x, start, "it starts here");
    diag_help(s->d, x, "put a send or a receive in between");
}

static void unknown_local(struct walk *w, const struct local *l)
{
    struct sema *s = w->s;
    if (s->f->damaged)
        return;
    struct diag *x = diag_add(s->d, E0202, l->name.at, "unknown local type or recursion variable `%s`", l->name.name);
    uint32_t n = s->f->decls.n, m = 0;
    for (const struct binder *b = w->vars; b; b = b->next)
        n++;
    name *candidates = ARENA_ARRAY(s->a, name, n);
    for (const struct binder *b = w->vars; b; b = b->next)
        candidates[m++] = b->rec->name.name;
    for (uint32_t i = 0; i < s->f->decls.n; i++)
        if (s->f->decls.at[i]->kind == D_LOCAL)
            candidates[m++] = s->f->decls.at[i]->name.name;
    if (strcmp(l->name.name, "End") == 0 || strcmp(l->name.name, "END") == 0 || strcmp(l->name.name, "stop") == 0)
        diag_help(s->d, x, "write `end`");
    else
        sema__suggest(s, x, l->name.name, candidates, m);
}

static void walk_name(struct walk *w, struct local *l)
{
    if (!l->name.name)
        return;
    const struct binder *b = find_var(w, l->name.name);
    if (b) {
        if (!b->guarded)
            unguarded(w->s, l, b->rec->name.at);
        return;
    }
    l->decl = sema__lookup(w->s, &l->name, KIND(D_LOCAL));
    if (!l->decl)
        unknown_local(w, l);
}

static void walk_local(struct walk *w, struct local *l);

static void walk_rec(struct walk *w, struct local *l)
{
    const struct binder *first = l->name.name ? find_var(w, l->name.name) : NULL;
    if (first)
        sema__duplicate(w->s, &l->name, first->rec->name.at, "recursion variable");
    struct binder b = {l, false, w->vars};
    w->vars = &b;
    walk_local(w, l->next);
    w->vars = b.next;
}

/* What follows an action is guarded for every binder in scope. */
static void walk_guarded(struct walk *w, struct local *l)
{
    uint32_t n = 0, i = 0;
    for (const struct binder *b = w->vars; b; b = b->next)
        n++;
    bool *before = ARENA_ARRAY(w->s->a, bool, n);
    for (struct binder *b = w->vars; b; b = b->next) {
        before[i++] = b->guarded;
        b->guarded = true;
    }
    walk_local(w, l);
    i = 0;
    for (struct binder *b = w->vars; b; b = b->next)
        b->guarded = before[i++];
}

/* Chains of actions are as long as the user likes: they are followed in a loop, not by recursion. */
static void walk_local(struct walk *w, struct local *l)
{
    if (!l)
        return;
    switch (l->kind) {
    case LT_END:
        break;
    case LT_NAME:
        walk_name(w, l);
        break;
    case LT_REC:
        walk_rec(w, l);
        break;
    case LT_ACTION: {
        struct local *last = l;
        l->decl = sema__find(w->s, &l->message, KIND(D_MESSAGE));
        while (last->next && last->next->kind == LT_ACTION) {
            last = last->next;
            last->decl = sema__find(w->s, &last->message, KIND(D_MESSAGE));
        }
        walk_guarded(w, last->next);
        break;
    }
    case LT_SELECT:
    case LT_BRANCH:
    case LT_MIXED:
        for (uint32_t i = 0; i < l->branches.n; i++)
            walk_local(w, l->branches.at[i]);
        break;
    case LT_DUAL:
        walk_local(w, l->next);
        break;
    }
}

/* ---- declarations that come back to themselves ---- */

struct colours {
    struct sema *s;
    uint8_t *of; /* by position in the file: 0 unseen, 1 open, 2 done */
    uint32_t depth;
};

static void follow(struct colours *c, const struct decl *d, const struct local *use);

/* Everything that stands before the first action. */
static void follow_heads(struct colours *c, const struct local *l)
{
    if (!l)
        return;
    switch (l->kind) {
    case LT_NAME:
        if (l->decl)
            follow(c, l->decl, l);
        break;
    case LT_REC:
    case LT_DUAL:
        follow_heads(c, l->next);
        break;
    case LT_SELECT:
    case LT_BRANCH:
    case LT_MIXED:
        for (uint32_t i = 0; i < l->branches.n; i++)
            follow_heads(c, l->branches.at[i]);
        break;
    case LT_END:
    case LT_ACTION:
        break;
    }
}

static void follow(struct colours *c, const struct decl *d, const struct local *use)
{
    uint32_t i = 0;
    while (c->s->f->decls.at[i] != d)
        i++;
    if (c->of[i] == 1 && use)
        unguarded(c->s, use, d->name.at);
    if (c->of[i])
        return;
    if (c->depth == SEMA_MAX_NESTED) {
        diag_add(c->s->d, E0106, d->name.at, "more than %d local types stand for another one in a row", SEMA_MAX_NESTED);
        c->of[i] = 2;
        return;
    }
    c->depth++;
    c->of[i] = 1;
    follow_heads(c, d->as.local);
    c->of[i] = 2;
    c->depth--;
}

void sema__locals(struct sema *s)
{
    struct walk w = {.s = s};
    for (uint32_t i = 0; i < s->f->decls.n; i++)
        if (s->f->decls.at[i]->kind == D_LOCAL)
            walk_local(&w, s->f->decls.at[i]->as.local);
        else if (s->f->decls.at[i]->kind == D_ASSERT) {
            walk_local(&w, s->f->decls.at[i]->as.assert_.left);
            walk_local(&w, s->f->decls.at[i]->as.assert_.right);
        }
    struct colours c = {.s = s, .of = ARENA_ARRAY(s->a, uint8_t, s->f->decls.n)};
    for (uint32_t i = 0; i < s->f->decls.n; i++)
        if (s->f->decls.at[i]->kind == D_LOCAL)
            follow(&c, s->f->decls.at[i], NULL);
}

/* ---- sessions of local types ---- */

struct peers {
    struct sema *s;
    const struct decl *session;
    name self;
    VEC(const struct decl *) seen;
};

static bool binary(const struct decl *session) { return session->as.session.roles.n == 2; }

static void check_peer(struct peers *p, const struct local *l, bool dual)
{
    struct sema *s = p->s;
    if (!l->peer.name) {
        if (binary(p->session) || sema__reported(s, E0214, l->at) || !l->message.name)
            return;
        struct diag *x = diag_add(s->d, E0214, l->at, "with whom? session `%s` has more than two roles",
                                  p->session->name.name);
        diag_help(s->d, x, "write the peer before the `%c`, as in `%s%c%s`", l->send ? '!' : '?',
                  p->session->as.session.roles.at[0].name.name, l->send ? '!' : '?', l->message.name);
        return;
    }
    if (l->peer.name == p->self && !(dual && binary(p->session))) {
        enum diag_code code = binary(p->session) ? E0206 : W0206; /* of two roles the peer is the other one */
        if (!sema__reported(s, code, l->at))
            diag_add(s->d, code, l->at, "`%s` is this role itself in session `%s`", p->self, p->session->name.name);
        return;
    }
    if (!sema__role(p->session, l->peer.name) && !sema__reported(s, E0202, l->peer.at))
        sema__find_role(s, p->session, &l->peer);
}

static void check_peers(struct peers *p, const struct local *l, bool dual)
{
    for (; l; l = l->next) {
        if (l->kind == LT_ACTION)
            check_peer(p, l, dual);
        else if (l->kind == LT_DUAL)
            dual = !dual;
        else if (l->kind == LT_NAME && l->decl) {
            for (uint32_t i = 0; i < p->seen.n; i++)
                if (p->seen.at[i] == l->decl)
                    return;
            vec_push(p->s->a, p->seen, l->decl);
            check_peers(p, l->decl->as.local, dual);
        }
        for (uint32_t i = 0; i < l->branches.n; i++)
            check_peers(p, l->branches.at[i], dual);
    }
}

void sema__session_locals(struct sema *s, struct decl *session)
{
    struct session_decl *sd = &session->as.session;
    bool known = true;
    for (uint32_t i = 0; i < sd->roles.n; i++) {
        vec_push(s->a, sd->locals, sema__find(s, &sd->roles.at[i].name, KIND(D_LOCAL)));
        known = known && vec_last(sd->locals);
    }
    for (uint32_t i = 0; i < sd->roles.n && known; i++) {
        struct peers p = {.s = s, .session = session, .self = sd->roles.at[i].name.name};
        vec_push(s->a, p.seen, sd->locals.at[i]);
        check_peers(&p, sd->locals.at[i]->as.local, false);
    }
}
