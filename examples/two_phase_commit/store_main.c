/* store_main.c -- runs transactions through system Store, then checks that the books balance.
 *
 *     store [TRANSACTIONS [WORKERS]]      1000 transactions and a worker for each core by default
 *
 * Every transaction must be accounted for, once by the coordinator and once by each participant that prepared it, and
 * both must agree with the runtime's own counters. Where they do not, the exit status is 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger.h"
#include "store.h"

static const uint64_t PATIENCE_NS = 60000000000u;

/* What was read of the ledger, once all is quiet. */
struct books {
    uint64_t commits, aborts, lost, lost_otherwise;
    uint64_t prepared, committed, rolled_back, given_up, gone, crashes;
};

static struct books read_books(struct ledger *l)
{
    return (struct books){
        .commits = l->commits,
        .aborts = l->aborts,
        .lost = l->lost,
        .lost_otherwise = l->lost_otherwise,
        .prepared = l->prepared,
        .committed = l->committed,
        .rolled_back = l->rolled_back,
        .given_up = l->given_up,
        .gone = l->gone,
        .crashes = l->crashes,
    };
}

static bool same(const char *what, uint64_t left, uint64_t right)
{
    if (left != right)
        fprintf(stderr, "the books do not balance: %s: %" PRIu64 " and %" PRIu64 "\n", what, left, right);
    return left == right;
}

static bool balance(const struct books *b, const motet_stats *s, uint64_t transactions)
{
    bool ok = same("transactions asked for, and opened", transactions, s->opened);
    ok &= same("opened, and ended one way or the other", s->opened, b->commits + b->aborts + b->lost);
    ok &= same("completed, and committed or aborted by vote", s->completed, b->commits + b->aborts);
    ok &= same("lost sessions, by the runtime and by the coordinator", s->aborted, b->lost);
    ok &= same("sessions lost for another reason than a crash, and none", b->lost_otherwise, 0);
    ok &= same("prepared by participants, and decided, given up or forgotten", b->prepared,
               b->committed + b->rolled_back + b->given_up + b->gone);
    ok &= same("crashes made to happen, and seen by the supervisor", b->crashes, s->crashes);
    ok &= same("crashes, and restarts", s->crashes, s->restarts);
    ok &= same("protocol violations, and none", s->fidelity, 0);
    ok &= same("sessions still open or waiting, and none", s->open + s->waiting, 0);
    return ok;
}

static void print_summary(const struct books *b, const motet_stats *s)
{
    printf("  %6" PRIu64 " transactions\n", s->opened);
    printf("  %6" PRIu64 " committed\n", b->commits);
    printf("  %6" PRIu64 " aborted by a No vote\n", b->aborts);
    printf("  %6" PRIu64 " lost to crashes of a participant\n", b->lost);
    printf("  %6" PRIu64 " crashes, %" PRIu64 " restarts\n", s->crashes, s->restarts);
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

static uint64_t argument(int argc, char **argv, int i, uint64_t otherwise)
{
    return argc > i ? strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    static struct ledger ledger;
    uint64_t transactions = argument(argc, argv, 1, 1000);
    motet_options options = {.workers = (uint32_t)argument(argc, argv, 2, 0), .env = &ledger};
    motet_system *sys;
    motet_err e = motet_system_start(&store_spec, &options, &sys);
    if (e != MOTET_OK) {
        fprintf(stderr, "store: cannot start: %s\n", motet_err_text(e));
        return 1;
    }
    e = run(sys, transactions);
    if (e != MOTET_OK)
        fprintf(stderr, "store: %s\n", motet_err_text(e));
    motet_stats stats;
    motet_system_stop(sys, &stats);
    struct books books = read_books(&ledger);
    print_summary(&books, &stats);
    if (e != MOTET_OK || !balance(&books, &stats, transactions))
        return 1;
    printf("  every transaction is accounted for\n");
    return 0;
}
