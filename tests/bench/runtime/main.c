/* main.c -- motet-bench WORKERS BENCH N [ARG]: runs one row and prints what it measured.
 *
 *   R operations nanoseconds
 *   LAT p50 p99 p99.9          (ns; rows that ask)
 *   MEM bytes bytes            (each actor; the second without the array of refs that the program keeps)
 *
 * 0 when all operations happened, 1 when not, 2 when the arguments are wrong.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum {
    PATIENCE = 600,        /* seconds after which a row counts as stuck */
    MOST_ACTORS = 1 << 24
};

static const bench_row rows[] = {
    {"pp", "one hop of a ping-pong between two actors", 2000000, .root = &bench_pp},
    {"ppx", "the same, by actors that stay with two different workers", 300000, .at_least = 2, .root = &bench_pp,
     .pinned = true},
    {"count", "one message from a producer to a consumer with an inbox of 1000", 3000000, .root = &bench_count,
     .bound = BENCH_INBOX},
    {"countb", "the same", 3000000, .root = &bench_count, .bound = BENCH_INBOX},
    {"countu", "the same with an inbox that is never full", 3000000, .root = &bench_count, .bound = BENCH_HUGE},
    {"ring", "one hop of a token round a ring of ARG actors", 2000000, 1000, .root = &bench_ring},
    {"spawn1", "an actor is made, gets one message and ends", 1000000, .root = &bench_spawn1},
    {"idle", "an actor is made and stays", 1000000, .root = &bench_idle},
    {"big", "one ping or its answer among ARG actors, all to all", 1000000, 64, .root = &bench_big},
    {"mto1", "one message from ARG producers to a consumer with an inbox of 1000", 2000000, 8, .root = &bench_count,
     .bound = BENCH_INBOX},
    {"cham", "one meeting of two of ARG chameneos", 300000, 100, 2, MOST_ACTORS, .root = &bench_cham},
    {"rr", "one message, to each of ARG actors in turn", 3000000, 10000, .root = &bench_rr},
    {"ask", "a request and its reply", 500000, .root = &bench_ask},
    {"askx", "the same, by actors that stay with two different workers", 200000, .at_least = 2, .root = &bench_ask,
     .pinned = true},
    {"sup", "a child of the tree fails and is restarted by its supervisor", 50000, .spec = &bench_sup,
     .start = bench_sup_start},
    {"rawsup", "an actor fails, and the one that monitors it makes another", 50000, .root = &bench_rawsup},
    {"s-pp", "as pp, in a session", 2000000, .spec = &court_spec, .start = bench_court_start},
    {"s-count", "as count, in a session whose lane holds 1000", 3000000, .spec = &works_spec,
     .start = bench_works_start},
    {"s-ring", "as ring, in a session of 100 roles", 2000000, 100, 100, 100, .spec = &roundabout_spec,
     .start = bench_roundabout_start},
    {"s-mto1", "as mto1, each producer in a session of its own", 2000000, 8, 1, 64, .spec = &works_spec,
     .start = bench_works_start},
    {"s-ask", "as ask, in a session", 500000, .latency = true, .spec = &court_spec, .start = bench_court_start},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static pthread_mutex_t over_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t over_told = PTHREAD_COND_INITIALIZER;
static bool over;

void bench_over(bench *b)
{
    (void)b;
    pthread_mutex_lock(&over_lock);
    over = true;
    pthread_cond_signal(&over_told);
    pthread_mutex_unlock(&over_lock);
}

/* A row that is stuck is a failure and not a hang. */
static void wait_until_over(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE;
    pthread_mutex_lock(&over_lock);
    while (!over && pthread_cond_timedwait(&over_told, &over_lock, &until) != ETIMEDOUT) {
    }
    if (!over) {
        bench_fail("the row came to an end", 0, 1);
    }
    pthread_mutex_unlock(&over_lock);
}

uint64_t bench_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t bench_memory(void)
{
    unsigned long size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%lu %lu", &size, &resident) != 2) {
        bench_fail("fields of /proc/self/statm", 0, 2);
    }
    fclose(f);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void bench_begin(bench *b)
{
    b->t0 = bench_clock();
}

void bench_end(bench *b, uint64_t operations)
{
    printf("R %llu %llu\n", (unsigned long long)operations, (unsigned long long)(bench_clock() - b->t0));
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void bench_latency(uint32_t *times, uint64_t n)
{
    qsort(times, n, sizeof *times, by_size);
    printf("LAT %u %u %u\n", times[n / 2], times[n * 99 / 100], times[n * 999 / 1000]);
}

void bench_fail(const char *what, uint64_t is, uint64_t should)
{
    fflush(stdout);
    fprintf(stderr, "motet-bench: %s: %llu, should be %llu\n", what, (unsigned long long)is,
            (unsigned long long)should);
    _exit(1);
}

void *bench_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p) {
        bench_fail("bytes of memory", 0, n * size);
    }
    return p;
}

