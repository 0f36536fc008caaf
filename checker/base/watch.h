/* watch.h -- how a search goes on, for whoever looks on. There is one watcher in a process, or none.
 *
 * It is told from the thread that called the engine, as often as the engine comes by: it is the watcher's part to say
 * less.
 */
#ifndef MOTET_CHECKER_WATCH_H
#define MOTET_CHECKER_WATCH_H
#include <stdint.h>

struct watch_news {
    const char *subject; /* the session or system, or NULL */
    const char *engine;  /* "explorer", "SPIN" */
    const char *doing;   /* "compiling"; or NULL, then there are numbers */
    uint64_t states, bytes;
    uint32_t depth;
    double seconds;      /* that it has taken so far; with numbers */
};

typedef void watch_fn(void *ctx, const struct watch_news *news);

void watch_set(watch_fn *tell, void *ctx); /* NULL: nobody */
void watch_tell(const struct watch_news *news);
/* What is being done, without numbers, still goes on: in another program. */
void watch_again(void);

#endif
