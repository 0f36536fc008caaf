/* schedule_file.h -- a run of a model as a JSON document: what was checked, and the steps by name (docs/json.md).
 *
 * {"format": 1, "file", "subject", "scope", "capacity", "property", "cycle", "steps": ["A sends M to B", ...]}
 */
#ifndef MOTET_CHECKER_SCHEDULE_FILE_H
#define MOTET_CHECKER_SCHEDULE_FILE_H
#include "chart.h"

struct schedule {
    const char *file;     /* as it was given then */
    const char *subject;  /* a system or a session */
    int64_t scope;        /* which verify block of the subject, from 0; -1: none */
    uint32_t capacity;    /* of lanes into a role that no actor plays */
    const char *property; /* "deadlock-free", ... ; or NULL */
    int64_t cycle;        /* index of the first step that repeats for ever; -1: none */
    uint32_t n;
    const char **steps;
};

/* The capacity and the scope are the caller's to know. */
void schedule_write(struct buf *out, struct arena *a, const struct schedule *about, const struct story *story);
/* False: *problem says what is wrong with the text, with its line. */
bool schedule_read(struct arena *a, const char *text, size_t size, struct schedule *out, const char **problem);

#endif
