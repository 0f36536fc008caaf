/* ast_print.h -- the AST as text again, in one canonical style. */
#ifndef MOTET_DSL_AST_PRINT_H
#define MOTET_DSL_AST_PRINT_H

struct buf;
struct expr;
struct file;
struct local;

/* Prints a file that parsed without errors; parsing the output gives the same AST but for spans. Comments other than
 * documentation are not part of the AST and are lost, but for those of imported files; defaults are written out where
 * that says more. */
void ast_print(const struct file *f, struct buf *out);

/* An expression on one line, with no more parentheses than it needs. */
void ast_print_expr(const struct expr *e, struct buf *out);

/* A local type, likewise. */
void ast_print_local(const struct local *l, struct buf *out);

#endif
