/* check_capacity.h -- `check --any-capacity`: from which lanes on is every larger one as safe? */
#ifndef MOTET_CLI_CHECK_CAPACITY_H
#define MOTET_CLI_CHECK_CAPACITY_H
#include "check_file.h"

/* Adds the property "any-capacity" for each session that the file declares, alone, with lanes that block and are all of
 * one size: the smallest up to o->any_capacity with which the session is k-exhaustive (capacity.h). */
void check_any_capacity(const struct unit *u, const struct check_options *o, struct report *r);

#endif
