/* clean.c -- which sessions of a file with errors can still be projected.
 *
 * A session is clean if and only if (1) no error lies in its text or in that of a session that it inserts, and (2) all
 * its names are resolved. The text of a declaration reaches to the next one, since a syntax error may cut it short. A
 * session of local types is clean when, besides, no error lies in any local type.
 */
#include "proto.h"

struct query {
    const struct builder *b;
    VEC(const struct decl *) seen; /* sessions found clean so far, or being looked at */
};

static bool has_error(const struct builder *b, const struct decl *d)
{
    uint32_t lo = d->at.lo, hi = UINT32_MAX;
    for (uint32_t i = 0; i < b->f->decls.n; i++) {
        uint32_t start = b->f->decls.at[i]->at.lo;
        if (b->f->decls.at[i]->at.file == d->at.file && start > lo && start < hi)
            hi = start;
    }
    for (uint32_t i = 0; i < b->d->n; i++) {
        const struct diag *x = b->d->at[i];
        if (diag_code_severity(x->code) == SEV_ERROR && x->at.file == d->at.file && x->at.lo >= lo && x->at.lo < hi)
            return true;
    }
    return false;
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

static bool clean_locals(const struct builder *b, const struct decl *session)
{
    if (b->f->damaged)
        return false;
    for (uint32_t i = 0; i < session->as.session.locals.n; i++)
        if (!session->as.session.locals.at[i])
            return false;
    for (uint32_t i = 0; i < b->f->decls.n; i++)
        if (b->f->decls.at[i]->kind == D_LOCAL && has_error(b, b->f->decls.at[i]))
            return false;
    return true;
}

static bool clean(struct query *q, const struct decl *session)
{
    for (uint32_t i = 0; i < q->seen.n; i++)
        if (q->seen.at[i] == session)
            return true;
    vec_push(q->b->a, q->seen, session);
    if (session->damaged || !session->name.name || has_error(q->b, session))
        return false;
    return session->as.session.by_locals ? clean_locals(q->b, session)
                                         : clean_block(q, &session->as.session.body);
}

bool ir__session_clean(const struct builder *b, const struct decl *session)
{
    struct query q = {.b = b};
    return clean(&q, session);
}
