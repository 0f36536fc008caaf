/* ${system}_main.c -- starts system ${System}, opens a session on each wire and waits for the end of all.
 * This file is yours: it was written once and is never overwritten.
 *
 * Build, with the path of Motet's tree in place of MOTET:
 *     cc -std=c11 -I MOTET/runtime/include ${sources} \
 *         ${system}_main.c MOTET/build/lib/libmotet.a -lpthread
 */
#include <inttypes.h>
#include <stdio.h>

#include "${system}.h"

static const uint64_t PATIENCE_NS = 10000000000u;

static motet_err open_all(motet_system *sys)
{
    motet_err e = MOTET_OK;
${opens}
    return e == MOTET_OK ? motet_system_wait_idle(sys, PATIENCE_NS) : e;
}

int main(void)
{
    motet_system *sys;
    motet_stats stats;
    motet_err e = motet_system_start(&${system}_spec, NULL, &sys);
    if (e != MOTET_OK) {
        fprintf(stderr, "${system}: cannot start: %s\n", motet_err_text(e));
        return 1;
    }
    e = open_all(sys);
    if (e != MOTET_OK)
        fprintf(stderr, "${system}: %s\n", motet_err_text(e));
    motet_system_stop(sys, &stats);
    printf("sessions: %" PRIu64 " opened, %" PRIu64 " completed, %" PRIu64 " aborted; restarts: %" PRIu64 "\n",
           stats.opened, stats.completed, stats.aborted, stats.restarts);
    return e == MOTET_OK && stats.completed == stats.opened ? 0 : 1;
}
