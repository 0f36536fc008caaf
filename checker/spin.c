#include "spin.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lasso.h"
#include "process.h"
#include "spin_report.h"
#include "spin_trail.h"

#define MODEL "model.pml"

enum {
    FIRST_SECONDS = 3,              /* for the search that is compiled without optimisation */
    DEFAULT_MEGABYTES = 2048,       /* when the budget has no limit */
    SMALL_DEPTH = 4000,             /* steps of the longest run a megabyte: a fifth of the memory for the stack */
    LARGE_DEPTH = 8000,
    ENOUGH_DEPTH = 1000000,         /* for a first search, whatever the memory */
    OUTPUT = 64 << 20,              /* bytes kept of what a tool prints */
    ACCOUNT = 512 << 20,            /* bytes of a trail told step by step */
    CLOSING_STEPS = 2000            /* to make an infinite run of a finite one */
};

/* ---- what is asked ---- */

struct question {
    const char *define;     /* chooses the property in the text; NULL: all of safety */
    bool end_states;        /* deadlock is an invalid end state, or among what is looked for */
    const char *claim;      /* a formula; NULL: safety */
    uint32_t ltl;           /* its index */
    enum safety safety;     /* the property, when one alone is asked */
    bool count;             /* no reduction */
};

struct attempt { /* one way to search, within what is left of the budget */
    bool optimised, compressed, partial, deep;
};

struct driver {
    struct arena *a;
    const struct semantics *s;
    const struct spin_model *m;
    const struct budget *budget;
    uint32_t megabytes;
    const char *dir;
    const char *cc;
    const char *missing, *package;
    const char *translated; /* what pan.c was made with, "" for nothing special; NULL: there is none */
    bool compiled;          /* pan is pan.c, compiled for `how` */
    struct attempt how;
};

static struct spin_result answer(enum spin_answer what, const char *why)
{
    struct spin_result r = {0};
    r.answer = what;
    r.why = why;
    return r;
}

/* ---- the folder ---- */

