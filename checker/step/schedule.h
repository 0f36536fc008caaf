/* schedule.h -- steps by name: how runs are written down, so that they can be read, edited and taken again.
 *
 *     A sends M to B                       B takes M from A
 *     A interrupts B with M                B is interrupted by A with M
 *     A catches timeout                    A sends M to B, which is lost
 *     worker[1] crashes                    worker[1] crashes (root gives up)
 *     worker[1] crashes (stop)             worker[1] resumes without M from A
 *
 * Names are the model's. In each state of a model no two enabled steps have the same text.
 */
#ifndef MOTET_CHECKER_SCHEDULE_H
#define MOTET_CHECKER_SCHEDULE_H
#include "semantics.h"

const char *step_text(struct arena *a, const struct model *m, const struct step *step);

/* The enabled step of `state` with that text. False: there is none. */
bool step_named(struct arena *a, const struct semantics *s, const uint8_t *state, const char *text, struct step *out);

#endif
