/* error.h -- errors of the environment, and the assertion for errors of the programmer.
 *
 * Three things that are never mixed: what the environment refuses (motet_err, must be used), what the programmer
 * broke (MOTET_REQUIRE), and the failure of an actor (a non-zero status from a handler, seen by its supervisor).
 */
#ifndef MOTET_ERROR_H
#define MOTET_ERROR_H

typedef enum motet_err {
    MOTET_OK = 0,
    MOTET_ENOMEM = 1,  /* no memory */
    MOTET_ETHREAD = 2, /* a thread could not be started */
    MOTET_EGONE = 3,   /* an actor that is needed has ended for good, or the system is stopping */
    MOTET_ELIMIT = 4,  /* a stated limit is reached */
    MOTET_ETIME = 5,   /* the deadline passed */
    MOTET_EINVAL = 6,  /* tables or options that contradict each other */
    MOTET_ERIGHTS = 7, /* the ref does not allow it */
    MOTET_EFULL = 8,   /* no room in the inbox */
    MOTET_EINIT = 9,   /* the actor's init failed */
    MOTET_EPROCESS = 10 /* a process could not be started */
} motet_err;

#define MOTET_MUST_USE __attribute__((warn_unused_result))

/* One lower-case phrase; static storage. */
const char *motet_err_text(motet_err e);

/* A broken precondition: prints file, line and condition. In a callback of an actor it fails the actor (motet_fail);
 * anywhere else it aborts the process. */
#define MOTET_REQUIRE(cond) ((cond) ? (void)0 : motet_require_failed(__FILE__, __LINE__, #cond))
__attribute__((noreturn)) void motet_require_failed(const char *file, int line, const char *cond);

#endif
