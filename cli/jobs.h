/* jobs.h -- the same work on many inputs, on several cores, with its output in the order of the inputs.
 *
 * Each job runs in a process of its own: one that breaks down takes no other with it. With one job, or with one at a
 * time, the work is done in this process.
 */
#ifndef MOTET_CLI_JOBS_H
#define MOTET_CLI_JOBS_H
#include <stdint.h>

#include "buf.h"

struct job { /* of one input */
    int status;
    struct buf out, err; /* freed by jobs_run */
};

/* Fills `j` for input i. Runs in a child process: nothing else that it changes is seen by the caller. */
typedef void job_work(void *ctx, uint32_t i, struct job *j);
/* Is called in the order of the inputs, as early as that allows. A job whose process broke down has status `broken`
 * and says so in `err`. */
typedef void job_done(void *ctx, uint32_t i, const struct job *j);

/* Returns when all n jobs are done; at most `parallel` (at least 1) run at the same time. */
void jobs_run(uint32_t n, uint32_t parallel, int broken, job_work *work, job_done *done, void *ctx);

uint32_t jobs_cores(void); /* that this process may use; at least 1 */

#endif
