#include "spin.h"

#include <stdio.h>
#include <string.h>

#include "lasso.h"
#include "process.h"
#include "spin_private.h"
#include "spin_report.h"
#include "spin_trail.h"

enum {
    FIRST_SECONDS = 3,        /* for the search that is compiled without optimisation */
    DEFAULT_MEGABYTES = 2048, /* when the budget has no limit */
    ACCOUNT = 512 << 20,      /* bytes of a trail told step by step */
    CLOSING_STEPS = 2000      /* to make an infinite run of a finite one */
};

/* ---- trails ---- */

static struct spin_trail read_trail(struct driver *d, const struct question *q, double deadline)
{
    struct command c = {.output = ACCOUNT};
    command_add(&c, "spin");
    command_add_property(d, &c, q);
    command_add(&c, "-t");
    command_add(&c, "-p");
    command_add(&c, SPIN_MODEL);
    struct process_result p = command_run(d, &c, deadline);
    struct spin_trail t = {.problem = "spin -t failed", .too_long = p.truncated || p.end == PROCESS_TIMEOUT};
    if (p.end == PROCESS_EXITED && !p.truncated) /* its exit status is 1 after a failed assertion */
        t = spin_trail_read(d->a, buf_cstr(&p.output), SPIN_MODEL, d->m->lines, d->m->n_lines);
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
        *r = spin_answer_of(SPIN_INCONCLUSIVE, "interrupted");
    else if (t.too_long)
        *r = spin_answer_of(SPIN_INCONCLUSIVE, "it found an error, on a trail that is too long to be read back");
    else if (doubt != NULL)
        *r = spin_answer_of(SPIN_ERROR, doubt);
    r->trail = t.steps;
    r->cycle = t.cycle;
}

/* ---- one search, within the budget ---- */

/* Is there another way to search after this one ended for that reason? */
static bool next_attempt(const struct driver *d, const struct question *q, struct attempt *t, enum spin_stop why,
                         bool time_left)
{
    struct attempt old = *t;
    if (!time_left || why == STOP_NONE || why == STOP_COUNTER)
        return false;
    if (why == STOP_TIME && old.optimised)
        return false;
    if (why == STOP_MEMORY && old.partial)
        return false;
    if (why == STOP_DEPTH && old.depth + 1 == DEPTHS)
        return false;
    bool longer = why == STOP_DEPTH && old.depth == 0; /* the same verifier can do that */
    t->optimised = old.optimised || !longer;
    t->depth = old.depth + (why == STOP_DEPTH);
    t->partial = old.partial || (why == STOP_MEMORY && old.compressed);
    t->compressed = (old.compressed || why == STOP_MEMORY) && !t->partial;
    if (t->optimised && !old.optimised && spin_on_cores(d, q))
        t->cores = d->how.cores;
    if (t->partial)
        t->cores = 1;
    return true;
}

static double earlier(double a, double b)
{
    return a == 0 ? b : b == 0 ? a : a < b ? a : b;
}

/* The verifier for several cores may not work everywhere: it needs a lot of shared memory. */
static bool goes_on_alone(struct attempt *t, const struct spin_result *r)
{
    bool can = r->answer == SPIN_ERROR && t->cores > 1;
    if (can)
        t->cores = 1;
    return can;
}

static struct spin_result one_attempt(struct driver *d, const struct question *q, const struct attempt *t, double end,
                                      enum spin_stop *why)
{
    struct spin_result r = spin_compile(d, q, t, end);
    if (r.answer != SPIN_HOLDS)
        return r;
    return spin_verify(d, q, t, t->optimised ? end : earlier(end, process_clock() + FIRST_SECONDS), why);
}

/* Attempts, until one has an answer. */
static struct spin_result climb(struct driver *d, const struct question *q, struct attempt t, double end)
{
    struct spin_result r;
    uint64_t covered = 0;
    enum spin_stop why;
    bool time_left;
    do {
        why = STOP_NONE;
        r = one_attempt(d, q, &t, end, &why);
        covered = r.states > covered ? r.states : covered;
        time_left = !process_guard_interrupted() && (end == 0 || process_clock() + 1 < end);
    } while ((time_left && goes_on_alone(&t, &r)) ||
             (r.answer == SPIN_INCONCLUSIVE && next_attempt(d, q, &t, why, time_left)));
    if (r.answer != SPIN_INCONCLUSIVE)
        return r;
    r.states = covered;
    if (t.partial && !process_guard_interrupted())
        r.why = arena_printf(d->a, "bitstate search: covered %llu states, not exhaustive%s%s",
                             (unsigned long long)covered, why == STOP_NONE ? "" : "; ",
                             why == STOP_NONE ? "" : spin_stop_reason(why));
    return r;
}

