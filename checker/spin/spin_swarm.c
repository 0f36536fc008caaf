/* spin_swarm.c -- many bitstate searches at once. See spin_private.h.
 *
 * Each loses some states, and each others: the hash functions, the number of bits a state, the order of transitions
 * and of processes, and the longest run differ from one to the next. They come in rounds, one search a core; each
 * round may take twice the time of the one before. (Holzmann, Joshi, Groce, "Swarm Verification Techniques", 2011.)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "spin_private.h"

enum {
    ROUNDS = 24,          /* at most */
    QUIET_ROUNDS = 3,     /* in which each search came to its end: more would hardly find another state */
    FIRST_ROUND_SECONDS = 4,
    SHALLOWEST = 200      /* steps */
};
#define IN_ORDER "pan-in-order"
#define AT_RANDOM "pan-at-random"

struct swarm {
    struct driver *d;
    const struct question *q;
    uint32_t size;     /* of a round */
    bool optimised;    /* the verifiers are */
    bool random;       /* there is a verifier of that kind */
    uint32_t searches; /* so far */
    uint64_t covered;  /* by the one that covered most */
    struct spin_result found; /* SPIN_HOLDS: nothing yet */
};

static const struct attempt bitstate = {.partial = true, .depth = 1};

static const char *in_folder(const struct swarm *w, const char *file)
{
    return arena_printf(w->d->a, "%s/%s", w->d->dir, file);
}

static struct spin_result make_verifier(struct swarm *w, const struct attempt *t, const char *file, double deadline)
{
    w->d->compiled = false;
    struct spin_result r = spin_compile(w->d, w->q, t, deadline);
    w->d->compiled = false;
    if (r.answer == SPIN_HOLDS && rename(in_folder(w, "pan"), in_folder(w, file)) != 0)
        return spin_answer_of(SPIN_ERROR, arena_printf(w->d->a, "the verifier cannot be renamed: %s", strerror(errno)));
    return r;
}

/* A claim is checked in order alone: its cycles are found by a search within the search. */
static struct spin_result make_verifiers(struct swarm *w, bool optimised, double deadline)
{
    struct attempt t = {.partial = true, .optimised = optimised};
    w->optimised = optimised;
    struct spin_result r = make_verifier(w, &t, IN_ORDER, deadline);
    if (r.answer != SPIN_HOLDS || w->q->claim != NULL)
        return r;
    t.random = true;
    struct spin_result other = make_verifier(w, &t, AT_RANDOM, deadline);
    w->random = other.answer == SPIN_HOLDS; /* SPIN refuses some models at random */
    return other.answer == SPIN_INCONCLUSIVE ? other : r;
}

/* How the i-th search of the swarm differs from the others. */
static struct run_options vary(const struct swarm *w, uint32_t i)
{
    static const uint32_t shallower[] = {1, 1, 10, 1, 100, 1000};
    struct run_options o = {.seed = i + 1, .hashes = 2 + i % 3, .table = spin_bitstate_table(w->d, !w->optimised)};
    bool random = w->random && i % 2 == 1;
    o.program = random ? "../" AT_RANDOM : "../" IN_ORDER;
    o.reverse = !random && i / 2 % 2 == 1;
    o.depth = spin_longest_run(w->d, &bitstate) / shallower[i % (sizeof shallower / sizeof *shallower)];
    o.depth = o.depth < SHALLOWEST ? SHALLOWEST : o.depth;
    return o;
}

static bool found_something(void *ctx, const struct process_result *r)
{
    const struct swarm *w = ctx;
    return spin_report_read(w->d->a, buf_cstr(&r->output)).finding != FINDING_NONE;
}

