/* subject.h -- one thing of a file to run: a system or a session, in one of its scopes. */
#ifndef MOTET_CLI_SUBJECT_H
#define MOTET_CLI_SUBJECT_H
#include "load.h"
#include "model.h"

enum { SCOPE_NONE = -1, SCOPE_FIRST = -2 };

/* The model of the system or session `wanted` (NULL: the first system, or the first session where there is none) in its
 * `scope`th verify block, from 0 (SCOPE_NONE: without one; SCOPE_FIRST: in the first, if it has any). NULL with the reason
 * in *problem, or in the unit's diagnostics, when *problem is NULL. */
struct model *subject_model(const struct unit *u, const char *wanted, int64_t scope, uint32_t capacity,
                            const char **problem);
/* The inverse: which of its subject's verify blocks a model is of. */
int64_t subject_scope(const struct unit *u, const struct model *m);

#endif
