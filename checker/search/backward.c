#include "backward.h"

#include <stdlib.h>
#include <string.h>

bool backward_init(struct backward *b, const struct state_graph *g, bool with_steps)
{
    *b = (struct backward){.g = g};
    b->first = calloc((size_t)g->n + 2, sizeof *b->first);
    b->source = malloc((g->n_steps + 1) * sizeof *b->source);
    b->step = with_steps ? malloc((g->n_steps + 1) * sizeof *b->step) : NULL;
    b->reaches = malloc((size_t)g->n + 1);
    b->queue = malloc(((size_t)g->n + 1) * sizeof *b->queue);
    if (!b->first || !b->source || (with_steps && !b->step) || !b->reaches || !b->queue)
        return false;
    for (uint64_t e = 0; e < g->n_steps; e++)
        b->first[g->target[e] + 2]++;
    for (uint32_t i = 0; i < g->n; i++)
        b->first[i + 2] += b->first[i + 1]; /* first[i + 1] is where the next step into i goes */
    for (uint32_t i = 0; i < g->n; i++)
        for (uint64_t e = g->first[i]; e < g->first[i + 1]; e++) {
            uint64_t at = b->first[g->target[e] + 1]++;
            b->source[at] = i;
            if (with_steps)
                b->step[at] = e;
        }
    return true;
}

void backward_fini(struct backward *b)
{
    free(b->first);
    free(b->source);
    free(b->step);
    free(b->reaches);
    free(b->queue);
}

void backward_clear(struct backward *b)
{
    memset(b->reaches, 0, b->g->n);
    b->n = 0;
}

void backward_mark(struct backward *b, uint32_t state)
{
    if (b->reaches[state])
        return;
    b->reaches[state] = 1;
    b->queue[b->n++] = state;
}

void backward_spread(struct backward *b, may_take *may, void *ctx)
{
    for (uint32_t k = 0; k < b->n; k++)
        for (uint64_t e = b->first[b->queue[k]]; e < b->first[b->queue[k] + 1]; e++)
            if (!b->reaches[b->source[e]] && (!may || may(ctx, b->source[e], b->step[e])))
                backward_mark(b, b->source[e]);
}
