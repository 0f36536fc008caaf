/* ast_print_internal.h -- what the parts of the printer share: each prints one construct where the text ends. */
#ifndef MOTET_DSL_AST_PRINT_INTERNAL_H
#define MOTET_DSL_AST_PRINT_INTERNAL_H
#include "ast.h"
#include "ast_print.h"
#include "buf.h"
#include "remarks.h"

struct printer {
    struct buf *out;
    size_t level;
    struct remark_cursor remarks; /* of the declaration, when it was imported */
};

/* ---- ast_print.c ---- */

void print_line(struct printer *w); /* the blanks that a line begins with */
void print_ident(struct printer *w, const struct ident *id);
void print_fields(struct printer *w, const field_vec *v); /* "{ ... }" and a line end */
void print_expr(struct printer *w, const struct expr *e);
void print_role(struct printer *w, const struct role_ref *r);

/* ---- ast_print_systems.c: what stands behind the name, and a line end ---- */

void print_actor(struct printer *w, const struct actor_decl *a);
void print_system(struct printer *w, const struct system_decl *s);
void print_verify(struct printer *w, const struct verify_decl *v);

#endif
