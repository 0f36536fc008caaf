/* imports.c -- what stays of the declarations that imports brought.
 *
 * A file that imports a library means the part of it that it uses: the rest is dropped, so that no actor must be
 * implemented and no session projected that nothing here asks for. Needed is what the file's own declarations name, and
 * what that names. Who names what is known by place: each use that was resolved stands within a declaration.
 *
 * What is left has one name everywhere, the one that the file itself has for it, and else its own; where two would be
 * called the same, the one that the file cannot see is called after its file, too.
 */
#include <stdlib.h>

#include "sema_private.h"

/* Declarations of one file. Where these do not stand one behind the other, as in files of other tools, all are one. */
struct unit {
    uint32_t source, lo, hi; /* bytes */
    uint32_t first, n;       /* in file.decls */
    bool needed;
    uint32_t first_use, n_uses; /* in struct needs */
};

struct link { /* unit `from` names something in unit `to` */
    uint32_t from, to;
    struct decl *decl;
};

struct needs {
    struct sema *s;
    VEC(struct unit) units; /* by source and place */
    VEC(struct link) links; /* by `from` */
};

/* ---- units ---- */

static bool in_order(const struct file *f, uint32_t lo, uint32_t hi)
{
    for (uint32_t i = lo + 1; i < hi; i++)
        if (f->decls.at[i]->at.file != f->decls.at[lo]->at.file || f->decls.at[i]->at.lo < f->decls.at[i - 1]->at.hi)
            return false;
    return true;
}

static void add_units(struct needs *q, uint32_t lo, uint32_t hi)
{
    const struct file *f = q->s->f;
    uint32_t source = sema__source(q->s, f->decls.at[lo]->at);
    if (!in_order(f, lo, hi)) {
        vec_push(q->s->a, q->units, (struct unit){.source = source, .hi = UINT32_MAX, .first = lo, .n = hi - lo});
        return;
    }
    for (uint32_t i = lo; i < hi; i++) {
        struct span at = f->decls.at[i]->at;
        vec_push(q->s->a, q->units, (struct unit){.source = source, .lo = at.lo, .hi = at.hi, .first = i, .n = 1});
    }
}

static int compare_units(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static bool same_file(const struct sema *s, const struct decl *a, const struct decl *b)
{
    return sema__source(s, a->at) == sema__source(s, b->at);
}

static void find_units(struct needs *q)
{
    const struct file *f = q->s->f;
    for (uint32_t lo = 0, hi; lo < f->decls.n; lo = hi) {
        for (hi = lo + 1; hi < f->decls.n && same_file(q->s, f->decls.at[hi], f->decls.at[lo]); hi++)
            ;
        add_units(q, lo, hi);
    }
    if (q->units.n)
        qsort(q->units.at, q->units.n, sizeof *q->units.at, compare_units);
}

/* The unit in which a place lies, or NULL. */
static struct unit *unit_at(const struct needs *q, struct span at)
{
    uint32_t lo = 0, hi = q->units.n, source = sema__source(q->s, at);
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct unit *u = &q->units.at[mid];
        if (u->source < source || (u->source == source && u->lo <= at.lo))
            lo = mid + 1;
        else
            hi = mid;
    }
    struct unit *u = lo ? &q->units.at[lo - 1] : NULL;
    return u && u->source == source && at.lo < u->hi ? u : NULL;
}

/* ---- links ---- */

static int compare_links(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static void find_links(struct needs *q)
{
    for (uint32_t i = 0; i < q->s->uses.n; i++) {
        const struct use *use = &q->s->uses.at[i];
        const struct unit *from = unit_at(q, use->at), *to = unit_at(q, use->decl->name.at);
        if (from && to)
            vec_push(q->s->a, q->links, (struct link){(uint32_t)(from - q->units.at), (uint32_t)(to - q->units.at),
                                                      use->decl});
    }
    if (q->links.n)
        qsort(q->links.at, q->links.n, sizeof *q->links.at, compare_links);
    for (uint32_t i = q->links.n; i-- > 0;) {
        struct unit *u = &q->units.at[q->links.at[i].from];
        u->first_use = i;
        u->n_uses++;
    }
}

static void mark(struct needs *q)
{
    VEC(uint32_t) todo = {0};
    for (uint32_t i = 0; i < q->units.n; i++)
        if (q->units.at[i].source == q->s->f->source) {
            q->units.at[i].needed = true;
            vec_push(q->s->a, todo, i);
        }
    while (todo.n) {
        const struct unit *u = &q->units.at[todo.at[--todo.n]];
        for (uint32_t i = u->first_use; i < u->first_use + u->n_uses; i++) {
            uint32_t to = q->links.at[i].to;
            if (!q->units.at[to].needed)
                vec_push(q->s->a, todo, to);
            q->units.at[to].needed = true;
        }
    }
}

static void drop(struct needs *q)
{
    struct file *f = q->s->f;
    bool *keep = ARENA_ARRAY(q->s->a, bool, f->decls.n);
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->units.n; i++)
        for (uint32_t k = 0; k < q->units.at[i].n; k++)
            keep[q->units.at[i].first + k] = q->units.at[i].needed;
    for (uint32_t i = 0; i < f->decls.n; i++)
        if (keep[i])
            f->decls.at[n++] = f->decls.at[i];
    f->decls.n = n;
}

/* ---- tags ---- */

struct tags { /* of the messages of one session */
    struct needs *q;
    const struct decl *session;
    const struct decl **by_tag;
    VEC(const struct decl *) messages;
    bool *seen; /* units */
};

