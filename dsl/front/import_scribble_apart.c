/* import_scribble_apart.c -- what stands behind a loop without an exit.
 *
 *     rec X { a() from A to B; continue X; }
 *     b() from C to D;
 *
 * In Scribble each role does in order what it takes part in, so C and D pass the loop, in which they have no part. In
 * this language what stands behind such a loop is never reached. The same protocol is `par { loop } and { rest }`, if
 * the two have no role in common and neither leads back to what is around them. Where that is not so the text is judged
 * as it stands.
 */
#include "import_scribble.h"

struct part { /* what some statements deal with */
    struct importer *x;
    struct import_map roles;
    struct import_map loops; /* recursions that begin within */
    bool leads_out;          /* to a recursion around */
};

static void look_at_block(struct part *p, const struct block *b);

static void look_at(struct part *p, const struct stmt *st)
{
    if (st->from.base.name)
        import_put(p->x, &p->roles, st->from.base.name, 1);
    if (st->to.base.name)
        import_put(p->x, &p->roles, st->to.base.name, 1);
    for (uint32_t i = 0; i < st->args.n; i++)
        if (st->args.at[i].base.name)
            import_put(p->x, &p->roles, st->args.at[i].base.name, 1);
    if (st->kind == ST_REC && st->name.name)
        import_put(p->x, &p->loops, st->name.name, 1);
    p->leads_out |= st->kind == ST_CONTINUE && !import_find(&p->loops, st->name.name);
    for (uint32_t i = 0; i < st->blocks.n; i++)
        look_at_block(p, &st->blocks.at[i]);
}

static void look_at_block(struct part *p, const struct block *b)
{
    for (uint32_t i = 0; i < b->stmts.n; i++)
        look_at(p, b->stmts.at[i]);
}

static bool in_common(const struct part *p, const struct part *q)
{
    for (uint32_t i = 0; i < p->roles.cap; i++)
        if (import_find(&q->roles, p->roles.slots[i].key))
            return true;
    return false;
}

/* Puts what stands behind statement i beside it. */
static void put_apart(struct importer *x, struct block *b, uint32_t i)
{
    struct part loop = {.x = x}, rest = {.x = x};
    struct block sides[2] = {{.at = b->stmts.at[i]->at}, {.at = b->stmts.at[i + 1]->at}};
    look_at(&loop, b->stmts.at[i]);
    vec_push(x->a, sides[0].stmts, b->stmts.at[i]);
    for (uint32_t k = i + 1; k < b->stmts.n; k++) {
        look_at(&rest, b->stmts.at[k]);
        vec_push(x->a, sides[1].stmts, b->stmts.at[k]);
        sides[1].at.hi = b->stmts.at[k]->at.hi;
    }
    if (loop.leads_out || rest.leads_out || in_common(&loop, &rest))
        return;
    struct stmt *par = ARENA_NEW(x->a, struct stmt);
    *par = (struct stmt){.kind = ST_PAR, .at = b->stmts.at[i]->at};
    vec_push(x->a, par->blocks, sides[0]);
    vec_push(x->a, par->blocks, sides[1]);
    b->stmts.at[i] = par;
    b->stmts.n = i + 1;
    scribble_apart(x, &par->blocks.at[1]);
}

static bool can_end(struct importer *x, struct stmt *st)
{
    bool every = st->kind == ST_PAR, ends = every || st->blocks.n == 0;
    for (uint32_t i = 0; i < st->blocks.n; i++) {
        bool e = scribble_apart(x, &st->blocks.at[i]);
        ends = every ? ends && e : ends || e;
    }
    return ends && st->kind != ST_CONTINUE;
}

bool scribble_apart(struct importer *x, struct block *b)
{
    bool ends = true;
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        bool here = can_end(x, b->stmts.at[i]);
        if (!here && ends && i + 1 < b->stmts.n && b->stmts.at[i]->kind != ST_CONTINUE)
            put_apart(x, b, i);
        ends &= here;
    }
    return ends;
}
