/* check_refinements.h -- what `check` says of refinements and contracts, besides what the engines say. */
#ifndef MOTET_CLI_CHECK_REFINEMENTS_H
#define MOTET_CLI_CHECK_REFINEMENTS_H
#include "check_file.h"

/* Adds the property "refinements" for each session that has some. Without refinements nothing is run. */
void check_refinements(const struct unit *u, const struct check_options *o, struct report *r);

/* Adds notes on what the explored models do not know: refinements without domains, contracts. */
void note_unmodelled(const struct unit *u, struct report *r);

#endif
