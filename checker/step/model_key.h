/* model_key.h -- all of a model that an engine's answer depends on, as text. */
#ifndef MOTET_CHECKER_MODEL_KEY_H
#define MOTET_CHECKER_MODEL_KEY_H
#include "model.h"

struct buf;

/* Names are in it, since steps are told by name; places in the source are not, nor the formulas of the verify block
 * but for their names. Two models with the same text, and the same formulas, have the same runs. */
void model_key_put(struct buf *out, const struct model *m);

#endif
