/* clean.c -- which sessions of a file with errors can still be projected.
 *
 * A session is clean if and only if (1) no error lies in its text or in that of a session that it inserts, and (2) all
 * its names are resolved. The text of a declaration reaches to the next one, since a syntax error may cut it short. A
 * session of local types is clean when, besides, no error lies in any local type.
 */
#include "proto.h"

enum { MAX_DEPTH = 5000 }; /* of sessions that insert each other; those around it are not looked at */

enum cleanness { UNKNOWN, OPEN, CLEAN, DIRTY };

struct query {
    const struct builder *b;
    enum cleanness *state; /* [sessions] */
    bool locals_clean; /* no error lies in any local type */
    uint32_t depth;
    bool assumed; /* that a session is clean which is still being looked at */
};

/* The declaration whose text holds the place; NULL where it stands before them all. */
static const struct decl *owner(const struct file *f, struct span at)
{
    const struct decl *best = NULL;
    for (uint32_t i = 0; i < f->decls.n; i++) {
        const struct decl *d = f->decls.at[i];
        if (d->at.file == at.file && d->at.lo <= at.lo && (!best || d->at.lo >= best->at.lo))
            best = d;
    }
    return best;
}

static void mark_errors(struct query *q)
{
    for (uint32_t i = 0; i < q->b->d->n; i++) {
        const struct diag *x = q->b->d->at[i];
        const struct decl *d = diag_code_severity(x->code) == SEV_ERROR ? owner(q->b->f, x->at) : NULL;
        if (d && d->kind == D_SESSION)
            q->state[d->nth] = DIRTY;
        else if (d && d->kind == D_LOCAL)
            q->locals_clean = false;
    }
}

static bool clean(struct query *q, const struct decl *session);

static bool clean_block(struct query *q, const struct block *block)
{
    for (uint32_t i = 0; i < block->stmts.n; i++) {
        const struct stmt *st = block->stmts.at[i];
        if ((st->kind == ST_MESSAGE || st->kind == ST_DO) && !st->decl)
            return false;
        if (st->kind == ST_DO && !clean(q, st->decl))
            return false;
        for (uint32_t k = 0; k < st->blocks.n; k++)
            if (!clean_block(q, &st->blocks.at[k]))
                return false;
        if (st->kind == ST_TRY && !st->catches.n)
            return false;
        for (uint32_t k = 0; k < st->catches.n; k++)
            if (!st->catches.at[k].events.n || !clean_block(q, &st->catches.at[k].handler))
                return false;
    }
    return true;
}

static bool clean_locals(const struct query *q, const struct decl *session)
{
    if (q->b->f->damaged)
        return false;
    for (uint32_t i = 0; i < session->as.session.locals.n; i++)
        if (!session->as.session.locals.at[i])
            return false;
    return q->locals_clean;
}

static bool clean_text(struct query *q, const struct decl *session)
{
    if (session->damaged || !session->name.name || q->depth > MAX_DEPTH)
        return false;
    return session->as.session.by_locals ? clean_locals(q, session) : clean_block(q, &session->as.session.body);
}

/* One that goes round is taken to be clean on the way; then the answer "clean" is only one for the first of them. */
static bool clean(struct query *q, const struct decl *session)
{
    enum cleanness *state = &q->state[session->nth];
    q->assumed |= *state == OPEN;
    if (*state != UNKNOWN)
        return *state != DIRTY;
    bool assumed = q->assumed;
    q->assumed = false;
    q->depth++;
    *state = OPEN;
    bool ok = clean_text(q, session);
    q->depth--;
    *state = !ok ? DIRTY : q->assumed && q->depth ? UNKNOWN : CLEAN;
    q->assumed |= assumed;
    return ok;
}

bool *ir__clean_sessions(const struct builder *b)
{
    struct query q = {.b = b, .state = ARENA_ARRAY(b->a, enum cleanness, b->ir->n_sessions), .locals_clean = true};
    bool *all = ARENA_ARRAY(b->a, bool, b->ir->n_sessions);
    mark_errors(&q);
    for (uint32_t i = 0; i < b->f->decls.n; i++) {
        const struct decl *d = b->f->decls.at[i];
        if (d->kind != D_SESSION)
            continue;
        q.assumed = false;
        all[d->nth] = clean(&q, d);
    }
    return all;
}
