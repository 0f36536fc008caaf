/* sema.c -- the driver of sema, its symbol table, and the resolution of names and roles. */
#include "sema.h"

#include "habits.h"
#include "sema_private.h"

static const struct {
    enum space space;
    const char *what;
} kinds_of[] = {
    [D_ENUM] = {SPACE_TYPES, "enum"},         [D_STRUCT] = {SPACE_TYPES, "struct"},
    [D_MESSAGE] = {SPACE_TYPES, "message"},   [D_LOCAL] = {SPACE_LOCALS, "local type"},
    [D_SESSION] = {SPACE_SUBJECTS, "session"}, [D_SYSTEM] = {SPACE_SUBJECTS, "system"},
    [D_ACTOR] = {SPACE_ACTORS, "actor"},
};

/* ---- the symbol tables ---- */

struct symbol *sema__slot(const struct symbols *t, name n)
{
    uint32_t i = (uint32_t)(((uintptr_t)n >> 4) * 2654435761u) & (t->cap - 1);
    while (t->slots[i].name && t->slots[i].name != n)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

uint32_t sema__source(const struct sema *s, struct span at)
{
    return at.file < s->f->scopes.n ? s->f->scopes.at[at.file].source : s->f->source;
}

/* The tables for names at that place. */
static struct symbols *tables_of(const struct sema *s, struct span at)
{
    return s->tables[s->f->scopes.n ? sema__source(s, at) : 0];
}

enum space sema__space(enum decl_kind kind) { return kinds_of[kind].space; }

bool sema__named(const struct decl *d) { return d->kind != D_VERIFY && d->kind != D_ASSERT && d->name.name; }

static void declare(struct sema *s, struct decl *d)
{
    if (!sema__named(d))
        return;
    struct symbol *slot = sema__slot(&tables_of(s, d->at)[sema__space(d->kind)], d->name.name);
    if (!slot->name)
        *slot = (struct symbol){d->name.name, d, NULL};
    else if (!slot->via)
        sema__duplicate(s, &d->name, slot->decl->name.at, kinds_of[d->kind].what);
}

void sema__reserve(struct sema *s, struct symbols *t, uint32_t n)
{
    t->cap = 16;
    while (t->cap < 2 * n + 2)
        t->cap *= 2;
    t->slots = ARENA_ARRAY(s->a, struct symbol, t->cap);
}

static void declare_all(struct sema *s)
{
    const struct file *f = s->f;
    s->n_tables = f->scopes.n ? f->scopes.n : 1;
    s->tables = arena_array(s->a, sizeof *s->tables, s->n_tables);
    uint32_t *own = ARENA_ARRAY(s->a, uint32_t, s->n_tables);
    for (uint32_t i = 0; i < f->decls.n; i++)
        own[f->scopes.n ? sema__source(s, f->decls.at[i]->at) : 0]++;
    for (uint32_t i = 0; i < s->n_tables; i++)
        for (int k = 0; k < SPACES; k++)
            sema__reserve(s, &s->tables[i][k], own[i] + (f->scopes.n ? f->scopes.at[i].names.n : 0));
    for (uint32_t i = 0; i < f->scopes.n; i++)
        for (uint32_t k = 0; k < f->scopes.at[i].names.n; k++) {
            const struct visible *v = &f->scopes.at[i].names.at[k];
            *sema__slot(&s->tables[i][kinds_of[v->decl->kind].space], v->name) = (struct symbol){v->name, v->decl, v};
        }
    for (uint32_t i = 0; i < f->decls.n; i++)
        declare(s, f->decls.at[i]);
}

struct diag *sema__duplicate(struct sema *s, const struct ident *second, struct span first, const char *what)
{
    struct diag *x = diag_add(s->d, E0201, second->at, "%s `%s` is declared twice", what, second->name);
    diag_label(s->d, x, first, "`%s` is first declared here", second->name);
    return x;
}

bool sema__reported(const struct sema *s, enum diag_code code, struct span at)
{
    for (uint32_t i = 0; i < s->d->n; i++) {
        const struct diag *x = s->d->at[i];
        if (x->code == code && x->at.file == at.file && x->at.lo == at.lo && x->at.hi == at.hi)
            return true;
    }
    return false;
}

bool sema__clean(const struct sema *s, struct span at)
{
    for (uint32_t i = 0; i < s->d->n; i++) {
        const struct diag *x = s->d->at[i];
        if (diag_code_severity(x->code) == SEV_ERROR && x->at.file == at.file && x->at.lo >= at.lo && x->at.hi <= at.hi)
            return false;
    }
    return true;
}

/* ---- looking names up ---- */

enum { MAX_COMPARED = 2000000 }; /* of candidates; after so many nothing is suggested */

const char *sema__nearest(struct sema *s, name wrong, const name *candidates, uint32_t n)
{
    s->compared += n;
    if (s->compared > MAX_COMPARED)
        return NULL;
    const char **known = ARENA_ARRAY(s->a, const char *, n);
    uint32_t m = 0;
    for (uint32_t i = 0; i < n; i++)
        if (candidates[i])
            known[m++] = candidates[i];
    return m ? diag_nearest(wrong, known, m) : NULL;
}

void sema__suggest(struct sema *s, struct diag *x, name wrong, const name *candidates, uint32_t n)
{
    const char *near = sema__nearest(s, wrong, candidates, n);
    if (!near)
        return;
    diag_help(s->d, x, "did you mean `%s`?", near);
    if (x->at.hi - x->at.lo == strlen(wrong)) /* nothing but the name stands there */
        diag_fix(s->d, x, x->at, near);
}

/* Among what its file may name. */
static const char *nearest_decl(struct sema *s, const struct ident *wrong, unsigned kinds)
{
    const struct file *f = s->f;
    if (s->compared > MAX_COMPARED)
        return NULL;
    uint32_t source = sema__source(s, wrong->at);
    const struct scope *scope = f->scopes.n ? &f->scopes.at[source] : NULL;
    name *candidates = ARENA_ARRAY(s->a, name, f->decls.n + (scope ? scope->names.n : 0));
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->decls.n; i++)
        if ((kinds & KIND(f->decls.at[i]->kind)) && (!scope || sema__source(s, f->decls.at[i]->at) == source))
            candidates[n++] = f->decls.at[i]->name.name;
    for (uint32_t i = 0; scope && i < scope->names.n; i++)
        if (kinds & KIND(scope->names.at[i].decl->kind))
            candidates[n++] = scope->names.at[i].name;
    return sema__nearest(s, wrong->name, candidates, n);
}

