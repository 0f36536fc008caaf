/* cache.h -- a folder of texts under keys, of bounded size, that is never trusted further than its checksums.
 *
 * What depends on nothing but the key may be kept there. Whatever is wrong with the folder, or with a file in it, the
 * answer is that there is nothing under the key: a file that is damaged, cut short, or of another version is as good as
 * none. Several processes may use a folder at once: files appear whole, by renaming.
 */
#ifndef MOTET_CHECKER_CACHE_H
#define MOTET_CHECKER_CACHE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct cache;

struct cache_key { /* two independent 128-bit hashes: one names the file, the other is checked */
    uint64_t at[4];
};

/* Of everything that the text depends on. */
struct cache_key cache_key_of(const struct buf *material);

/* The folder, made with its parents when it is not there, for its owner alone. `most_bytes`: when there is more in it,
 * what was used least recently goes. NULL when it cannot be used; errno says why. Lives in `a`. */
struct cache *cache_open(struct arena *a, const char *folder, uint64_t most_bytes);
/* The text under the key, in `a`, or NULL. */
const char *cache_find(struct cache *c, struct arena *a, struct cache_key key, size_t *n);
/* False when it could not be written, with errno: then nothing has changed. */
bool cache_keep(struct cache *c, struct cache_key key, const char *text, size_t n);

#endif
