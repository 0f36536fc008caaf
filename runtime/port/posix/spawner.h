/* spawner.h -- what the two sides of a spawner say to each other: one packet each, over a socket that keeps them apart.
 *
 * The parent asks: START (slot, serial, what), KILL (slot, serial), QUIT. The helper tells: STARTED (slot, with the
 * channel's other end as a descriptor), FAILED (slot, errno), DIED (slot, wait status), SAID (bytes of some child). A
 * slot names one child from its START to its FAILED or DIED; only then it is used again. A KILL for another serial than
 * that of the slot's child comes too late and is nothing.
 */
#ifndef MOTET_PORT_SPAWNER_H
#define MOTET_PORT_SPAWNER_H
#include <sys/types.h>

#include "process.h"

enum { ASK_START, ASK_KILL, ASK_QUIT };
enum { NEWS_STARTED, NEWS_FAILED, NEWS_DIED, NEWS_SAID };

struct ask {
    uint32_t kind, slot, what;
    uint64_t serial;
};

struct news {
    uint32_t kind, slot;
    int32_t value; /* errno, wait status, or how many bytes were said */
    unsigned char said[MOTET__SAY_MOST];
};

/* The helper, from its fork to its end. */
struct zygote {
    int control;   /* its end */
    int parent;    /* a descriptor that is readable once the parent has ended; -1: the kernel has none */
    pid_t of;      /* the parent */
    const motet__process_hooks *hooks;
    void *context;
};

__attribute__((noreturn)) void motet__zygote_main(const struct zygote *start);

#endif
