/* ${actor}_handlers.c -- what actor ${Name} does. This file is yours: it was written once and is never overwritten.
 *
 * Each stub fails its actor until it is written: replace `return missing(...)` by what is to be done and MOTET_DONE.
 * ${actor}.h says what each return value means and, always up to date, when each handler is called.
 */
#include "${actor}.h"

#include <stdio.h>

struct ${actor} { /* zeroed before ${actor}_init */
${state}    uint32_t index; /* which one of its family this is */
};

const motet_actor_type ${actor}_actor = ${ACTOR}_ACTOR(struct ${actor});
${missing}
motet_status ${actor}_init(struct ${actor} *self, const motet_start *start)
{
    self->index = start->index;
    return MOTET_DONE;
}

void ${actor}_fini(struct ${actor} *self)
{
    (void)self;
}
