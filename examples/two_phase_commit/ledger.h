/* ledger.h -- the demo's books: what each side saw, so that main can hold one against the other when all is quiet.
 *
 * Actors run on several threads: every entry is atomic.
 */
#ifndef LEDGER_H
#define LEDGER_H
#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t entry;

struct transaction {
    entry begun; /* the coordinator sent the first Prepare */
    entry commit, abort; /* its decision, once its part was complete */
    entry lost; /* the session was lost under it */
    entry committed, rolled_back; /* participants that were told so */
};

struct ledger {
    uint64_t n;
    struct transaction *tx; /* [n] by number */
    /* by the participants: each transaction that one of them prepared is in exactly one of the next three */
    entry prepared;
    entry committed, rolled_back; /* told the outcome */
    entry given_up; /* the session was lost, by its own crash or another's */
    entry crashes; /* made to happen */
    entry lost_otherwise; /* sessions lost for another reason than a crash: expected to stay 0 */
};

static inline void ledger_count(entry *e)
{
    atomic_fetch_add_explicit(e, 1, memory_order_relaxed);
}

#endif
