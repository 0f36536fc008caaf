/* watch.c -- see watch.h. */
#include "watch.h"

#include <stddef.h>

static watch_fn *watcher;
static void *watcher_ctx;
static struct watch_news last;

void watch_set(watch_fn *tell, void *ctx)
{
    watcher = tell;
    watcher_ctx = ctx;
}

void watch_tell(const struct watch_news *news)
{
    last = *news;
    if (watcher)
        watcher(watcher_ctx, news);
}

void watch_again(void)
{
    if (watcher && last.doing)
        watcher(watcher_ctx, &last);
}
