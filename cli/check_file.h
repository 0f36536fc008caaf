/* check_file.h -- everything that can be decided about one file. */
#ifndef MOTET_CLI_CHECK_FILE_H
#define MOTET_CLI_CHECK_FILE_H
#include "load.h"
#include "report.h"
#include "spin.h"

struct check_cache;

struct check_options {
    bool explorer, spin; /* the engines to run; neither: only what projection decides */
    bool progress;       /* decide progress, no-unfinished and no-leftovers, too: the explorer alone can */
    bool unfair;         /* with progress: no-starvation, too, where choices may be unfair */
    bool early;          /* decide early-choice, too: projection does */
    uint64_t any_capacity; /* decide any-capacity, too, with lanes up to this; 0: do not */
    bool may_be_for_others; /* a file with declarations and nothing to check is no error */
    uint64_t capacity;   /* of the lanes of a session that no actor plays */
    uint64_t seconds;    /* for each engine and search */
    uint64_t mib;
    struct spin_how how; /* SPIN searches */
    uint64_t workers;    /* of the explorer */
    uint32_t reduce;     /* enum explore_reduce: what it may leave out */
    bool reduce_at_once; /* also of small systems */
    const struct check_cache *cache; /* NULL: nothing is kept */
};

/* The subjects are every session that has a global type (can it be implemented?), every session that has verify blocks,
 * in each of their scopes, every other session that no system wires, and every system, in each of its scopes. */
void check_file(const struct unit *u, const struct check_options *o, struct report *r);

#endif
