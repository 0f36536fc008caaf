/* fill.h -- what filled handlers do: a branch at random, and now and then, if FILL_FAILS says so, a failure. */
#ifndef FILL_H
#define FILL_H
#include <motet/motet.h>

#include <string.h>

#ifndef FILL_FAILS
#define FILL_FAILS 0 /* of a thousand calls */
#endif
#ifndef FILL_IN
#define FILL_IN "" /* of handlers with this in their names */
#endif
#ifndef FILL_STATUS
#define FILL_STATUS fill_status() /* the way they fail */
#endif

uint32_t fill_below(uint32_t n); /* any thread; in driver.c */

static inline motet_status fill_status(void)
{
    static const motet_status all[] = {MOTET_FAIL, MOTET_FAIL_TIMEOUT, MOTET_FAIL_PROTOCOL_VIOLATION, MOTET_FAIL_FATAL};
    return all[fill_below(sizeof all / sizeof *all)];
}

static inline motet_status fill_done(const char *handler)
{
    const uint32_t fails = FILL_FAILS;
    return strstr(handler, FILL_IN) && fill_below(1000) < fails ? FILL_STATUS : MOTET_DONE;
}

#endif
