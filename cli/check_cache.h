/* check_cache.h -- what a check found out about a model, kept for when the same is asked of the same model again.
 *
 * The key is everything that an answer depends on: this program, SPIN, the options, the scope, the model, its formulas
 * and its rendering; not the time and memory that were allowed, as only definite answers are kept. Not places
 * in the source either: counterexamples are taken again, in the model as it is now.
 */
#ifndef MOTET_CLI_CHECK_CACHE_H
#define MOTET_CLI_CHECK_CACHE_H
#include "cache.h"
#include "check_file.h"

struct check_cache;
struct semantics;

/* Opens `folder`; NULL: $MOTET_CACHE ("off" for none), $XDG_CACHE_HOME/motet or $HOME/.cache/motet, whichever is set
 * first. NULL when there is none; *problem says why a folder that was asked for cannot be used, else it is NULL. */
struct check_cache *check_cache_open(struct arena *a, const char *folder, const char **problem);

/* Adds the properties of the model to the report; *taken says of each of its edges whether some run takes it, or is
 * NULL when that is not known. False when they are not known; then *key is for check_cache_keep. */
bool check_cache_find(const struct check_options *o, const struct semantics *s, const char *scope, struct report *r,
                      struct cache_key *key, const bool **taken);
/* Keeps the report's properties from number `first` on, if all are definite, and which edges are taken (or NULL). */
void check_cache_keep(const struct check_options *o, struct cache_key key, const struct report *r, uint32_t first,
                      const bool *taken, uint32_t n_edges);

#endif
