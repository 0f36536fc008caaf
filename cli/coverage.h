/* coverage.h -- what of a file's sessions happened in some run of some scope that was checked, and what never did.
 *
 * Nothing is said of what other findings explain: of sessions in which some property of a scope is violated, or whose
 * runs are not all known; and of all that comes after something that never happens.
 */
#ifndef MOTET_CLI_COVERAGE_H
#define MOTET_CLI_COVERAGE_H
#include "explorer.h"
#include "load.h"
#include "report.h"

struct coverage;

struct coverage *coverage_new(const struct unit *u);
/* The model's runs: `taken` says of each of its edges whether some run takes it. NULL: not known, or some run is
 * wrong. */
void coverage_add(struct coverage *c, const struct model *m, const bool *taken);
/* Warns of what never happens; notes which crashes nothing that was checked makes possible. */
void coverage_report(struct coverage *c, struct report *r);

#endif
