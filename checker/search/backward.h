/* backward.h -- the steps of a graph the other way round: from which states can some be reached? */
#ifndef MOTET_CHECKER_BACKWARD_H
#define MOTET_CHECKER_BACKWARD_H
#include "explorer.h"

struct backward {
    const struct state_graph *g;
    uint64_t *first;  /* [n + 1]: the steps into each state: */
    uint32_t *source; /* [n_steps] where they come from, */
    uint64_t *step;   /* [n_steps] and which they are, in the graph's order; NULL when not asked for */
    uint8_t *reaches; /* [n] what the last search found */
    uint32_t *queue;  /* [n] the states with `reaches`, as they were found */
    uint32_t n;       /* of them */
};

/* False when there is not enough memory; call backward_fini in any case. */
bool backward_init(struct backward *b, const struct state_graph *g, bool with_steps);
void backward_fini(struct backward *b);

void backward_clear(struct backward *b);
void backward_mark(struct backward *b, uint32_t state); /* where a search starts */
/* Marks all states from which a marked one can be reached by steps that may be taken (by all, where `may` is NULL). */
typedef bool may_take(void *ctx, uint32_t from, uint64_t step);
void backward_spread(struct backward *b, may_take *may, void *ctx);

#endif
