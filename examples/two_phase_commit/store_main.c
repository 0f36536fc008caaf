/* store_main.c -- runs transactions through system Store, then checks that the books balance.
 *
 *     store [TRANSACTIONS [WORKERS]]      by default 1000, and a worker for each core
 *
 * Each transaction must be accounted for, and what the actors saw must agree with what the runtime counted. It is also
 * the place to see what two-phase commit is for: no transaction is committed here and rolled back there. Exit status 1
 * when any of this is not so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger.h"
#include "store.h"

enum { PARTICIPANTS = 3 };
static const uint64_t PATIENCE_NS = 60000000000u;

/* Sums over all transactions. */
struct books {
    uint64_t commits, aborts;
    uint64_t lost;     /* before the decision, after the first Prepare */
    uint64_t unbegun;  /* before the first Prepare */
    uint64_t twice;    /* with more than one outcome: expected to stay 0, as the next two */
    uint64_t split;    /* committed at one participant and rolled back at another */
    uint64_t unheard;  /* committed by the coordinator, but not at all participants */
};

static void enter(struct books *b, const struct transaction *t)
{
    uint64_t outcomes = t->commit + t->abort + t->lost;
    b->commits += t->commit;
    b->aborts += t->abort;
    b->lost += t->lost;
    b->unbegun += t->begun == 0;
    b->twice += outcomes > 1 || outcomes != t->begun;
    b->split += t->committed > 0 && t->rolled_back > 0;
    b->unheard += t->commit > 0 && t->committed != PARTICIPANTS;
}

static bool same(const char *what, uint64_t left, uint64_t right)
{
    if (left != right)
        fprintf(stderr, "the books do not balance: %s: %" PRIu64 " and %" PRIu64 "\n", what, left, right);
    return left == right;
}

static bool none(const char *what, uint64_t n)
{
    if (n != 0)
        fprintf(stderr, "the books do not balance: %" PRIu64 " %s\n", n, what);
    return n == 0;
}

static bool balance(const struct books *b, const struct ledger *l, const motet_stats *s)
{
    bool ok = same("transactions, and sessions opened", l->n, s->opened);
    ok &= same("opened, and completed or lost by the runtime's count", s->opened, s->completed + s->aborted);
    ok &= same("opened, and decided or lost by the coordinator's", s->opened,
               b->commits + b->aborts + b->lost + b->unbegun);
    ok &= same("prepared by participants, and decided or given up", l->prepared,
               l->committed + l->rolled_back + l->given_up);
    ok &= same("crashes made to happen, and seen by the supervisor", l->crashes, s->crashes);
    ok &= same("crashes, and restarts", s->crashes, s->restarts);
    ok &= none("transactions with two outcomes or none", b->twice);
    ok &= none("transactions committed here and rolled back there", b->split);
    ok &= none("commits that a participant did not take part in", b->unheard);
    ok &= none("sessions completed without a decision", s->completed > b->commits + b->aborts);
    ok &= none("sessions lost for another reason than a crash", l->lost_otherwise);
    ok &= none("messages that the protocol does not allow", s->fidelity);
    ok &= none("sessions still open or waiting", s->open + s->waiting);
    return ok;
}

static void print_summary(const struct books *b, const motet_stats *s)
{
    printf("  %6" PRIu64 " transactions\n", s->opened);
    printf("  %6" PRIu64 " committed\n", b->commits);
    printf("  %6" PRIu64 " aborted by a No vote\n", b->aborts);
    printf("  %6" PRIu64 " lost to a crash (%" PRIu64 " of them before the first message)\n", b->lost + b->unbegun,
           b->unbegun);
    printf("  %6" PRIu64 " crashes of a participant, %" PRIu64 " restarts\n", s->crashes, s->restarts);
    printf("  %6" PRIu64 " messages delivered, %" PRIu64 " dropped with their sessions\n", s->messages, s->dropped);
}

static motet_err run(motet_system *sys, uint64_t transactions)
{
    for (uint64_t tx = 0; tx < transactions; tx++) {
        motet_err e = store_open_tpc(sys, tx, NULL);
        if (e != MOTET_OK)
            return e;
    }
    return motet_system_wait_idle(sys, PATIENCE_NS);
}

/* MOTET_OK when the system ran and all sessions ended; then the counters are in *last. */
static motet_err run_system(struct ledger *l, uint32_t workers, motet_stats *last)
{
    motet_options options = {.workers = workers, .env = l};
    motet_system *sys;
    motet_err e = motet_system_start(&store_spec, &options, &sys);
    if (e != MOTET_OK)
        return e;
    e = run(sys, l->n);
    motet_system_stop(sys, last);
    return e;
}

static uint64_t argument(int argc, char **argv, int i, uint64_t otherwise)
{
    return argc > i ? strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    static struct ledger ledger;
    motet_stats stats;
    struct books books = {0};
    ledger.n = argument(argc, argv, 1, 1000);
    ledger.tx = calloc(ledger.n ? ledger.n : 1, sizeof *ledger.tx);
    motet_err e = ledger.tx ? run_system(&ledger, (uint32_t)argument(argc, argv, 2, 0), &stats) : MOTET_ENOMEM;
    if (e != MOTET_OK) {
        fprintf(stderr, "store: %s\n", motet_err_text(e));
        free(ledger.tx);
        return 1;
    }
    for (uint64_t i = 0; i < ledger.n; i++)
        enter(&books, &ledger.tx[i]);
    free(ledger.tx);
    print_summary(&books, &stats);
    if (!balance(&books, &ledger, &stats))
        return 1;
    printf("  every transaction is accounted for\n");
    return 0;
}
