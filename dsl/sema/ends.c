/* ends.c -- sessions that never end: what stands behind a `do` of one is never reached.
 *
 * A session may end when control can fall through its body: that is computed for all sessions together, from the
 * assumption that none can. Where a `do` goes round, to the session in which it stands, what follows it is a
 * recursion that is not in tail position, which is another error; such a `do` counts as one that ends.
 */
#include "sema_private.h"

enum {
    MAX_ROUNDS = 64,  /* over all sessions; where these do not settle it, those left count as ones that end */
    MAX_SEARCHES = 64 /* for a way back; after so many errors no more are looked for */
};

struct ends {
    struct sema *s;
    VEC(const struct decl *) sessions;
    bool *may_end; /* [sessions] */
    bool *seen;    /* [sessions] */
    uint32_t searches;
};

static bool falls_through(const struct ends *e, const struct block *b);

static bool any_branch(const struct ends *e, const struct stmt *st)
{
    for (uint32_t i = 0; i < st->blocks.n; i++)
        if (falls_through(e, &st->blocks.at[i]))
            return true;
    for (uint32_t i = 0; i < st->catches.n; i++)
        if (falls_through(e, &st->catches.at[i].handler))
            return true;
    return st->blocks.n == 0;
}

static bool all_branches(const struct ends *e, const struct stmt *st)
{
    for (uint32_t i = 0; i < st->blocks.n; i++)
        if (!falls_through(e, &st->blocks.at[i]))
            return false;
    return true;
}

static bool passes(const struct ends *e, const struct stmt *st)
{
    switch (st->kind) {
    case ST_MESSAGE:
        return true;
    case ST_CONTINUE:
        return false;
    case ST_DO:
        return !st->decl || st->decl->as.session.by_locals || e->may_end[st->decl->as.session.order];
    case ST_PAR:
        return all_branches(e, st);
    case ST_CHOICE:
    case ST_REC:
    case ST_FOREACH:
    case ST_TRY:
        return any_branch(e, st);
    }
    return true;
}

static bool falls_through(const struct ends *e, const struct block *b)
{
    for (uint32_t i = 0; i < b->stmts.n; i++)
        if (!passes(e, b->stmts.at[i]))
            return false;
    return true;
}

/* ---- reports ---- */

struct search {
    struct ends *e;
    VEC(const struct decl *) todo;
};

/* Adds the sessions that the block goes on with. */
static void follow(struct search *q, const struct block *b)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *st = b->stmts.at[i];
        if (st->kind == ST_DO && st->decl && !st->decl->as.session.by_locals &&
            !q->e->seen[st->decl->as.session.order]) {
            q->e->seen[st->decl->as.session.order] = true;
            vec_push(q->e->s->a, q->todo, st->decl);
        }
        for (uint32_t k = 0; k < st->blocks.n; k++)
            follow(q, &st->blocks.at[k]);
        for (uint32_t k = 0; k < st->catches.n; k++)
            follow(q, &st->catches.at[k].handler);
    }
}

/* The session `from` may go on, by `do`, with `to`. */
static bool leads_to(struct ends *e, const struct decl *from, const struct decl *to)
{
    struct search q = {.e = e};
    memset(e->seen, 0, e->sessions.n * sizeof *e->seen);
    vec_push(e->s->a, q.todo, from);
    for (uint32_t i = 0; i < q.todo.n; i++) {
        if (q.todo.at[i] == to)
            return true;
        follow(&q, &q.todo.at[i]->as.session.body);
    }
    return false;
}

static void report_in(struct ends *e, const struct decl *session, const struct block *b)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *st = b->stmts.at[i];
        for (uint32_t k = 0; k < st->blocks.n; k++)
            report_in(e, session, &st->blocks.at[k]);
        for (uint32_t k = 0; k < st->catches.n; k++)
            report_in(e, session, &st->catches.at[k].handler);
        if (i + 1 == b->stmts.n || st->kind != ST_DO || passes(e, st))
            continue;
        if (e->searches++ >= MAX_SEARCHES || leads_to(e, st->decl, session) ||
            sema__reported(e->s, E0211, b->stmts.at[i + 1]->at))
            continue;
        struct diag *x = diag_add(e->s->d, E0211, b->stmts.at[i + 1]->at, "this is never reached");
        diag_label(e->s->d, x, st->at, "`%s` never ends", st->decl->name.name);
        return;
    }
}

static bool one_round(struct ends *e)
{
    bool changed = false;
    for (uint32_t i = e->sessions.n; i-- > 0;) /* a session mostly goes on with later ones */
        if (!e->may_end[i] && falls_through(e, &e->sessions.at[i]->as.session.body))
            e->may_end[i] = changed = true;
    return changed;
}

void sema__ends(struct sema *s)
{
    struct ends e = {.s = s};
    for (uint32_t i = 0; i < s->f->decls.n; i++) {
        struct decl *d = s->f->decls.at[i];
        if (d->kind != D_SESSION || d->as.session.by_locals)
            continue;
        d->as.session.order = e.sessions.n;
        vec_push(s->a, e.sessions, d);
    }
    e.may_end = ARENA_ARRAY(s->a, bool, e.sessions.n);
    e.seen = ARENA_ARRAY(s->a, bool, e.sessions.n);
    uint32_t rounds = 0;
    while (rounds < MAX_ROUNDS && one_round(&e))
        rounds++;
    for (uint32_t i = 0; rounds < MAX_ROUNDS && i < e.sessions.n; i++)
        report_in(&e, e.sessions.at[i], &e.sessions.at[i]->as.session.body);
}
