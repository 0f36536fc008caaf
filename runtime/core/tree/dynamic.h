/* dynamic.h -- dynamic children: what stands beside an actor that is one.
 *
 * The record of the actor in slot i is number i of a sparse table. A group is a child of the tree that has no callbacks
 * and ends when the last of its dynamic children has: these count in its `held`.
 */
#ifndef MOTET_CORE_DYNAMIC_H
#define MOTET_CORE_DYNAMIC_H
#include "core.h"

struct motet__dynamic { /* control, but for `arg` and `down`: those are the actor's owner's */
    motet__dynamic *prev, *next; /* of the group, in the order of starts */
    motet__group *group;                /* NULL: the actor in that slot is none */
    const void *arg;
    motet__pace pace;
    uint32_t slot, serial;              /* both make up the handle */
    uint32_t generation;                /* of the actor: its present incarnation's, or the next one's */
    uint32_t incarnation;
    motet_status failure;
    uint8_t restart;
    bool up;
    bool stopping;                      /* it is not to come back */
    bool down;                          /* between two incarnations */
};

struct motet__group { /* control */
    motet__child *child;
    motet__dynamic *first, *last;
    uint32_t n;
};

#endif
