/* check.h -- what generated code checks while it runs: refinements, contracts, invariants; and numbers for them.
 *
 * MOTET_CHECKS says whether generated code contains its checks: 1 unless NDEBUG is defined, or what -DMOTET_CHECKS=0|1
 * says. The library is the same either way.
 *
 * An expression means what it says of numbers, not of C's types: no overflow, no conversion. A motet_int is a two's
 * complement number of 256 bits; the generator refuses an expression that could need more.
 */
#ifndef MOTET_CHECK_H
#define MOTET_CHECK_H
#include <stdint.h>

#include "session.h"

#ifndef MOTET_CHECKS
#ifdef NDEBUG
#define MOTET_CHECKS 0
#else
#define MOTET_CHECKS 1
#endif
#endif

enum { MOTET_INT_WORDS = 4 };

typedef struct motet_int {
    uint64_t word[MOTET_INT_WORDS]; /* least significant first */
} motet_int;

motet_int motet_int_of_u(uint64_t n);
motet_int motet_int_of_i(int64_t n);
motet_int motet_int_negate(motet_int a);
motet_int motet_int_add(motet_int a, motet_int b);
motet_int motet_int_sub(motet_int a, motet_int b);
motet_int motet_int_mul(motet_int a, motet_int b);
/* Rounded toward zero; the remainder has the sign of `a`. The divisor is not 0. */
motet_int motet_int_div(motet_int a, uint64_t divisor);
motet_int motet_int_mod(motet_int a, uint64_t divisor);
int motet_int_compare(motet_int a, motet_int b); /* below, equal to or above 0 */

static inline int motet_compare_u(uint64_t a, uint64_t b) /* likewise */
{
    return (a > b) - (a < b);
}

static inline int motet_compare_i(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Prints which check of which actor failed; the status with which the actor fails. `what` names file and line. */
motet_status motet_check_failed(const char *actor, const char *what);

#endif