static struct spin_result search(struct driver *d, const struct question *q)
{
    double start = process_clock(), end = d->budget->seconds > 0 ? start + d->budget->seconds : 0;
    bool partial = d->how.search != SPIN_EXHAUSTIVE && !q->count;
    struct attempt first = {.partial = partial, .depth = partial};
    struct spin_result r = spin_translate(d, q, end);
    if (r.answer == SPIN_HOLDS)
        r = partial && d->how.search == SPIN_SWARM ? spin_swarm(d, q, end) : climb(d, q, first, end);
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
    [SAFETY_GAVE_UP] = {.define = "-DONLY_RECOVERY", .safety = SAFETY_GAVE_UP},
};

/* One search for all; when it finds an error, one for each. Without crashes nobody gives up. */
static void check_safety(struct driver *d, struct spin_check *c)
{
    struct spin_result all = search(d, &(struct question){.end_states = true});
    bool some = false;
    for (int k = 0; k < SAFETY_KINDS; k++) {
        bool possible = k != SAFETY_GAVE_UP || model_has_crashes(semantics_model(d->s));
        c->safety[k] = all.answer != SPIN_VIOLATED ? all
                       : possible                  ? search(d, &each_safety[k])
                                                   : spin_answer_of(SPIN_HOLDS, NULL);
        some = some || c->safety[k].answer != SPIN_HOLDS;
    }
    for (int k = 0; all.answer == SPIN_VIOLATED && !some && k < SAFETY_KINDS; k++)
        c->safety[k] = spin_answer_of(SPIN_ERROR, "the searches for one property contradict the one for all");
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
                                const struct budget *b, const struct spin_how *how)
{
    uint64_t megabytes = b->bytes >> 20;
    struct driver d = {.a = a, .s = s, .m = m, .budget = b, .how = *how};
    d.megabytes = b->bytes == 0 ? DEFAULT_MEGABYTES : megabytes == 0 ? 1 : megabytes > 1000000 ? 1000000 : megabytes;
    return d;
}

struct spin_check *spin_check_how(struct arena *a, const struct semantics *s, const struct spin_model *m,
                                  const struct budget *b, const struct spin_how *how)
{
    struct spin_check *c = ARENA_NEW(a, struct spin_check);
    struct driver d = driver_new(a, s, m, b, how);
    double start = process_clock();
    c->n_ltl = m->n_claims;
    c->ltl = ARENA_ARRAY(a, struct spin_result, m->n_claims);
    if (!spin_find_tools(&d)) {
        c->missing = d.missing;
        c->package = d.package;
        fill(c, spin_answer_of(SPIN_NO_TOOL, arena_printf(a, "%s is not installed (Debian package %s)", d.missing,
                                                          d.package)));
        return c;
    }
    process_guard_begin();
    c->trouble = spin_set_up(&d);
    if (c->trouble != NULL)
        fill(c, spin_answer_of(SPIN_NO_TOOL, c->trouble));
    else
        check_all(&d, c);
    spin_tear_down(&d);
    c->interrupted = process_guard_interrupted();
    process_guard_end();
    c->seconds = process_clock() - start;
    return c;
}

struct spin_check *spin_check(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b)
{
    return spin_check_how(a, s, m, b, &(struct spin_how){SPIN_EXHAUSTIVE, 1});
}

struct spin_result spin_count(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b)
{
    struct driver d = driver_new(a, s, m, b, &(struct spin_how){SPIN_EXHAUSTIVE, 1});
    if (!spin_find_tools(&d))
        return spin_answer_of(SPIN_NO_TOOL, d.missing);
    process_guard_begin();
    const char *problem = spin_set_up(&d);
    struct spin_result r = problem ? spin_answer_of(SPIN_ERROR, problem)
                                   : search(&d, &(struct question){.define = "-DCOUNT_STATES", .count = true});
    spin_tear_down(&d);
    process_guard_end();
    return r;
}
