/* driver.c -- opens COUNT sessions on each wire of SPEC, waits for the end of all, and prints what there was.
 *
 * Exit status 0 when all that was opened ended. Sessions may go on for ever, if choices or the protocol say so: after
 * MOST messages the system is stopped, which is as good.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "fill.h"

#ifndef COUNT
#define COUNT 50
#endif
#ifndef MOST
#define MOST 20000
#endif
#ifndef STEP
#define STEP 0
#endif

extern const motet_system_spec SPEC;

uint32_t fill_below(uint32_t n) /* splitmix64 */
{
    static _Atomic uint64_t seed;
    uint64_t z = atomic_fetch_add(&seed, UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

/* MOTET_ETIME after a minute; MOTET_OK also when there were MOST messages. */
static motet_err wait(motet_system *sys)
{
    motet_err e = MOTET_ETIME;
    for (int i = 0; i < 6000 && e == MOTET_ETIME; i++) {
        motet_stats stats;
        e = motet_system_wait_idle(sys, 10000000);
        motet_system_stats(sys, &stats);
        if (stats.messages > MOST)
            return MOTET_OK;
    }
    return e;
}

static motet_err open_all(motet_system *sys)
{
    motet_err e = MOTET_OK;
    for (int i = 0; i < COUNT && e == MOTET_OK; i++) {
        for (uint16_t w = 0; w < SPEC.n_wires && e == MOTET_OK; w++)
            e = motet_session_open(sys, w, (uint64_t)i, NULL);
        if (STEP && e == MOTET_OK)
            e = wait(sys);
    }
    return e == MOTET_EGONE && FILL_FAILS ? MOTET_OK : e; /* an actor is gone for good */
}

int main(void)
{
    const motet_options options = {.workers = 3};
    motet_system *sys;
    motet_stats s;
    motet_err e = motet_system_start(&SPEC, &options, &sys);
    if (e == MOTET_OK) {
        e = open_all(sys);
        if (e == MOTET_OK)
            e = wait(sys);
        motet_system_stop(sys, &s);
    } else {
        s = (motet_stats){0};
    }
    printf("%s: opened %" PRIu64 " completed %" PRIu64 " aborted %" PRIu64 " messages %" PRIu64 " lost %" PRIu64
           " refused %" PRIu64 " blocked %" PRIu64 " fidelity %" PRIu64 " crashes %" PRIu64 " restarts %" PRIu64
           " resumed %" PRIu64 " gave_up %d\n",
           motet_err_text(e), s.opened, s.completed, s.aborted, s.messages, s.lost, s.refused, s.blocked, s.fidelity,
           s.crashes, s.restarts, s.resumed, s.gave_up);
    return e == MOTET_OK ? 0 : 1;
}
