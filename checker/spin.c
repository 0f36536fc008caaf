#include "spin.h"

#include <stdio.h>
#include <string.h>

#include "lasso.h"
#include "process.h"
#include "spin_private.h"
#include "spin_report.h"
#include "spin_trail.h"

enum {
    FIRST_SECONDS = 3,              /* for the search that is compiled without optimisation */
    DEFAULT_MEGABYTES = 2048,       /* when the budget has no limit */
    FIRST_DEPTH = 20000,            /* steps of the longest run, at first: their room is cleared before the search */
    SMALL_DEPTH = 4000,             /* steps a megabyte, later: a fifth of the memory for the stack */
    LARGE_DEPTH = 8000,
    ENOUGH_DEPTH = 1000000,         /* for the second, whatever the memory */
    ACCOUNT = 512 << 20,            /* bytes of a trail told step by step */
    CLOSING_STEPS = 2000            /* to make an infinite run of a finite one */
};

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
    struct spin_result result = spin_answer_of(SPIN_ERROR, r.problem);
    *why = p->end == PROCESS_TIMEOUT && r.stop == STOP_NONE ? STOP_TIME : r.stop;
    if (p->end == PROCESS_INTERRUPTED) {
        result = spin_answer_of(SPIN_INCONCLUSIVE, "interrupted");
    } else if (r.finding != FINDING_NONE && r.problem == NULL) {
        bool good = fits(q, r.finding) && looked_for(d, q, &r) && !q->count;
        result = good ? spin_answer_of(SPIN_VIOLATED, NULL)
                      : spin_answer_of(SPIN_ERROR, "the verifier found what it was not asked for");
    } else if (p->end == PROCESS_TIMEOUT) { /* its report may break off */
        result = spin_answer_of(SPIN_INCONCLUSIVE, stop_reason(STOP_TIME));
    } else if (p->end == PROCESS_NOT_FOUND || p->end == PROCESS_FAILED) {
        result = spin_judge_tool(d, "the verifier", p);
    } else if (r.problem == NULL && p->truncated) {
        result = spin_answer_of(SPIN_ERROR, "the verifier printed too much");
    } else if (r.problem == NULL && p->end == PROCESS_SIGNALED && r.stop != STOP_MEMORY) {
        result = spin_answer_of(SPIN_ERROR, arena_printf(d->a, "the verifier was ended by signal %d", p->status));
    } else if (r.problem == NULL && !r.exhaustive) {
        result = spin_answer_of(SPIN_INCONCLUSIVE, stop_reason(r.stop));
    } else if (r.problem == NULL) {
        result = looked_for(d, q, &r) ? spin_answer_of(SPIN_HOLDS, NULL)
                                      : spin_answer_of(SPIN_ERROR, "the verifier did not look for what it was asked for");
    }
    result.states = r.states;
    return result;
}

/* The stack counts as memory at once, though it is taken as it is touched. */
static uint64_t longest_run(const struct driver *d, const struct attempt *t)
{
    uint64_t most = (uint64_t)d->megabytes * (t->depth < 2 ? SMALL_DEPTH : LARGE_DEPTH);
    uint64_t wanted = t->depth == 0 ? FIRST_DEPTH : t->depth == 1 ? ENOUGH_DEPTH : INT32_MAX;
    return most < wanted ? most : wanted;
}

static struct spin_result verify(struct driver *d, const struct question *q, const struct attempt *t, double deadline,
                                 enum spin_stop *why)
{
    struct command c = {0};
    command_add(&c, "./pan");
    command_add(&c, "-n");
    command_add(&c, arena_printf(d->a, "-m%llu", (unsigned long long)longest_run(d, t)));
    command_add(&c, t->partial ? "-w27" : t->optimised ? "-w20" : "-w16");
    if (q->claim != NULL) {
        command_add(&c, "-a");
        command_add(&c, semantics_model(d->s)->fair_weak ? "-f" : NULL);
        command_add(&c, "-N");
        command_add(&c, q->claim);
    } else {
        command_add(&c, !q->end_states ? "-E" : q->define == NULL ? "-q" : NULL); /* -q: nothing is left in a lane at the end */
    }
    spin_discard(d, SPIN_MODEL ".trail");
    struct process_result p = command_run(d, &c, deadline);
    struct spin_result r = judge_report(d, q, &p, why);
    buf_free(&p.output);
    return r;
}

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
static bool next_attempt(struct attempt *t, enum spin_stop why, bool time_left)
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
    struct attempt t = {0};
    uint64_t covered = 0;
    bool again = true;
    struct spin_result r = spin_translate(d, q, end);
    while (r.answer == SPIN_HOLDS && again) {
        enum spin_stop why = STOP_NONE;
        r = spin_compile(d, q, &t, end);
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
                                const struct budget *b)
{
    uint64_t megabytes = b->bytes >> 20;
    struct driver d = {.a = a, .s = s, .m = m, .budget = b};
    d.megabytes = b->bytes == 0 ? DEFAULT_MEGABYTES : megabytes == 0 ? 1 : megabytes > 1000000 ? 1000000 : megabytes;
    return d;
}

struct spin_check *spin_check(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b)
{
    struct spin_check *c = ARENA_NEW(a, struct spin_check);
    struct driver d = driver_new(a, s, m, b);
    double start = process_clock();
    c->n_ltl = m->n_claims;
    c->ltl = ARENA_ARRAY(a, struct spin_result, m->n_claims);
    if (!spin_find_tools(&d)) {
        c->missing = d.missing;
        c->package = d.package;
        fill(c, spin_answer_of(SPIN_NO_TOOL, arena_printf(a, "%s is not installed (Debian package %s)", d.missing, d.package)));
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

struct spin_result spin_count(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b)
{
    struct driver d = driver_new(a, s, m, b);
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
