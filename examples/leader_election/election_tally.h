/* election_tally.h -- the ids that members claim, and what the members count for the program's check at the end. */
#ifndef ELECTION_TALLY_H
#define ELECTION_TALLY_H
#include "example.h"

enum { MEMBERS = 4 };

struct election_tally {
    tally informed, acknowledged, repeated, wrong;
};

/* What a member claims. In the first term of every tenth election, members 1 and 3 claim the same id, the highest. */
static inline uint64_t election_id(uint64_t election, uint32_t term, uint32_t member)
{
    if (term == 0 && election % 10 == 3 && member % 2 == 1)
        return 1000;
    return (election * 7 + term * 5 + member * 11) % 97 * MEMBERS + member;
}

static inline uint64_t election_highest(uint64_t election, uint32_t term)
{
    uint64_t best = 0;
    for (uint32_t m = 0; m < MEMBERS; m++)
        if (election_id(election, term, m) > best)
            best = election_id(election, term, m);
    return best;
}

#endif
