/* assertions.h -- `assert T <= U;` and `assert T == U;`: local types compared as the roles that they describe. */
#ifndef MOTET_DSL_ASSERTIONS_H
#define MOTET_DSL_ASSERTIONS_H
#include "diag.h"
#include "subtype.h"

struct assertion {
    const char *text;           /* as written, on one line: "Fast <= Slow" */
    enum subtype_answer answer; /* of `==`, both ways */
    uint32_t ahead;             /* yes: as of struct subtype_result, the larger one */
    uint32_t pairs;
    const char *why;            /* no or unknown: one line; else NULL */
};

/* Decides the assertion `d` of ir->file. When the answer is no, an E0310 diagnostic shows the path. False after another
 * diagnostic, when there is nothing to compare. */
bool assertion_decide(const struct ir *ir, const struct decl *d, struct diags *diags, struct assertion *out);

#endif