/* A declaration of that name which the file may not name, since it does not import it. */
static const struct decl *out_of_scope(const struct sema *s, const struct ident *id, unsigned kinds)
{
    for (uint32_t i = 0; s->f->scopes.n && i < s->f->decls.n; i++) {
        const struct decl *d = s->f->decls.at[i];
        if (d->name.name == id->name && (kinds & KIND(d->kind)) && sema__source(s, d->at) != sema__source(s, id->at))
            return d;
    }
    return NULL;
}

/* "session", or "enum or struct". */
static const char *kinds_text(struct sema *s, unsigned kinds)
{
    const char *text = NULL;
    for (int k = D_ENUM; k <= D_SYSTEM; k++)
        if (kinds & KIND(k))
            text = text ? arena_printf(s->a, "%s or %s", text, kinds_of[k].what) : kinds_of[k].what;
    return text;
}

/* A built-in type that may be meant, or `near`, a declared one that is spelt alike. */
static const char *nearest_type(const char *wrong, const char *near)
{
    static const char *const scalars[] = {"bool", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64"};
    const char *habit = habit_scalar(wrong);
    return habit ? habit : near ? near : diag_nearest(wrong, scalars, sizeof scalars / sizeof *scalars);
}

enum { SHOWN_AGAIN = 3 };

/* An unknown name that nothing is near to is reported where it stands first, with the next places. */
static bool known_unknown(struct sema *s, const struct ident *id, unsigned kinds)
{
    for (uint32_t i = 0; i < s->unknown.n; i++) {
        const struct unknown_name *u = &s->unknown.at[i];
        if (u->name != id->name || u->kinds != kinds || sema__source(s, u->x->at) != sema__source(s, id->at))
            continue;
        if (u->x->labels.n < SHOWN_AGAIN)
            diag_label(s->d, u->x, id->at, u->x->labels.n + 1 < SHOWN_AGAIN ? "here, too" : "here, too; others may follow");
        return true;
    }
    return false;
}

static void remember_unknown(struct sema *s, const struct ident *id, unsigned kinds, struct diag *x)
{
    vec_push(s->a, s->unknown, (struct unknown_name){id->name, kinds, x});
    if (kinds == KIND(D_MESSAGE))
        diag_help(s->d, x, "declare it at the top level: `message %s;`, or with fields `{ name: type; }`", id->name);
}

static void unknown(struct sema *s, const struct ident *id, unsigned kinds)
{
    if (diags_full(s->d) || known_unknown(s, id, kinds))
        return;
    const struct decl *hidden = out_of_scope(s, id, kinds);
    const char *near = hidden ? NULL : nearest_decl(s, id, kinds);
    if (!hidden && kinds == TYPE_KINDS)
        near = nearest_type(id->name, near);
    if (s->f->damaged && !near)
        return; /* its declaration may be what an error swallowed */
    const char *what = kinds == TYPE_KINDS ? "type" : kinds_text(s, kinds);
    struct diag *x = diag_add(s->d, E0202, id->at, "unknown %s `%s`", what, id->name);
    if (!near && !hidden)
        remember_unknown(s, id, kinds, x);
    if (near) {
        diag_help(s->d, x, "did you mean `%s`?", near);
        diag_fix(s->d, x, id->at, near);
    }
    if (hidden) {
        diag_label(s->d, x, hidden->name.at, "this one is not imported there");
        diag_help(s->d, x, "what a file imports is known in that file alone: import it where it is used, too");
    }
}

static struct decl *found_at(struct sema *s, const struct ident *id, const struct symbol *slot)
{
    if (slot->via) {
        slot->via->import->used = true;
        if (slot->via->item)
            slot->via->item->used = true;
    }
    if (s->f->scopes.n)
        vec_push(s->a, s->uses, (struct use){id->at, slot->decl});
    return slot->decl;
}

/* The name space of `kinds`. */
static enum space space_of(unsigned kinds)
{
    enum space space = SPACE_TYPES;
    for (int k = D_ENUM; k <= D_SYSTEM; k++)
        if (kinds & KIND(k))
            space = kinds_of[k].space;
    return space;
}

const struct decl *sema__lookup(struct sema *s, const struct ident *id, unsigned kinds)
{
    const struct symbol *slot = sema__slot(&tables_of(s, id->at)[space_of(kinds)], id->name);
    return slot->decl && (kinds & KIND(slot->decl->kind)) ? found_at(s, id, slot) : NULL;
}

const struct decl *sema__find(struct sema *s, const struct ident *id, unsigned kinds)
{
    if (!id->name)
        return NULL;
    const struct symbol *slot = sema__slot(&tables_of(s, id->at)[space_of(kinds)], id->name);
    const struct decl *found = slot->decl;
    if (found && (kinds & KIND(found->kind)))
        return found_at(s, id, slot);
    if (!found) {
        unknown(s, id, kinds);
        return NULL;
    }
    const char *wanted = kinds_text(s, kinds);
    struct diag *x = diag_add(s->d, E0202, id->at, "`%s` is %s %s, but here stands the name of %s %s", id->name,
                              found->kind == D_ENUM || found->kind == D_ACTOR ? "an" : "a", kinds_of[found->kind].what,
                              *wanted == 'e' || *wanted == 'a' ? "an" : "a", wanted);
    diag_label(s->d, x, found->name.at, "`%s` is declared here", id->name);
    return NULL;
}

/* ---- roles ---- */

const struct role_decl *sema__role(const struct decl *session, name n)
{
    for (uint32_t i = 0; i < session->as.session.roles.n; i++)
        if (session->as.session.roles.at[i].name.name == n)
            return &session->as.session.roles.at[i];
    return NULL;
}

const struct role_decl *sema__find_role(struct sema *s, const struct decl *session, const struct ident *id)
{
    if (!id->name)
        return NULL;
    const struct role_decl *r = sema__role(session, id->name);
    if (r || session->damaged)
        return r;
    struct diag *x = diag_add(s->d, E0202, id->at, "session `%s` has no role `%s`", session->name.name, id->name);
    diag_label(s->d, x, session->name.at, "the session is declared here");
    const struct session_decl *sd = &session->as.session;
    name *candidates = ARENA_ARRAY(s->a, name, sd->roles.n);
    for (uint32_t i = 0; i < sd->roles.n; i++)
        candidates[i] = sd->roles.at[i].name.name;
    sema__suggest(s, x, id->name, candidates, sd->roles.n);
    return NULL;
}

static bool single_with_index(struct sema *s, const struct role_decl *r, const struct role_ref *ref)
{
    struct diag *x = diag_add(s->d, E0208, ref->at, "role `%s` is not a family, so it has no index", r->name.name);
    diag_label(s->d, x, r->name.at, "declared here as a single role");
    return false;
}

bool sema__check_index(struct sema *s, const struct role_decl *r, const struct role_ref *ref, bool whole)
{
    if (!r->family)
        return !ref->indexed || single_with_index(s, r, ref);
    if (!ref->indexed && !whole) {
        struct diag *x = diag_add(s->d, E0207, ref->at, "`%s` is a family of %u roles; here stands a single one",
                                  r->name.name, r->size);
        diag_help(s->d, x, "name one of them, as in `%s[0]`, or write `foreach p in %s { ... }` and use `p`",
                  r->name.name, r->name.name);
        return false;
    }
    if (ref->indexed && ref->index >= r->size) {
        struct diag *x = diag_add(s->d, E0208, ref->at, "`%s` has no member %u", r->name.name, ref->index);
        diag_label(s->d, x, r->name.at, "a family of %u: `%s[0]` to `%s[%u]`", r->size, r->name.name, r->name.name,
                   r->size - 1);
        return false;
    }
    return true;
}

static void check_roles(struct sema *s, struct decl *session)
{
    struct session_decl *sd = &session->as.session;
    uint64_t total = 0;
    for (uint32_t i = 0; i < sd->roles.n; i++) {
        struct role_decl *r = &sd->roles.at[i];
        for (uint32_t j = 0; j < i && r->name.name; j++)
            if (sd->roles.at[j].name.name == r->name.name) {
                sema__duplicate(s, &r->name, sd->roles.at[j].name.at, "role");
                break;
            }
        if (r->family && r->size == 0) {
            diag_add(s->d, E0204, r->name.at, "family `%s` has no members", r->name.name ? r->name.name : "?");
            r->size = 1; /* poison: keeps what follows silent */
        }
        total += sema__role_size(r);
    }
    if (total < 2 && session->name.name && !session->damaged)
        diag_add(s->d, E0216, session->name.at, "session `%s` has %s; a protocol needs two or more",
                 session->name.name, total ? "a single role" : "no role");
    struct span head = {session->at.file, session->at.lo, sd->by_locals ? session->at.hi : sd->body.at.lo};
    if (total > SEMA_MAX_ROLES && sema__clean(s, head)) /* a size that the parser refused says nothing */
        diag_add(s->d, E0106, session->name.at, "session `%s` has %llu roles; the limit is %d", session->name.name,
                 (unsigned long long)total, SEMA_MAX_ROLES);
}

/* ---- the driver ---- */

static void check_decl(struct sema *s, struct decl *d)
{
    switch (d->kind) {
    case D_ENUM:
    case D_STRUCT:
    case D_MESSAGE:
    case D_LOCAL:
        break; /* whole passes of their own */
    case D_SESSION:
        check_roles(s, d);
        if (d->as.session.by_locals)
            sema__session_locals(s, d);
        else
            sema__session(s, d);
        break;
    case D_ACTOR:
        sema__actor(s, d);
        break;
    case D_SYSTEM:
    case D_VERIFY:
    case D_ASSERT:
        break; /* need the resolved actors and sessions */
    }
}

bool sema_file(struct file *f, struct arena *a, struct interner *names, struct diags *d)
{
    struct sema s = {.f = f, .a = a, .names = names, .d = d};
    uint32_t before = d->n_errors;
    declare_all(&s);
    sema__types(&s);
    sema__locals(&s);
    for (uint32_t i = 0; i < f->decls.n; i++)
        check_decl(&s, f->decls.at[i]);
    sema__ends(&s);
    for (uint32_t i = 0; i < f->decls.n; i++)
        if (f->decls.at[i]->kind == D_SYSTEM)
            sema__system(&s, f->decls.at[i]);
    for (uint32_t i = 0; i < f->decls.n; i++)
        if (f->decls.at[i]->kind == D_VERIFY)
            sema__verify(&s, f->decls.at[i]);
    sema__exprs(&s);
    sema__needed(&s);
    return d->n_errors == before;
}