static void add_tag(struct tags *t, const struct decl *m)
{
    const struct decl **first = &t->by_tag[m->as.message.tag_value];
    if (!*first) {
        *first = m;
        vec_push(t->q->s->a, t->messages, m);
    }
    if (*first == m || same_file(t->q->s, *first, m))
        return; /* two of one file were reported by assign_tags */
    struct diag *x = diag_add(t->q->s->d, E0205, t->session->name.at,
                              "session `%s` has messages of several files with the tag %u", t->session->name.name,
                              m->as.message.tag_value);
    diag_label(t->q->s->d, x, (*first)->name.at, "one of them");
    diag_label(t->q->s->d, x, m->name.at, "the other");
    diag_help(t->q->s->d, x, "give one a tag of its own: `message %s = %u ...`", m->name.name,
              m->as.message.tag_value + 1000u);
}

/* The messages that the session itself exchanges: of its text, of sessions that it goes on with, of its local types. */
static void collect_tags(struct tags *t, uint32_t unit)
{
    const struct needs *q = t->q;
    VEC(uint32_t) todo = {0};
    vec_push(q->s->a, todo, unit);
    t->seen[unit] = true;
    for (uint32_t next = 0; next < todo.n; next++) {
        const struct unit *u = &q->units.at[todo.at[next]];
        for (uint32_t i = u->first_use; i < u->first_use + u->n_uses; i++) {
            const struct link *l = &q->links.at[i];
            if (l->decl->kind == D_MESSAGE)
                add_tag(t, l->decl);
            else if ((l->decl->kind == D_SESSION || l->decl->kind == D_LOCAL) && !t->seen[l->to]) {
                t->seen[l->to] = true;
                vec_push(q->s->a, todo, l->to);
            }
        }
    }
    for (uint32_t i = 0; i < todo.n; i++)
        t->seen[todo.at[i]] = false;
    for (uint32_t i = 0; i < t->messages.n; i++)
        t->by_tag[t->messages.at[i]->as.message.tag_value] = NULL;
    t->messages.n = 0;
}

static void check_tags(struct needs *q)
{
    struct tags t = {.q = q, .by_tag = ARENA_ARRAY(q->s->a, const struct decl *, UINT16_MAX + 1),
                     .seen = ARENA_ARRAY(q->s->a, bool, q->units.n)};
    for (uint32_t i = 0; i < q->units.n; i++) {
        t.session = q->s->f->decls.at[q->units.at[i].first];
        if (t.session->kind == D_SESSION && t.session->name.name && q->units.at[i].needed)
            collect_tags(&t, i);
    }
}

/* ---- names ---- */

struct taken {
    struct sema *s;
    struct symbols spaces[SPACES];
};

static struct symbol *entry(struct taken *t, const struct decl *d, name n)
{
    return sema__slot(&t->spaces[sema__space(d->kind)], n);
}

static void take(struct taken *t, struct decl *d, name n)
{
    struct symbol *e = entry(t, d, n);
    if (!e->name)
        *e = (struct symbol){n, d, NULL};
}

static const char *base_name(struct sema *s, const struct decl *d)
{
    const char *label = s->f->scopes.at[sema__source(s, d->at)].label;
    return label ? label : "imported";
}

/* A name that no other has: "types_Order", "types_Order_2". */
static name free_name(struct taken *t, const struct decl *d)
{
    const char *wanted = arena_printf(t->s->a, "%s_%s", base_name(t->s, d), d->name.name);
    name n = intern_cstr(t->s->names, wanted);
    for (uint32_t i = 2; entry(t, d, n)->name; i++)
        n = intern_cstr(t->s->names, arena_printf(t->s->a, "%s_%u", wanted, i));
    return n;
}

static void give_names(struct sema *s)
{
    struct taken t = {.s = s};
    const struct scope *scope = &s->f->scopes.at[s->f->source];
    for (int i = 0; i < SPACES; i++)
        sema__reserve(s, &t.spaces[i], s->f->decls.n + scope->names.n);
    for (uint32_t i = 0; i < scope->names.n; i++) {
        take(&t, scope->names.at[i].decl, scope->names.at[i].name);
        scope->names.at[i].decl->name.name = scope->names.at[i].name;
    }
    for (uint32_t i = 0; i < s->f->decls.n; i++)
        if (!s->f->decls.at[i]->imported && sema__named(s->f->decls.at[i]))
            take(&t, s->f->decls.at[i], s->f->decls.at[i]->name.name);
    for (uint32_t i = 0; i < s->f->decls.n; i++) {
        struct decl *d = s->f->decls.at[i];
        if (!sema__named(d))
            continue;
        take(&t, d, d->name.name);
        if (entry(&t, d, d->name.name)->decl != d && d->imported) {
            d->name.name = free_name(&t, d);
            take(&t, d, d->name.name);
        }
    }
}

/* ---- all of it ---- */

static void check_number(const struct sema *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->f->decls.n; i++)
        n += s->f->decls.at[i]->kind == D_MESSAGE;
    if (n > SEMA_MAX_MESSAGES)
        diag_add(s->d, E0106, (struct span){s->f->source, 0, 0},
                 "this file has %u messages, with those that it imports and needs; at most %d are allowed", n,
                 SEMA_MAX_MESSAGES);
}

void sema__needed(struct sema *s)
{
    struct needs q = {.s = s};
    if (s->f->scopes.n == 0)
        return;
    find_units(&q);
    find_links(&q);
    mark(&q);
    check_tags(&q);
    drop(&q);
    check_number(s);
    give_names(s);
}
