/* property_file.h -- what was found out about a model, as a JSON document, and back.
 *
 * Only what is definite can be written. A counterexample is written as the names of its steps, and read back only when
 * they still are a run of the model that shows the violation: so it speaks of places in the source as it is now.
 */
#ifndef MOTET_CHECKER_PROPERTY_FILE_H
#define MOTET_CHECKER_PROPERTY_FILE_H
#include "report.h"

struct properties {
    uint32_t n;
    struct property *at;
};

/* False when one of them is no definite answer of all its engines: then nothing is written. */
bool properties_write(struct buf *out, struct arena *a, const struct property *p, uint32_t n);
/* Everything lives in `a`; the properties are marked as cached. False when the text is not what properties_write made
 * of the same model. */
bool properties_read(struct arena *a, const struct semantics *s, const char *text, size_t n, struct properties *out);

#endif
