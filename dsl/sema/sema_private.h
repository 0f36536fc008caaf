/* sema_private.h -- what the passes of sema share: the symbol table of the file and ways to resolve a name.
 *
 * Four name spaces, so that words may be reused where no reader could mix them up: types (enums, structs, messages),
 * local types, subjects of verify blocks (sessions, systems), actors.
 */
#ifndef MOTET_DSL_SEMA_PRIVATE_H
#define MOTET_DSL_SEMA_PRIVATE_H
#include "sema.h"

enum space { SPACE_TYPES, SPACE_LOCALS, SPACE_SUBJECTS, SPACE_ACTORS, SPACES };

struct symbol {
    name name;
    struct decl *decl;
    const struct visible *via; /* the import that brings it; NULL: it stands in this file */
};

/* Names to declarations; open addressing on the name's address. */
struct symbols {
    struct symbol *slots;
    uint32_t cap;
};

struct use { /* the text at `at` names that declaration */
    struct span at;
    struct decl *decl;
};

struct unknown_name { /* that a diagnostic is about */
    name name;
    unsigned kinds;
    struct diag *x;
};

struct sema {
    struct file *f;
    struct arena *a;
    struct interner *names;
    struct diags *d;
    struct symbols (*tables)[SPACES]; /* of the file; once linked, of each source */
    uint32_t n_tables;
    VEC(struct unknown_name) unknown;
    uint64_t compared; /* names, in search of one to suggest */
    VEC(struct use) uses; /* once linked: all that sema__find found */
};

#define KIND(k) (1u << (k))
#define TYPE_KINDS (KIND(D_ENUM) | KIND(D_STRUCT))

/* ---- symbols ---- */

/* The file that the place counts as: its own, or the one that imported it from another tool's. */
uint32_t sema__source(const struct sema *s, struct span at);
enum space sema__space(enum decl_kind kind);
bool sema__named(const struct decl *d); /* by a name that others may use */
void sema__reserve(struct sema *s, struct symbols *t, uint32_t n); /* an empty table for n names */
struct symbol *sema__slot(const struct symbols *t, name n); /* that of the name, or a free one */
/* The declaration that `id` names, one of `kinds` (KIND bits of one name space). Unknown or of another kind: a
 * diagnostic and NULL. Poison: NULL. */
const struct decl *sema__find(struct sema *s, const struct ident *id, unsigned kinds);
/* As sema__find, without a diagnostic. */
const struct decl *sema__lookup(struct sema *s, const struct ident *id, unsigned kinds);
struct diag *sema__duplicate(struct sema *s, const struct ident *second, struct span first, const char *what);
/* The candidate nearest in spelling, or NULL; candidates may hold NULL names. */
const char *sema__nearest(struct sema *s, name wrong, const name *candidates, uint32_t n);
/* Adds "did you mean". */
void sema__suggest(struct sema *s, struct diag *x, name wrong, const name *candidates, uint32_t n);
/* True when `code` was reported at this place before: the same text is reached by several ways. */
bool sema__reported(const struct sema *s, enum diag_code code, struct span at);
/* True when no error was reported within `at`. */
bool sema__clean(const struct sema *s, struct span at);

/* ---- roles ---- */

const struct role_decl *sema__role(const struct decl *session, name n); /* NULL when there is none */
/* As sema__role, with a diagnostic. */
const struct role_decl *sema__find_role(struct sema *s, const struct decl *session, const struct ident *id);
/* The index of an indexed reference is in range and its base is a family; with `whole` a family may stand alone. */
bool sema__check_index(struct sema *s, const struct role_decl *r, const struct role_ref *ref, bool whole);
static inline uint32_t sema__role_size(const struct role_decl *r) { return r->family ? r->size : 1; }

/* ---- the passes ---- */

void sema__types(struct sema *s);                             /* types.c: payloads and tags */
void sema__session(struct sema *s, struct decl *session);     /* globals.c */
void sema__locals(struct sema *s);                            /* locals.c: names and guardedness */
void sema__session_locals(struct sema *s, struct decl *session); /* locals.c: a session of local types */
void sema__fields(struct sema *s, field_vec *fields, const char *what); /* types.c */
void sema__actor(struct sema *s, struct decl *actor);         /* systems.c */
void sema__system(struct sema *s, struct decl *system);       /* systems.c */
void sema__verify(struct sema *s, struct decl *verify);       /* verify.c */
void sema__exprs(struct sema *s);                             /* exprs.c: refinements, contracts, invariants */
void sema__domain(struct sema *s, struct verify_decl *v, uint32_t i); /* exprs.c: v->domains.at[i] */
void sema__ends(struct sema *s);                              /* ends.c: what is behind a session without an end */
void sema__needed(struct sema *s);                            /* imports.c: what stays of the imported declarations */
/* The child of that name anywhere in the system; NULL when there is none. */
const struct child_decl *sema__child(const struct decl *system, name n);
/* Adds "did you mean" with a child of the system. */
void sema__suggest_child(struct sema *s, struct diag *x, const struct decl *system, name wrong);

#endif
