/* early.h -- does each role know from the first message that it gets in a branch which branch that is?
 *
 * Projection does not ask for it: a role may take what several branches have in common and find out later. A stricter
 * reading of a protocol, in which a role decides with each message how it goes on, refuses that; it is what tools
 * without determinisation do, and what code with one handler for each branch needs.
 */
#ifndef MOTET_DSL_EARLY_H
#define MOTET_DSL_EARLY_H
#include "diag.h"
#include "ir.h"

enum early {
    EARLY_HOLDS,
    EARLY_VIOLATED, /* a W0302 for each role that does not know */
    EARLY_TOO_LARGE /* IR_MAX_SET_WORK was not enough */
};

/* Of a session with a global type that is usable. `states` gets how many sets of positions were looked at. */
enum early early_choices(struct ir *ir, uint32_t session, struct diags *d, uint64_t *states);

#endif
