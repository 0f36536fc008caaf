/* sets.h -- sets of numbers below a fixed bound, each known by a small number: the states of subset constructions.
 *
 * One set is under construction at a time: sets_begin, sets_put ..., sets_intern.
 */
#ifndef MOTET_DSL_SETS_H
#define MOTET_DSL_SETS_H
#include "arena.h"
#include <stdbool.h>

struct set {
    uint32_t n;
    uint32_t *at; /* in the order of putting */
    uint64_t hash;
};

struct sets {
    struct arena *a;
    VEC(struct set) all;
    uint32_t *slots; /* set + 1; 0: free */
    uint32_t n_slots;
    uint32_t *mark; /* [bound]: equals `stamp` for what is in the set under construction */
    uint32_t stamp;
    VEC(uint32_t) current;
    uint64_t work; /* elements put so far */
};

void sets_init(struct sets *s, struct arena *a, uint32_t bound);
void sets_begin(struct sets *s);
bool sets_put(struct sets *s, uint32_t element); /* false: was there */
static inline bool sets_has(const struct sets *s, uint32_t element) { return s->mark[element] == s->stamp; }
uint32_t sets_intern(struct sets *s); /* equal sets get equal numbers, counted from 0 */

#endif