static const char *make_folder(struct arena *a)
{
    const char *tmp = getenv("TMPDIR");
    char *path = arena_printf(a, "%s/motet-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(path);
}

static void remove_folder(struct arena *a, const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlink(arena_printf(a, "%s/%s", path, e->d_name));
    if (d != NULL)
        closedir(d);
    rmdir(path);
}

static bool write_model(struct driver *d)
{
    FILE *f = fopen(arena_printf(d->a, "%s/%s", d->dir, MODEL), "w");
    if (f == NULL)
        return false;
    bool ok = fputs(d->m->text, f) >= 0;
    return fclose(f) == 0 && ok;
}

static void discard(struct driver *d, const char *file)
{
    unlink(arena_printf(d->a, "%s/%s", d->dir, file));
}

/* ---- tools ---- */

/* The first C compiler there is; $CC when it is one program. */
static const char *find_compiler(void)
{
    const char *wanted = getenv("CC");
    if (wanted != NULL && *wanted != '\0' && strpbrk(wanted, " \t'\"\\$;&|") == NULL && process_exists(wanted))
        return wanted;
    static const char *const usual[] = {"gcc", "cc", "clang"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (process_exists(usual[i]))
            return usual[i];
    return NULL;
}

static bool find_tools(struct driver *d)
{
    d->cc = find_compiler();
    if (!process_exists("spin")) {
        d->missing = "spin";
        d->package = "spin";
    } else if (d->cc == NULL) {
        d->missing = "a C compiler";
        d->package = "gcc";
    }
    return d->missing == NULL;
}

enum { MAX_ARGS = 24 };
struct command {
    const char *argv[MAX_ARGS + 1];
    uint32_t n;
    size_t output; /* bytes of its output that are read; 0: OUTPUT */
};

static void arg(struct command *c, const char *s)
{
    if (s != NULL && c->n < MAX_ARGS)
        c->argv[c->n++] = s;
}

static struct process_result run(struct driver *d, const struct command *c, double deadline)
{
    struct process_limits limits = {0, ((uint64_t)d->megabytes * 2 + 1024) << 20, c->output ? c->output : OUTPUT};
    if (deadline != 0) {
        limits.seconds = deadline - process_clock();
        if (limits.seconds < 0.01)
            limits.seconds = 0.01;
    }
    return process_run(c->argv, d->dir, &limits);
}

/* What went wrong with a tool that must succeed, as an answer; SPIN_HOLDS when nothing did. */
static struct spin_result judge_tool(struct driver *d, const char *tool, const struct process_result *r)
{
    switch (r->end) {
    case PROCESS_EXITED:
        if (r->status == 0)
            return answer(SPIN_HOLDS, NULL);
        break;
    case PROCESS_TIMEOUT: return answer(SPIN_INCONCLUSIVE, "the time was up");
    case PROCESS_INTERRUPTED: return answer(SPIN_INCONCLUSIVE, "interrupted");
    case PROCESS_NOT_FOUND:
    case PROCESS_FAILED:
        return answer(SPIN_ERROR, arena_printf(d->a, "%s cannot be run: %s", tool, strerror(r->status)));
    case PROCESS_SIGNALED: break;
    }
    size_t n = r->output.n < 400 ? r->output.n : 400;
    return answer(SPIN_ERROR, arena_printf(d->a, "%s failed: %.*s", tool, (int)n, buf_cstr(&r->output)));
}

static const char *define_of(const struct question *q)
{
    return q->claim ? "-DLTL" : q->define;
}

/* Model to verifier source, unless that is what is there: one source serves all formulas. */
static struct spin_result translate(struct driver *d, const struct question *q, double deadline)
{
    struct command c = {0};
    const char *define = define_of(q) ? define_of(q) : "";
    if (d->translated != NULL && strcmp(d->translated, define) == 0)
        return answer(SPIN_HOLDS, NULL);
    d->translated = NULL;
    d->compiled = false;
    arg(&c, "spin");
    arg(&c, arena_printf(d->a, "-P%s -std=gnu99 -E -x c", d->cc));
    arg(&c, define_of(q));
    arg(&c, q->count ? "-o2" : NULL); /* else what is only written does not tell states apart */
    arg(&c, "-a");
    arg(&c, MODEL);
    discard(d, "pan.c");
    struct process_result r = run(d, &c, deadline);
    struct spin_result result = judge_tool(d, "spin", &r);
    if (result.answer == SPIN_HOLDS && strstr(buf_cstr(&r.output), "Error:") != NULL)
        result = answer(SPIN_ERROR, arena_printf(d->a, "spin refuses the model: %.400s", buf_cstr(&r.output)));
    buf_free(&r.output);
    if (result.answer == SPIN_HOLDS)
        d->translated = define;
    return result;
}

static bool same_attempt(const struct attempt *a, const struct attempt *b)
{
    return a->optimised == b->optimised && a->compressed == b->compressed && a->partial == b->partial;
}

/* Bytes of a state, at least as many as it has: too few is an error when it runs, too many only waste. */
static uint32_t vector_size(const struct model *m)
{
    uint32_t n = 2048 + 64 * m->n_participants + 8 * m->n_crashes;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        n += (m->phased ? 5 : 1) * m->lanes[l].capacity + 32;
    if (m->system != NULL)
        n += 8 * (m->system->n_instances + m->system->n_supervisors);
    return n;
}

static struct spin_result compile(struct driver *d, const struct question *q, const struct attempt *t, double deadline)
{
    struct command c = {0};
    if (d->compiled && same_attempt(&d->how, t))
        return answer(SPIN_HOLDS, NULL);
    arg(&c, d->cc);
    arg(&c, "-w");
    arg(&c, t->optimised ? "-O2" : "-O0");
    arg(&c, arena_printf(d->a, "-DMEMLIM=%u", d->megabytes));
    arg(&c, arena_printf(d->a, "-DVECTORSZ=%u", vector_size(semantics_model(d->s))));
    if (q->claim != NULL) {
        arg(&c, arena_printf(d->a, "-DNFAIR=%u", (d->m->n_processes + 2) / 4 + 1));
        arg(&c, "-DNOREDUCE"); /* every step writes ev: there is nothing to reduce, and X would forbid it */
    } else {
        arg(&c, "-DSAFETY");
        arg(&c, "-DNOCLAIM");
        arg(&c, q->count || model_is_entangled(semantics_model(d->s)) ? "-DNOREDUCE" : NULL);
    }
    arg(&c, t->compressed ? "-DCOLLAPSE" : NULL);
    arg(&c, t->partial ? "-DBITSTATE" : NULL);
    arg(&c, "-o");
    arg(&c, "pan");
    arg(&c, "pan.c");
    discard(d, "pan");
    struct process_result r = run(d, &c, deadline);
    struct spin_result result = judge_tool(d, "the C compiler", &r);
    buf_free(&r.output);
    d->compiled = result.answer == SPIN_HOLDS;
    d->how = *t;
    return result;
}

/* ---- reports ---- */

/* Did the search look for what it was asked for? */
static bool looked_for(const struct driver *d, const struct question *q, const struct spin_report *r)
{
    if (q->claim != NULL)
        return r->claim != NULL && strcmp(r->claim, q->claim) == 0 && r->cycles &&
               r->fair == semantics_model(d->s)->fair_weak;
    return r->claim == NULL && r->assertions && r->end_states == q->end_states;
}

static bool fits(const struct question *q, enum spin_finding f)
{
    if (q->claim != NULL) /* a bad prefix shows as an assertion of the claim */
        return f == FINDING_CYCLE || f == FINDING_ASSERTION;
    return f == FINDING_ASSERTION || (f == FINDING_END_STATE && q->end_states);
}

static const char *stop_reason(enum spin_stop s)
{
    switch (s) {
    case STOP_TIME: return "the time was up";
    case STOP_MEMORY: return "the memory was used up";
    case STOP_DEPTH: return "runs are longer than the search can follow";
    case STOP_COUNTER: return "some role missed 15 events in a row (they are counted no further)";
    case STOP_NONE: break;
    }
    return "only a part of the states was kept";
}

/* *stop says which budget ran out when the answer is SPIN_INCONCLUSIVE. */
static struct spin_result judge_report(struct driver *d, const struct question *q, const struct process_result *p,
                                       enum spin_stop *why)
{
    struct spin_report r = spin_report_read(d->a, buf_cstr(&p->output));
    struct spin_result result = answer(SPIN_ERROR, r.problem);
    *why = p->end == PROCESS_TIMEOUT && r.stop == STOP_NONE ? STOP_TIME : r.stop;
    if (p->end == PROCESS_INTERRUPTED) {
        result = answer(SPIN_INCONCLUSIVE, "interrupted");
    } else if (r.finding != FINDING_NONE && r.problem == NULL) {
        bool good = fits(q, r.finding) && looked_for(d, q, &r) && !q->count;
        result = good ? answer(SPIN_VIOLATED, NULL)
                      : answer(SPIN_ERROR, "the verifier found what it was not asked for");
    } else if (p->end == PROCESS_TIMEOUT) { /* its report may break off */
        result = answer(SPIN_INCONCLUSIVE, stop_reason(STOP_TIME));
    } else if (p->end == PROCESS_NOT_FOUND || p->end == PROCESS_FAILED) {
        result = judge_tool(d, "the verifier", p);
    } else if (r.problem == NULL && p->truncated) {
        result = answer(SPIN_ERROR, "the verifier printed too much");
    } else if (r.problem == NULL && p->end == PROCESS_SIGNALED && r.stop != STOP_MEMORY) {
        result = answer(SPIN_ERROR, arena_printf(d->a, "the verifier was ended by signal %d", p->status));
    } else if (r.problem == NULL && !r.exhaustive) {
        result = answer(SPIN_INCONCLUSIVE, stop_reason(r.stop));
    } else if (r.problem == NULL) {
        result = looked_for(d, q, &r) ? answer(SPIN_HOLDS, NULL)
                                      : answer(SPIN_ERROR, "the verifier did not look for what it was asked for");
    }
    result.states = r.states;
    return result;
}

/* The stack counts as memory at once, though it is taken as it is touched. */
static uint64_t depth(const struct driver *d, const struct attempt *t)
{
    uint64_t n = (uint64_t)d->megabytes * (t->deep ? LARGE_DEPTH : SMALL_DEPTH);
    return !t->deep && n > ENOUGH_DEPTH ? ENOUGH_DEPTH : n > INT32_MAX ? INT32_MAX : n;
}

static struct spin_result verify(struct driver *d, const struct question *q, const struct attempt *t, double deadline,
                                 enum spin_stop *why)
{
    struct command c = {0};
    arg(&c, "./pan");
    arg(&c, "-n");
    arg(&c, arena_printf(d->a, "-m%llu", (unsigned long long)depth(d, t)));
    arg(&c, t->partial ? "-w27" : "-w20");
    if (q->claim != NULL) {
        arg(&c, "-a");
        arg(&c, semantics_model(d->s)->fair_weak ? "-f" : NULL);
        arg(&c, "-N");
        arg(&c, q->claim);
    } else {
        arg(&c, !q->end_states ? "-E" : q->define == NULL ? "-q" : NULL); /* -q: nothing is left in a lane at the end */
    }
    discard(d, MODEL ".trail");
    struct process_result p = run(d, &c, deadline);
    struct spin_result r = judge_report(d, q, &p, why);
    buf_free(&p.output);
    return r;
}

/* ---- trails ---- */

static struct spin_trail read_trail(struct driver *d, const struct question *q, double deadline)
{
    struct command c = {.output = ACCOUNT};
    arg(&c, "spin");
    arg(&c, arena_printf(d->a, "-P%s -std=gnu99 -E -x c", d->cc));
    arg(&c, define_of(q));
    arg(&c, "-t");
    arg(&c, "-p");
    arg(&c, MODEL);
    struct process_result p = run(d, &c, deadline);
    struct spin_trail t = {.problem = "spin -t failed", .too_long = p.truncated || p.end == PROCESS_TIMEOUT};
    if (p.end == PROCESS_EXITED && !p.truncated) /* its exit status is 1 after a failed assertion */
        t = spin_trail_read(d->a, buf_cstr(&p.output), MODEL, d->m->lines, d->m->n_lines);
    buf_free(&p.output);
    return t;
}

/* Why the trail is no counterexample to the formula, or NULL. */
static const char *doubt_run(struct driver *d, const struct question *q, struct spin_trail *t)
{
    const struct model *m = semantics_model(d->s);
    struct lasso l = {t->steps.n, t->steps.steps, t->cycle};
    if (!t->has_cycle) /* all that starts like this breaks the formula: any way to go on will do */
        l = lasso_extend(d->a, d->s, t->steps.steps, t->steps.n, CLOSING_STEPS);
    if (!t->has_cycle && l.steps == NULL)
        return NULL; /* it replays, and no run that goes on from it is short enough to judge */
    if (!lasso_is_run(d->a, d->s, &l))
        return "the cycle of SPIN's trail does not come back to where it starts";
    if (t->has_cycle && m->fair_weak && !lasso_is_fair(d->a, d->s, &l))
        return "SPIN's trail is not fair";
    if (lasso_satisfies(d->a, d->s, &l, m->verify->ltls[q->ltl].formula))
        return "SPIN's trail satisfies the formula";
    t->steps = (struct trail){l.n, (struct step *)(uintptr_t)l.steps};
    t->cycle = l.cycle;
    return NULL;
}

/* Nothing is taken on SPIN's word: the trail must replay and show the violation. */
static void attach_trail(struct driver *d, const struct question *q, struct spin_result *r)
{
    struct spin_trail t = read_trail(d, q, process_clock() + 60);
    const char *doubt = t.problem;
    if (doubt == NULL) {
        struct replay again = replay(d->a, d->s, t.steps.steps, t.steps.n);
        if (!again.ok)
            doubt = arena_printf(d->a, "step %u of SPIN's trail is not possible", again.failed + 1);
        else if (q->claim != NULL)
            doubt = doubt_run(d, q, &t);
        else if (!again.broken[q->safety])
            doubt = "SPIN's trail does not end in the violation";
    }
    if (doubt != NULL && process_guard_interrupted())
        *r = answer(SPIN_INCONCLUSIVE, "interrupted");
    else if (t.too_long)
        *r = answer(SPIN_INCONCLUSIVE, "it found an error, on a trail that is too long to be read back");
    else if (doubt != NULL)
        *r = answer(SPIN_ERROR, doubt);
    r->trail = t.steps;
    r->cycle = t.cycle;
}

/* ---- one search, within the budget ---- */

/* Is there another way to search after this one ended for that reason? */
static bool next_attempt(struct attempt *t, enum spin_stop why, bool time_left)
{
    struct attempt old = *t;
    if (!time_left || why == STOP_NONE || why == STOP_COUNTER)
        return false;
    if (why == STOP_TIME && old.optimised)
        return false;
    if (why == STOP_MEMORY && old.partial)
        return false;
    if (why == STOP_DEPTH && old.deep)
        return false;
    t->optimised = true;
    t->deep = old.deep || why == STOP_DEPTH;
    t->partial = why == STOP_MEMORY && old.compressed;
    t->compressed = (old.compressed || why == STOP_MEMORY) && !t->partial;
    return true;
}

static double earlier(double a, double b)
{
    return a == 0 ? b : b == 0 ? a : a < b ? a : b;
}

static struct spin_result search(struct driver *d, const struct question *q)
{
    double start = process_clock(), end = d->budget->seconds > 0 ? start + d->budget->seconds : 0;
    struct attempt t = {false, false, false, false};
    uint64_t covered = 0;
    bool again = true;
    struct spin_result r = translate(d, q, end);
    while (r.answer == SPIN_HOLDS && again) {
        enum spin_stop why = STOP_NONE;
        r = compile(d, q, &t, end);
        if (r.answer != SPIN_HOLDS)
            break;
        r = verify(d, q, &t, t.optimised ? end : earlier(end, process_clock() + FIRST_SECONDS), &why);
        covered = r.states > covered ? r.states : covered;
        bool time_left = !process_guard_interrupted() && (end == 0 || process_clock() + 1 < end);
        again = r.answer == SPIN_INCONCLUSIVE && next_attempt(&t, why, time_left);
        if (again)
            r.answer = SPIN_HOLDS; /* so far */
    }
    if (r.answer == SPIN_INCONCLUSIVE)
        r.states = covered;
    uint64_t states = r.states;
    if (r.answer == SPIN_VIOLATED && (q->define != NULL || q->claim != NULL))
        attach_trail(d, q, &r);
    r.states = states;
    r.seconds = process_clock() - start;
    return r;
}

/* ---- all properties ---- */

static const struct question each_safety[SAFETY_KINDS] = {
    [SAFETY_DEADLOCK] = {.define = "-DONLY_DEADLOCK", .end_states = true, .safety = SAFETY_DEADLOCK},
    [SAFETY_FIDELITY] = {.define = "-DONLY_FIDELITY", .safety = SAFETY_FIDELITY},
    [SAFETY_ORPHAN] = {.define = "-DONLY_ORPHANS", .safety = SAFETY_ORPHAN},
};

/* One search for all three; when it finds an error, one for each. */
static void check_safety(struct driver *d, struct spin_check *c)
{
    struct spin_result all = search(d, &(struct question){.end_states = true});
    bool some = false;
    for (int k = 0; k < SAFETY_KINDS; k++) {
        c->safety[k] = all.answer == SPIN_VIOLATED ? search(d, &each_safety[k]) : all;
        some = some || c->safety[k].answer != SPIN_HOLDS;
    }
    for (int k = 0; all.answer == SPIN_VIOLATED && !some && k < SAFETY_KINDS; k++)
        c->safety[k] = answer(SPIN_ERROR, "the searches for one property contradict the one for all");
}

static void fill(struct spin_check *c, struct spin_result r)
{
    for (int k = 0; k < SAFETY_KINDS; k++)
        c->safety[k] = r;
    for (uint32_t i = 0; i < c->n_ltl; i++)
        c->ltl[i] = r;
}

static void check_all(struct driver *d, struct spin_check *c)
{
    check_safety(d, c);
    for (uint32_t i = 0; i < c->n_ltl; i++)
        c->ltl[i] = search(d, &(struct question){.claim = d->m->claims[i], .ltl = i});
}

static struct driver driver_new(struct arena *a, const struct semantics *s, const struct spin_model *m,
                                const struct budget *b)
{
    uint64_t megabytes = b->bytes >> 20;
    struct driver d = {.a = a, .s = s, .m = m, .budget = b};
    d.megabytes = b->bytes == 0 ? DEFAULT_MEGABYTES : megabytes == 0 ? 1 : megabytes > 1000000 ? 1000000 : megabytes;
    return d;
}

/* The folder with the model in it; else why not. */
static const char *set_up(struct driver *d)
{
    d->dir = make_folder(d->a);
    if (d->dir == NULL)
        return arena_printf(d->a, "no temporary folder: %s", strerror(errno));
    if (!write_model(d))
        return arena_printf(d->a, "the temporary folder cannot be written: %s", strerror(errno));
    return NULL;
}

static void tear_down(struct driver *d)
{
    if (d->dir != NULL)
        remove_folder(d->a, d->dir);
}

struct spin_check *spin_check(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b)
{
    struct spin_check *c = ARENA_NEW(a, struct spin_check);
    struct driver d = driver_new(a, s, m, b);
    double start = process_clock();
    c->n_ltl = m->n_claims;
    c->ltl = ARENA_ARRAY(a, struct spin_result, m->n_claims);
    if (!find_tools(&d)) {
        c->missing = d.missing;
        c->package = d.package;
        fill(c, answer(SPIN_NO_TOOL, arena_printf(a, "%s is not installed (Debian package %s)", d.missing, d.package)));
        return c;
    }
    process_guard_begin();
    c->trouble = set_up(&d);
    if (c->trouble != NULL)
        fill(c, answer(SPIN_NO_TOOL, c->trouble));
    else
        check_all(&d, c);
    tear_down(&d);
    c->interrupted = process_guard_interrupted();
    process_guard_end();
    c->seconds = process_clock() - start;
    return c;
}

struct spin_result spin_count(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b)
{
    struct driver d = driver_new(a, s, m, b);
    if (!find_tools(&d))
        return answer(SPIN_NO_TOOL, d.missing);
    process_guard_begin();
    const char *problem = set_up(&d);
    struct spin_result r = problem ? answer(SPIN_ERROR, problem)
                                   : search(&d, &(struct question){.define = "-DCOUNT_STATES", .count = true});
    tear_down(&d);
    process_guard_end();
    return r;
}
