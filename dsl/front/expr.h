/* expr.h -- what a resolved expression means: ranges of values, which values it speaks of, and its value.
 *
 * Numbers are exact integers: no operation wraps, and `/` and `%` round toward zero. A divisor is a number other than
 * 0, so every expression has a value.
 */
#ifndef MOTET_DSL_EXPR_H
#define MOTET_DSL_EXPR_H
#include "ast.h"

struct integer_range {
    int64_t lo;
    uint64_t hi;
};

/* The values of an integer type. False for any other type. */
bool type_integers(const struct type *t, struct integer_range *out);
/* As above, with enums by position and bool as 0 and 1: the types whose values can be compared. */
bool type_values(const struct type *t, struct integer_range *out);

/* Calls `fn` for each value that `e` speaks of (EX_NAME other than values of enums, EX_LEN, EX_OLD), from left to
 * right, until it returns false. */
typedef bool expr_visit_fn(void *ctx, const struct expr *e);
bool expr_each_value(const struct expr *e, expr_visit_fn *fn, void *ctx);

/* Two values of the same field: message or state, and path. */
bool expr_same_value(const struct expr *a, const struct expr *b);
/* The same tree over the same values. */
bool expr_same(const struct expr *a, const struct expr *b);

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };
/* Reads a value (enums by position, bool as 0 and 1). False: it is not known. */
typedef bool expr_read_fn(void *ctx, const struct expr *e, int64_t *out);
/* Whether `e` is true; TRUTH_UNKNOWN where that depends on values that are not known, or a number in between does not
 * fit in 64 bits. */
enum truth expr_truth(const struct expr *e, expr_read_fn *read, void *ctx);

#endif
