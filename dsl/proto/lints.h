/* lints.h -- warnings: what is allowed and hardly ever meant. */
#ifndef MOTET_DSL_LINTS_H
#define MOTET_DSL_LINTS_H
#include "diag.h"
#include "ir.h"

/* Adds those that the text and its automata show, for what stands in ir->file itself. A file that only declares
 * things for others to import may leave them unused. */
void lints_check(const struct ir *ir, struct diags *d);

#endif
