/* domains.h -- a verify block with domains becomes a system of automata without: values turn into labels and states.
 *
 * `domain M.f in lo..hi` keeps the field f of M. M then stands for one message for each tuple of values of its fields
 * with domains (`Offer{price=1}`, whose `base` is Offer), and a state of a role for one for each tuple of values that it
 * remembers because a later refinement speaks of them. A refinement becomes the absence of edges; where it cannot be
 * decided, since a value has no domain, it is no constraint. So the engines need not know about values, and a role that
 * no value lets go on is a deadlock for them.
 */
#ifndef MOTET_DSL_DOMAINS_H
#define MOTET_DSL_DOMAINS_H
#include "diag.h"
#include "model.h"

enum {
    DOMAINS_MAX_TUPLES = 1000,     /* messages that one message becomes */
    DOMAINS_MAX_MESSAGES = 60000   /* of all */
};

/* The system in which the subject of `v` is expanded; `ir` itself when `v` has no domains. NULL after a diagnostic when
 * a limit is passed. The sessions that take part must be usable; the numbers of sessions, systems and roles stay. */
const struct ir *domains_expand(const struct ir *ir, const struct verify *v, struct diags *d);

/* The model of a session or a system in the scope of `v` (NULL: without one), expanded; as model_of_session and
 * model_of_system, NULL after a diagnostic. */
struct model *domains_model(const struct ir *ir, bool of_system, uint32_t subject, const struct verify *v,
                            uint32_t capacity, struct diags *d);

/* All values that the refinement speaks of have domains in `v`, which may be NULL: the model obeys it. */
bool domains_cover(const struct verify *v, const struct expr *where);

#endif
