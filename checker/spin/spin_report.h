/* spin_report.h -- what a run of SPIN's verifier says it did.
 *
 * The verifier's exit status means nothing: it is 0 with errors found. A search was exhaustive if and only if its
 * report has all of: (1) "Full statespace search for:"; (2) a line "errors: 0"; (3) a count of stored states;
 * (4) the closing "elapsed time" line; (5) no "Search not completed", no "Interrupted", no "max search depth too
 * small", no memory limit, no line from the verifier that this reader does not know. (The heading of a
 * bit-state or hash-compact search differs from (1).)
 *
 * With several cores lines begin with "cpuN: ", and one that found an error closes without a summary.
 */
#ifndef MOTET_CHECKER_SPIN_REPORT_H
#define MOTET_CHECKER_SPIN_REPORT_H
#include <stdbool.h>
#include <stdint.h>

struct arena;

enum spin_finding { FINDING_NONE, FINDING_ASSERTION, FINDING_END_STATE, FINDING_CYCLE };

enum spin_stop { /* why the search ended before its end */
    STOP_NONE,
    STOP_TIME,
    STOP_MEMORY,
    STOP_DEPTH,
    STOP_COUNTER /* the model's own: a counter is at its end, and nothing is followed up from there */
};

struct spin_report {
    bool exhaustive;
    enum spin_stop stop;
    enum spin_finding finding; /* the first error */
    bool assertions, end_states, cycles, fair; /* what the search looked for */
    bool no_acceptance; /* the claim has no accepting state: there are no cycles to look for, and pan does not */
    const char *claim;                         /* the formula's claim, or NULL */
    uint64_t states;                           /* stored so far, at least */
    const char *problem; /* why the report cannot be relied on, or NULL: then nothing else counts */
};

struct spin_report spin_report_read(struct arena *a, const char *text);

#endif
