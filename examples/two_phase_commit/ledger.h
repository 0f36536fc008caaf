/* ledger.h -- the demo's books: what each side saw, added up so that main can hold it against the runtime's counters.
 *
 * Actors run on several threads; the counters are atomic and read only when all is quiet.
 */
#ifndef LEDGER_H
#define LEDGER_H
#include <stdatomic.h>
#include <stdint.h>

struct ledger {
    /* by the coordinator: each transaction is in exactly one of these */
    _Atomic uint64_t commits, aborts;
    _Atomic uint64_t lost;           /* a participant crashed */
    _Atomic uint64_t lost_otherwise; /* expected to stay 0 */
    /* by the participants: each transaction that one prepared is in exactly one of these */
    _Atomic uint64_t prepared;
    _Atomic uint64_t committed, rolled_back; /* told the outcome */
    _Atomic uint64_t given_up;               /* the session was lost under it */
    _Atomic uint64_t gone;                   /* it crashed itself, and forgot */
    _Atomic uint64_t crashes;                /* made to happen */
};

static inline void ledger_add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

#endif
