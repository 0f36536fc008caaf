/* auction_tally.h -- who would pay what, and what the actors count for the program's check at the end. */
#ifndef AUCTION_TALLY_H
#define AUCTION_TALLY_H
#include "example.h"

enum { BIDDERS = 3, RESERVE = 50, NOBODY = BIDDERS };

struct auction_tally {
    tally sold, unsold, rounds; /* as the house counts */
    tally income, won, paid;    /* as the owner and the collectors do */
    tally wrong;
};

/* What a bidder would pay at most for that lot. */
static inline uint64_t bidder_limit(uint64_t lot, uint32_t bidder)
{
    return (lot * (3 + 4 * bidder) + 16 * bidder) % 100;
}

static inline uint64_t lot_top(uint64_t lot)
{
    uint64_t top = 0;
    for (uint32_t b = 0; b < BIDDERS; b++)
        top = bidder_limit(lot, b) > top ? bidder_limit(lot, b) : top;
    return top;
}

/* Two or more bid the same, and nobody more. */
static inline bool lot_is_tied(uint64_t lot)
{
    uint32_t n = 0;
    for (uint32_t b = 0; b < BIDDERS; b++)
        n += bidder_limit(lot, b) == lot_top(lot);
    return n > 1 && lot_top(lot) >= RESERVE;
}

/* Who gets the lot: the highest bidder, unless there is a tie or nobody bids the reserve. */
static inline uint32_t lot_winner(uint64_t lot)
{
    uint32_t b = 0;
    if (lot_top(lot) < RESERVE || lot_is_tied(lot))
        return NOBODY;
    while (bidder_limit(lot, b) != lot_top(lot))
        b++;
    return b;
}

#endif
