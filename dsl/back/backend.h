/* backend.h -- what a back end is: a function from the system of automata to a list of files.
 *
 * A back end decides nothing about meaning and touches no disk: it fills `struct outputs`, and the caller writes them.
 * Texts depend on the IR alone: no dates, no paths, no addresses, so that two runs give the same bytes.
 */
#ifndef MOTET_DSL_BACKEND_H
#define MOTET_DSL_BACKEND_H
#include "arena.h"
#include "diag.h"

struct buf;
struct ir;

struct output {
    const char *name; /* below the output folder; no folders in it */
    const char *text; /* NUL-terminated, in the arena */
    size_t size;      /* without the NUL */
    bool user_owned;  /* a skeleton for the user to fill: written only where no such file exists yet */
};

struct outputs {
    struct arena *a;
    struct output *at; /* in the order of adding */
    uint32_t n, cap;
};

struct outputs *outputs_new(struct arena *a);
/* Adds a file with a copy of `text`, which the caller still owns. Names must differ. */
void outputs_add(struct outputs *o, const char *name, const struct buf *text, bool user_owned);

#endif
