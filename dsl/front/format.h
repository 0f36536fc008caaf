/* format.h -- a file in the one style of the language; docs/language.md says what that is.
 *
 * Only white space is changed: the tokens and the comments of the result are those of the source, in their order.
 * Formatting twice gives what formatting once gives.
 */
#ifndef MOTET_DSL_FORMAT_H
#define MOTET_DSL_FORMAT_H
#include <stdbool.h>

#include "arena.h"
#include "intern.h"
#include "source.h"

struct buf;

/* Appends file `source` of `s`, which has no syntax errors, to `out`. False when the result would not have been the
 * same program, which is a bug, or memory ran out: then drop `out`. */
bool format_file(struct arena *a, struct interner *names, const struct sources *s, uint32_t source, struct buf *out);

#endif
