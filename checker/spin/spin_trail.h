/* spin_trail.h -- SPIN's account of a trail (`spin -t -p`), read back as steps of the model. */
#ifndef MOTET_CHECKER_SPIN_TRAIL_H
#define MOTET_CHECKER_SPIN_TRAIL_H
#include "explorer.h"

struct spin_trail {
    struct trail steps;
    bool has_cycle;      /* the account marks the start of a cycle */
    uint32_t cycle;      /* the index of its first step; the number of steps when none follows */
    bool too_long;       /* to be read: then it says nothing, not even that there is one */
    const char *problem; /* why the account cannot be relied on, or NULL */
};

/* `file` is the name of the model's text in the account. A line of the account that is on a line of the text
 * without a step is no step: initialisation, clearing of events, the violation itself. */
struct spin_trail spin_trail_read(struct arena *a, const char *account, const char *file,
                                  const struct step_line *lines, uint32_t n_lines);

#endif
