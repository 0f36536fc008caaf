/* ltl_text.h -- a formula as text again: symbols, single spaces, no parenthesis more than needed. */
#ifndef MOTET_DSL_LTL_TEXT_H
#define MOTET_DSL_LTL_TEXT_H
#include "ast.h"

struct buf;

void ltl_text(const struct ltl *f, struct buf *out);

#endif
