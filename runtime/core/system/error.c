/* error.c -- motet/error.h, and what a failure is called. */
#include "core.h"

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
    case MOTET_EPROCESS: return "a process could not be started";
    case MOTET_EINVAL: return "tables or options that contradict each other";
    case MOTET_ERIGHTS: return "the ref does not allow it";
    case MOTET_EFULL: return "no room in the inbox";
    case MOTET_EINIT: return "the actor's init failed";
    }
    return "unknown error";
}

void motet_require_failed(const char *file, int line, const char *cond)
{
    fprintf(stderr, "%s:%d: required: %s\n", file, line, cond);
    motet__worker *w = motet__self;
    /* relaxed: the thread's own store. Outside of the core it is a callback that breaks what it must keep. */
    if (w && w->fail_to && !atomic_load_explicit(&w->gate.inside, memory_order_relaxed)) {
        motet_fail(w, MOTET_FAIL);
    }
    abort();
}

void motet__fatal(const char *what)
{
    fprintf(stderr, "motet: %s\n", what);
    abort();
}

motet_reason motet_status_reason(motet_status status)
{
    switch (status) {
    case MOTET_FAIL_TIMEOUT: return MOTET_BY_TIMEOUT;
    case MOTET_FAIL_PROTOCOL_VIOLATION: return MOTET_BY_PROTOCOL_VIOLATION;
    case MOTET_FAIL_FATAL: return MOTET_BY_FATAL;
    default: return MOTET_BY_ERROR;
    }
}

motet_status motet_check_failed(const char *actor, const char *what)
{
    fprintf(stderr, "motet: %s: %s\n", actor, what);
    return MOTET_FAIL;
}
