/* explore.c -- the explorer alone on one subject: explore FILE [WORKERS [MEGABYTES [REDUCE]]].
 *
 * Prints one line: states, transitions, seconds of processor time, bytes for each state, and 1 when the search was
 * complete. The subject is the file's first system in its first scope, or its first session.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli.h"
#include "explorer.h"
#include "subject.h"

void complain(const char *fmt, ...) /* the program's own is in its main file */
{
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    struct unit u;
    const char *problem = NULL;
    if (argc < 2)
        return 2;
    unit_load(&u, argv[1], NULL);
    struct model *m = u.ir ? subject_model(&u, NULL, SCOPE_FIRST, 2, &problem) : NULL;
    if (!m) {
        fprintf(stderr, "%s: %s\n", argv[1], problem ? problem : "it has errors");
        unit_print_diags(&u, false);
        return 2;
    }
    struct budget b = {0, (argc > 3 ? strtoull(argv[3], NULL, 10) : 4096) << 20};
    struct explore_options o = {.workers = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1,
                                .reduce = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0};
    double start = processor_seconds();
    const struct exploration *e = explore_with(u.a, semantics_new(u.a, m), &b, &o);
    printf("%llu %llu %.3f %.1f %d\n", (unsigned long long)e->states, (unsigned long long)e->transitions,
           processor_seconds() - start,
           (double)e->bytes / (double)e->states, e->complete);
    unit_free(&u);
    return 0;
}
