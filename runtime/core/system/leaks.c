/* leaks.c -- the books of a system that has stopped: every record and message is back in a free list, or is missing.
 *
 * What depots ever handed out is compared with what lies in the workers' stacks, and what pools ever carved with their
 * free lists; so a record that was lost is found though nobody remembers it, and one that was freed twice is as well.
 */
#include "core.h"

#include <inttypes.h>
#include <stdio.h>

/* Of all cores, the stack at `at` bytes into a worker. */
static uint32_t in_stacks(const motet_system *sys, size_t at, uint32_t most)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
        n += motet__stack_count((const motet__stack *)(const void *)((const char *)sys->cores[i] + at), most + 1u);
    }
    return n;
}

/* How many records of the depot are missing, aside from `kept`. More in the lists than there are: says so. */
static uint64_t missing(const motet_system *sys, const motet__depot *d, size_t at, uint32_t kept, const char *what)
{
    uint32_t out = motet__depot_out(d), back = in_stacks(sys, at, out);
    if (back + kept > out) {
        fprintf(stderr, "motet: %s: %s: freed twice\n", sys->spec->name, what);
        return back + kept - out;
    }
    return out - back - kept;
}

#define MISSING(sys, depot, stack, kept, what) \
    missing(sys, &(sys)->depot, offsetof(motet__worker, stack), kept, what)

static uint64_t letters_missing(const motet_system *sys)
{
    uint64_t n = 0;
    uint32_t out = motet__depot_out(&sys->letters);
    uint32_t back = in_stacks(sys, offsetof(motet__worker, letters), out);
    back += motet__stack_count(&sys->outside_letters, out);
    n += out - back;
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
        for (uint32_t k = 0; k < MOTET__CORES; k++) {
            const motet__pipe *p = sys->cores[i]->out[k];
            n += p ? motet__pipe_count(p) : 0;
        }
    }
    return n;
}

static uint64_t sessions_missing(const motet_system *sys)
{
    uint64_t n = sys->n_opens;
    for (uint32_t i = 0; i < sys->n_wires; i++) {
        n += motet__block_missing(&sys->wires[i].blocks);
    }
    return n;
}

/* Blocks, states and messages of sessions, with their bytes. */
static void pools_missing(motet_system *sys, uint64_t n[MOTET__USES], uint64_t bytes[MOTET__USES])
{
    uint32_t n_cores = atomic_load_explicit(&sys->n_cores, memory_order_relaxed);
    for (uint32_t i = 0; i < n_cores; i++) {
        motet__send_all_home(sys->cores[i]);
    }
    for (uint32_t i = 0; i < n_cores; i++) {
        motet__take_returned(sys->cores[i]);
        motet__pool_missing(&sys->cores[i]->pool, n, bytes);
    }
    motet__pool_missing(&sys->commons, n, bytes);
}

static void report(const motet_system *sys, uint64_t n, const char *what, uint64_t bytes)
{
    if (n > 0 && bytes > 0) {
        fprintf(stderr, "motet: %s: not returned: %s: %" PRIu64 ", %" PRIu64 " bytes\n", sys->spec->name, what, n,
                bytes);
    } else if (n > 0) {
        fprintf(stderr, "motet: %s: not returned: %s: %" PRIu64 "\n", sys->spec->name, what, n);
    }
}

void motet__leaks(motet_system *sys, motet_leaks *out)
{
    uint64_t n[MOTET__USES] = {0}, bytes[MOTET__USES] = {0};
    *out = (motet_leaks){
        .actors = MISSING(sys, actor_records, actors, sys->n_actors, "actors"),
        .timers = MISSING(sys, dues, dues, 0, "timers"),
        .mail = MISSING(sys, nodes, nodes, 0, "mail") + MISSING(sys, mores, mores, 0, "monitors, stashes") +
                letters_missing(sys),
        .states = MISSING(sys, tiny, tiny, 0, "states") + MISSING(sys, small, small, 0, "states"),
        .sessions = sessions_missing(sys),
    };
    pools_missing(sys, n, bytes);
    out->blocks = n[MOTET__AS_BLOCK];
    out->states += n[MOTET__AS_STATE];
    out->messages = n[MOTET__AS_MESSAGE];
    report(sys, out->actors, "actors", 0);
    report(sys, out->timers, "timers", 0);
    report(sys, out->mail, "mail", 0);
    report(sys, out->blocks, "blocks", bytes[MOTET__AS_BLOCK]);
    report(sys, out->states, "states of actors", bytes[MOTET__AS_STATE]);
    report(sys, out->sessions, "sessions", 0);
    report(sys, out->messages, "messages of sessions", bytes[MOTET__AS_MESSAGE]);
}
