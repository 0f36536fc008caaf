/* types.c -- payload types: names, bounds, sizes, recursion of structs, message tags.
 *
 * Every type has a known largest size, which is why a struct may not contain itself in any way: there is no
 * reference to a value, only to an actor.
 */
#include "sema_private.h"

/* ---- names and bounds ---- */

static void check_bound(struct sema *s, const struct type *t, const char *what)
{
    if (t->bound == 0)
        diag_add(s->d, E0204, t->at, "%s of bound 0 can hold nothing", what);
    else if (t->bound > SEMA_MAX_PAYLOAD)
        diag_add(s->d, E0204, t->at, "the bound of %s is at most %d", what, SEMA_MAX_PAYLOAD);
}

static void resolve_ref(struct sema *s, struct type *t)
{
    t->decl = sema__find(s, &t->name, KIND(D_SESSION));
    if (t->decl)
        sema__find_role(s, t->decl, &t->role);
}

static void resolve_type(struct sema *s, struct type *t)
{
    if (!t)
        return;
    switch (t->kind) {
    case TY_STRING:
        check_bound(s, t, "a string");
        break;
    case TY_BYTES:
        check_bound(s, t, "bytes");
        break;
    case TY_ARRAY:
        check_bound(s, t, "an array");
        resolve_type(s, t->elem);
        break;
    case TY_LIST:
        check_bound(s, t, "a list");
        resolve_type(s, t->elem);
        break;
    case TY_OPTIONAL:
        resolve_type(s, t->elem);
        break;
    case TY_NAMED:
        t->decl = sema__find(s, &t->name, TYPE_KINDS);
        break;
    case TY_REF:
        resolve_ref(s, t);
        break;
    default: /* poison and scalars */
        break;
    }
}

void sema__fields(struct sema *s, field_vec *fields, const char *what)
{
    for (uint32_t i = 0; i < fields->n; i++) {
        const struct ident *id = &fields->at[i].name;
        for (uint32_t j = 0; j < i && id->name; j++)
            if (fields->at[j].name.name == id->name) {
                sema__duplicate(s, id, fields->at[j].name.at, what);
                break;
            }
        resolve_type(s, fields->at[i].type);
    }
}

static void check_enum(struct sema *s, const struct decl *d)
{
    const struct enum_decl *e = &d->as.enum_;
    if (!e->values.n && d->name.name)
        diag_add(s->d, E0204, d->name.at, "enum `%s` has no values", d->name.name);
    for (uint32_t i = 0; i < e->values.n; i++)
        for (uint32_t j = 0; j < i && e->values.at[i].name; j++)
            if (e->values.at[j].name == e->values.at[i].name) {
                sema__duplicate(s, &e->values.at[i], e->values.at[j].at, "value");
                break;
            }
}

/* ---- recursion of structs, and sizes ---- */

enum visit { UNSEEN, OPEN, DONE };

struct sizes { /* of structs, by their order */
    struct sema *s;
    enum visit *visit;
    uint64_t *bytes;
    uint32_t depth; /* of structs within structs */
};

static uint64_t struct_size(struct sizes *z, const struct decl *d, const struct type *use);

/* The largest size, saturating far above the limit. */
static uint64_t type_size(struct sizes *z, const struct type *t)
{
    uint64_t size = 8;
    if (!t)
        return size;
    switch (t->kind) {
    case TY_STRING:
    case TY_BYTES:
        size = (uint64_t)t->bound + 4;
        break;
    case TY_ARRAY:
    case TY_LIST:
        size = type_size(z, t->elem) * t->bound + 4;
        break;
    case TY_OPTIONAL:
        size = type_size(z, t->elem) + 1;
        break;
    case TY_NAMED:
        size = t->decl && t->decl->kind == D_STRUCT ? struct_size(z, t->decl, t) : 4;
        break;
    case TY_REF:
        size = 32;
        break;
    default:
        break;
    }
    return size > UINT32_MAX ? UINT32_MAX : size;
}

static uint64_t fields_size(struct sizes *z, const field_vec *fields)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < fields->n; i++)
        size += type_size(z, fields->at[i].type);
    return size > UINT32_MAX ? UINT32_MAX : size;
}

