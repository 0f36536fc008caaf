/* card_tally.h -- how orders fall out, and what the actors count for the program's check at the end.
 *
 * What happens to an order follows from its number, so that the sums are known beforehand.
 */
#ifndef CARD_TALLY_H
#define CARD_TALLY_H
#include "example.h"

struct card_tally {
    tally receipts, failures, captured, challenged;
};

static inline bool order_is_risky(uint64_t order)
{
    return order % 3 == 0;
}

static inline bool order_fails_challenge(uint64_t order)
{
    return order % 9 == 0;
}

static inline bool order_has_no_funds(uint64_t order)
{
    return order % 7 == 1;
}

static inline bool order_is_paid(uint64_t order)
{
    return !order_has_no_funds(order) && !(order_is_risky(order) && order_fails_challenge(order));
}

#endif
