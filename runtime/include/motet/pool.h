/* pool.h -- sending to one of the instances of a child.
 *
 * Every child of the tree whose type takes mail and whose `count` is more than 1 is a pool: its instances are watched
 * one by one, and those that are down are passed over.
 */
#ifndef MOTET_POOL_H
#define MOTET_POOL_H
#include <stdint.h>

#include "system.h"

typedef enum motet_choice {
    MOTET_IN_TURN,      /* one after the other */
    MOTET_LEAST_LOADED, /* with the least mail in its inbox, by its present count; looks at all of them */
    MOTET_BY_KEY        /* the same key, the same instance; while that is down, the next one that is up */
} motet_choice;

/* One of the child's instances that are up, with all rights. `key` is for MOTET_BY_KEY alone. Any thread. MOTET_EGONE:
 * none is up; MOTET_EINVAL: there is no such child, it takes no mail, or it is a group. */
MOTET_MUST_USE motet_err motet_pool_pick(motet_system *sys, uint16_t child, motet_choice how, uint64_t key,
                                         motet_ref *out);
/* Tells one of them; the errors are those of both. One that ends at this very moment (its dead letter counts) is passed
 * over as well; a full inbox is not: what its policy says is done. */
MOTET_MUST_USE motet_err motet_pool_tell(motet_ctx *ctx, uint16_t child, motet_choice how, uint64_t key, uint32_t tag,
                                         const void *data, size_t size);

#endif