/* Takes over what search k of the round says; *ended: it came to its end. */
static void take_result(struct swarm *w, uint32_t k, struct process_result *p, bool *ended)
{
    enum spin_stop why;
    bool before = w->found.answer != SPIN_HOLDS;
    struct spin_result r = spin_judge_run(w->d, w->q, &bitstate, p, &why);
    buf_free(&p->output);
    w->covered = r.states > w->covered ? r.states : w->covered;
    *ended = why == STOP_NONE || why == STOP_DEPTH || why == STOP_COUNTER;
    bool counts = r.answer == SPIN_ERROR || r.answer == SPIN_VIOLATED;
    const char *trail = SPIN_MODEL ".trail", *own = in_folder(w, arena_printf(w->d->a, "%u/%s", k, trail));
    if (counts && !before) {
        w->found = r;
        rename(own, in_folder(w, trail));
    } else {
        remove(own);
    }
}

/* True when every search came to its end. */
static bool run_round(struct swarm *w, double seconds)
{
    struct command c[PROCESS_MOST] = {{{0}, 0, 0}};
    struct process_result results[PROCESS_MOST];
    struct process_job jobs[PROCESS_MOST];
    bool all = true;
    for (uint32_t k = 0; k < w->size; k++) {
        struct run_options o = vary(w, w->searches++);
        const char *folder = in_folder(w, arena_printf(w->d->a, "%u", k));
        mkdir(folder, 0700);
        command_add_search(&c[k], w->d, w->q, &o);
        jobs[k] = (struct process_job){.argv = c[k].argv, .dir = folder, .result = &results[k]};
        jobs[k].limits = command_limits(w->d, &c[k], seconds > 0 ? process_clock() + seconds : 0);
    }
    process_run_all(jobs, w->size, found_something, w);
    for (uint32_t k = 0; k < w->size; k++) {
        bool ended;
        take_result(w, k, &results[k], &ended);
        all = all && ended;
    }
    return all;
}

/* By verifiers that are compiled without optimisation, until a round takes all of its time. */
static struct spin_result run_rounds(struct swarm *w, double deadline)
{
    double slice = FIRST_ROUND_SECONDS;
    struct spin_result made = make_verifiers(w, false, deadline);
    for (uint32_t i = 0, quiet = 0; i < ROUNDS && quiet < QUIET_ROUNDS; i++, slice *= 2) {
        double left = deadline == 0 ? slice : deadline - process_clock();
        if (made.answer != SPIN_HOLDS || w->found.answer != SPIN_HOLDS || left <= 0 || process_guard_interrupted())
            break;
        quiet = run_round(w, left < slice ? left : slice) ? quiet + 1 : 0;
        if (quiet == 0 && !w->optimised && w->found.answer == SPIN_HOLDS)
            made = make_verifiers(w, true, deadline);
    }
    return made.answer != SPIN_HOLDS ? made : w->found;
}

static uint32_t cores_for(const struct driver *d)
{
    uint32_t n = d->how.cores ? d->how.cores : process_cores();
    return n > PROCESS_MOST ? PROCESS_MOST : n;
}

struct spin_result spin_swarm(struct driver *d, const struct question *q, double deadline)
{
    struct swarm w = {.d = d, .q = q, .size = cores_for(d), .found = {.answer = SPIN_HOLDS}};
    uint32_t megabytes = d->megabytes;
    d->megabytes = megabytes / w.size ? megabytes / w.size : 1; /* they share it */
    spin_discard(d, SPIN_MODEL ".trail");
    struct spin_result r = run_rounds(&w, deadline);
    d->megabytes = megabytes;
    r.states = r.states > w.covered ? r.states : w.covered;
    if (r.answer == SPIN_HOLDS || (r.answer == SPIN_INCONCLUSIVE && w.searches != 0))
        r.why = arena_printf(d->a, "swarm of %u bitstate searches: covered at least %llu states, not exhaustive",
                             w.searches, (unsigned long long)w.covered);
    if (process_guard_interrupted())
        r.why = "interrupted";
    if (r.answer == SPIN_HOLDS || process_guard_interrupted())
        r.answer = SPIN_INCONCLUSIVE;
    return r;
}