static void start_root(bench *b)
{
    motet_ref root;
    BENCH_MUST(motet_system_spawn(b->sys, b->row->root, &(motet_spawn_options){.arg = &b,
        .placement = b->row->pinned ? MOTET_ON_WORKER : MOTET_ANYWHERE}, &root));
}

/* What no row does, whatever it measures. */
static void check_totals(const motet_stats *s)
{
    bench_check("dead letters", s->dead_letters, 0);
    bench_check("messages lost", s->mail_lost + s->lost + s->dropped, 0);
    bench_check("messages refused", s->mail_refused + s->refused, 0);
    bench_check("sessions that completed", s->completed, s->opened);
}

static int run(bench *b)
{
    motet_stats last;
    BENCH_MUST(motet_system_start(b->row->spec, &(motet_options){.workers = b->workers, .env = b}, &b->sys));
    (b->row->start ? b->row->start : start_root)(b);
    wait_until_over();
    fflush(stdout);
    BENCH_MUST(motet_system_wait_idle(b->sys, PATIENCE * UINT64_C(1000000000)));
    motet_system_stop(b->sys, &last);
    check_totals(&last);
    return 0;
}

static int usage(const char *why, const char *word)
{
    fprintf(stderr, "motet-bench: %s%s\nusage: motet-bench WORKERS BENCH [N [ARG]]\n"
            "WORKERS is 1 .. 64; N is the number of operations. BENCH, with the N and ARG that it has by itself:\n",
            why, word);
    for (int i = 0; i < N_ROWS; i++) {
        char arg[16] = "";
        if (rows[i].arg) {
            snprintf(arg, sizeof arg, "%u", rows[i].arg);
        }
        fprintf(stderr, "  %-7s %8llu %5s  %s\n", rows[i].name, (unsigned long long)rows[i].n, arg, rows[i].text);
    }
    return 2;
}

static const bench_row *row_named(const char *name)
{
    for (int i = 0; i < N_ROWS; i++) {
        if (!strcmp(rows[i].name, name)) {
            return &rows[i];
        }
    }
    return NULL;
}

/* A number of digits alone, in low .. high. */
static bool number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno && *out >= low && *out <= high;
}

int main(int argc, char **argv)
{
    bench b = {0};
    uint64_t workers, arg = 0;
    if (argc < 3 || argc > 5) {
        return usage("needs two to four arguments", "");
    }
    if (!number(argv[1], 1, 64, &workers)) {
        return usage("not a number of workers: ", argv[1]);
    }
    if (!(b.row = row_named(argv[2]))) {
        return usage("no such row: ", argv[2]);
    }
    b.n = b.row->n;
    arg = b.row->arg;
    if (argc > 3 && !number(argv[3], 1, UINT64_C(1) << 32, &b.n)) {
        return usage("not a number of operations: ", argv[3]);
    }
    if (argc > 4 && !b.row->arg) {
        return usage("this row has no ARG: ", argv[2]);
    }
    if (argc > 4 && !number(argv[4], b.row->arg_most ? b.row->arg_least : 1,
                            b.row->arg_most ? b.row->arg_most : MOST_ACTORS, &arg)) {
        return usage("not a number of actors that this row can have: ", argv[4]);
    }
    if (workers < b.row->at_least) {
        return usage("this row needs 2 workers: ", argv[2]);
    }
    b.workers = (uint32_t)workers;
    b.arg = arg ? (uint32_t)arg : 1;
    return run(&b);
}
