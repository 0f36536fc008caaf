/* error.c -- motet/error.h. */
#include <motet/error.h>

#include <stdio.h>
#include <stdlib.h>

const char *motet_err_text(motet_err e)
{
    switch (e) {
    case MOTET_OK: return "no error";
    case MOTET_ENOMEM: return "no memory";
    case MOTET_ETHREAD: return "a thread could not be started";
    case MOTET_EGONE: return "an actor that is needed has ended for good, or the system is stopping";
    case MOTET_ELIMIT: return "a stated limit is reached";
    case MOTET_ETIME: return "the deadline passed";
    case MOTET_EINVAL: return "tables or options that contradict each other";
    }
    return "unknown error";
}

void motet_require_failed(const char *file, int line, const char *cond)
{
    fprintf(stderr, "%s:%d: required: %s\n", file, line, cond);
    abort();
}