static uint64_t struct_size(struct sizes *z, const struct decl *d, const struct type *use)
{
    uint32_t i = d->as.struct_.order;
    if (z->visit[i] == OPEN) {
        struct diag *x = diag_add(z->s->d, E0203, use->at, "struct `%s` contains itself", d->name.name);
        diag_label(z->s->d, x, d->name.at, "so a value of `%s` would have no largest size", d->name.name);
        diag_help(z->s->d, x, "payloads are flat: use a list of entries that refer to each other by a number");
        return 0;
    }
    if (z->depth == SEMA_MAX_NESTED) {
        diag_add(z->s->d, E0106, d->name.at, "structs stand in each other more than %d deep", SEMA_MAX_NESTED);
        z->visit[i] = DONE;
    }
    if (z->visit[i] == UNSEEN) {
        z->visit[i] = OPEN;
        z->depth++;
        z->bytes[i] = fields_size(z, &d->as.struct_.fields);
        z->depth--;
        z->visit[i] = DONE;
    }
    return z->bytes[i];
}

static void check_sizes(struct sema *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->f->decls.n; i++)
        if (s->f->decls.at[i]->kind == D_STRUCT)
            s->f->decls.at[i]->as.struct_.order = n++;
    struct sizes z = {.s = s, .visit = ARENA_ARRAY(s->a, enum visit, n), .bytes = ARENA_ARRAY(s->a, uint64_t, n)};
    for (uint32_t i = 0; i < s->f->decls.n; i++) {
        const struct decl *d = s->f->decls.at[i];
        if (d->kind == D_STRUCT)
            struct_size(&z, d, NULL);
        if (d->kind != D_MESSAGE || !d->name.name)
            continue;
        uint64_t size = fields_size(&z, &d->as.message.fields);
        if (size > SEMA_MAX_PAYLOAD && sema__clean(s, d->at))
            diag_add(s->d, E0106, d->name.at, "message `%s` may take more than %d bytes, which is the limit",
                     d->name.name, SEMA_MAX_PAYLOAD);
    }
}

/* ---- tags ---- */

static void given_tag(struct sema *s, struct decl *d, const struct decl **by_tag)
{
    const struct opt_u64 *tag = &d->as.message.tag;
    if (tag->value > UINT16_MAX) {
        diag_add(s->d, E0204, tag->at, "a message tag is at most %u", UINT16_MAX);
        return;
    }
    d->as.message.tag_value = (uint16_t)tag->value;
    const struct decl **first = &by_tag[tag->value];
    if (!*first) {
        *first = d;
        return;
    }
    struct diag *x = diag_add(s->d, E0205, tag->at, "tag %u is used twice", (unsigned)tag->value);
    diag_label(s->d, x, (*first)->as.message.tag.at, "first used here, by `%s`",
               (*first)->name.name ? (*first)->name.name : "?");
}

/* Of the declarations lo..hi-1, those of one file. Tags that are given stand; the others take the smallest free ones in
 * the order of declaration. */
static void assign_tags(struct sema *s, uint32_t lo, uint32_t hi, const struct decl **by_tag)
{
    uint32_t next = 0, count = 0;
    memset(by_tag, 0, (UINT16_MAX + 1) * sizeof *by_tag);
    for (uint32_t i = lo; i < hi; i++)
        if (s->f->decls.at[i]->kind == D_MESSAGE && s->f->decls.at[i]->as.message.tag.given)
            given_tag(s, s->f->decls.at[i], by_tag);
    for (uint32_t i = lo; i < hi; i++) {
        struct decl *d = s->f->decls.at[i];
        if (d->kind != D_MESSAGE)
            continue;
        if (++count == SEMA_MAX_MESSAGES + 1)
            diag_add(s->d, E0106, d->name.at, "a file has at most %d messages", SEMA_MAX_MESSAGES);
        if (d->as.message.tag.given)
            continue;
        while (next < UINT16_MAX && by_tag[next])
            next++;
        by_tag[next] = d;
        d->as.message.tag_value = (uint16_t)next;
    }
}

/* A file's messages get the same tags wherever it is imported. */
static void assign_all_tags(struct sema *s)
{
    const struct decl **by_tag = ARENA_ARRAY(s->a, const struct decl *, UINT16_MAX + 1);
    uint32_t n = s->f->decls.n;
    for (uint32_t lo = 0, hi; lo < n; lo = hi) {
        for (hi = lo + 1; hi < n && sema__source(s, s->f->decls.at[hi]->at) == sema__source(s, s->f->decls.at[lo]->at); hi++)
            ;
        assign_tags(s, lo, hi, by_tag);
    }
}

void sema__types(struct sema *s)
{
    for (uint32_t i = 0; i < s->f->decls.n; i++) {
        struct decl *d = s->f->decls.at[i];
        if (d->kind == D_ENUM)
            check_enum(s, d);
        else if (d->kind == D_STRUCT)
            sema__fields(s, &d->as.struct_.fields, "field");
        else if (d->kind == D_MESSAGE)
            sema__fields(s, &d->as.message.fields, "field");
    }
    check_sizes(s);
    assign_all_tags(s);
}
