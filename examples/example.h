/* example.h -- what the programs of the examples share: counters, memory of a session, and one run with its summary. */
#ifndef EXAMPLE_H
#define EXAMPLE_H
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <motet/motet.h>

/* Counted by actors on any thread, read when all is over. */
typedef _Atomic uint64_t tally;

static inline void tally_add(tally *t, uint64_t n)
{
    atomic_fetch_add_explicit(t, n, memory_order_relaxed);
}

static inline void tally_up(tally *t)
{
    tally_add(t, 1);
}

/* What an actor remembers of a session: `size` zeroed bytes at first use. Let go of it with example_forget when the
 * session is completed or aborted. NULL when there is no memory. */
static inline void *example_memory(motet_session *s, size_t size)
{
    void **slot = motet_session_slot(s);
    if (!*slot)
        *slot = calloc(1, size);
    return *slot;
}

static inline void example_forget(motet_session *s)
{
    void **slot = motet_session_slot(s);
    free(*slot);
    *slot = NULL;
}

/* Copies C text into the chars of a string<room> field; returns its length. */
static inline uint32_t example_text(char *at, size_t room, const char *text)
{
    size_t n = strlen(text);
    if (n > room)
        n = room;
    memcpy(at, text, n);
    return (uint32_t)n;
}
#define EXAMPLE_TEXT(field, text) ((field).n = example_text((field).at, sizeof (field).at, (text)))

/* Is that field the text? */
#define EXAMPLE_IS(field, text) ((field).n == strlen(text) && memcmp((field).at, (text), (field).n) == 0)

static inline bool example_same(const char *what, uint64_t got, uint64_t expected)
{
    if (got != expected)
        fprintf(stderr, "%s: %" PRIu64 ", expected %" PRIu64 "\n", what, got, expected);
    return got == expected;
}

typedef motet_err example_open(motet_system *sys, uint64_t arg, uint64_t *id);

/* Starts the system, opens `sessions` sessions with the arguments 0, 1, ..., waits for the end of all and stops.
 * True when each was completed and nothing crashed. */
static inline bool example_run(const motet_system_spec *spec, void *env, example_open *open, uint64_t sessions)
{
    static const uint64_t patience_ns = 60000000000u;
    const motet_options options = { .env = env };
    motet_system *sys;
    motet_stats stats;
    motet_err e = motet_system_start(spec, &options, &sys);
    if (e != MOTET_OK) {
        fprintf(stderr, "%s cannot start: %s\n", spec->name, motet_err_text(e));
        return false;
    }
    for (uint64_t arg = 0; arg < sessions && e == MOTET_OK; arg++)
        e = open(sys, arg, NULL);
    if (e == MOTET_OK)
        e = motet_system_wait_idle(sys, patience_ns);
    if (e != MOTET_OK)
        fprintf(stderr, "%s: %s\n", spec->name, motet_err_text(e));
    motet_system_stop(sys, &stats);
    printf("%s: %" PRIu64 " sessions, %" PRIu64 " completed, %" PRIu64 " messages\n", spec->name, stats.opened,
           stats.completed, stats.messages);
    bool ok = e == MOTET_OK && example_same("sessions completed", stats.completed, sessions);
    ok &= example_same("crashes", stats.crashes, 0);
    ok &= example_same("messages that the protocol does not allow", stats.fidelity, 0);
    return ok;
}

#endif
