/* dynamic.h -- children that are started at run time, in a group of the tree.
 *
 * A group is a child of the spec with `dynamic` set. Actors that are started in it are supervised as children of its
 * supervisor, each for itself (one_for_one), by the group's `decide` and backoff; their restarts count for that
 * supervisor's intensity. When the group is stopped, with its supervisor or by a sibling's failure, they all are, and
 * none comes back: a group starts empty.
 */
#ifndef MOTET_DYNAMIC_H
#define MOTET_DYNAMIC_H
#include <stdint.h>

#include "system.h"

/* Names a dynamic child through all its incarnations. A plain value; stale once the child is gone. */
typedef struct motet_dynamic {
    uint32_t number, generation;
} motet_dynamic;

typedef struct motet_dynamic_options {
    motet_restart restart;
    motet_spawn_options spawn; /* `arg` is read by the init of each incarnation: what it points to outlives the child */
} motet_dynamic_options;

/* Any thread, callbacks too; in a callback init runs at once, elsewhere it is waited for. `type` takes mail and
 * plays no roles; NULL: the group's. options may be NULL: restarted as the group's spec says. *child and *ref (may be
 * NULL) name it and its first incarnation. MOTET_EINIT: that one's init failed, nothing was started; MOTET_EGONE: the
 * group is not up; MOTET_EINVAL; MOTET_ENOMEM. O(1). */
MOTET_MUST_USE motet_err motet_dynamic_start(motet_system *sys, uint16_t group, const motet_actor_type *type,
                                             const motet_dynamic_options *options, motet_dynamic *child,
                                             motet_ref *ref);
/* Its present incarnation. MOTET_EGONE while it is not up, and when it is gone. Any thread. */
MOTET_MUST_USE motet_err motet_dynamic_ref(motet_system *sys, motet_dynamic child, motet_ref *ref);
/* Stops it for good, as its supervisor would: after the callback that runs, without the mail that waits. Does not wait
 * for that: a monitor tells of it. Any thread; MOTET_EGONE when it is gone already. */
MOTET_MUST_USE motet_err motet_dynamic_stop(motet_system *sys, motet_dynamic child);
/* Those that are there, in the order of their starts: how many, and into `out` the first `room` of them. Any thread. */
uint32_t motet_dynamic_list(motet_system *sys, uint16_t group, motet_dynamic *out, uint32_t room);

#endif
