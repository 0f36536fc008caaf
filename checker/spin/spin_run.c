/* spin_run.c -- one run of the verifier, and what its report is worth. See spin_private.h. */
#include <stdio.h>
#include <string.h>

#include "spin_private.h"

enum {
    FIRST_DEPTH = 20000,    /* steps of the longest run, at first: their room is cleared before the search */
    SMALL_DEPTH = 4000,     /* steps a megabyte, later: a fifth of the memory for the stack */
    LARGE_DEPTH = 8000,     /* it counts as memory at once, though it is taken as it is touched */
    ENOUGH_DEPTH = 1000000, /* for the second, whatever the memory */
    FEW_BITS = 27,          /* of a bitstate search, as a power of 2: the first is to start at once */
    MOST_BITS = 36,
    HASH_SEEDS = 500        /* that a verifier has */
};

/* Did the search look for what it was asked for? */
static bool looked_for(const struct driver *d, const struct question *q, const struct spin_report *r)
{
    bool fair = semantics_model(d->s)->fair_weak;
    if (q->claim != NULL) /* SPIN may find out by itself that nothing fulfils the negation of the formula */
        return r->claim != NULL && strcmp(r->claim, q->claim) == 0 &&
               (r->cycles ? r->fair == fair : r->no_acceptance);
    return r->claim == NULL && r->assertions && r->end_states == q->end_states;
}

static bool fits(const struct question *q, enum spin_finding f)
{
    if (q->claim != NULL) /* a bad prefix shows as an assertion of the claim */
        return f == FINDING_CYCLE || f == FINDING_ASSERTION;
    return f == FINDING_ASSERTION || (f == FINDING_END_STATE && q->end_states);
}

const char *spin_stop_reason(enum spin_stop s)
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

struct spin_result spin_judge_run(struct driver *d, const struct question *q, const struct attempt *t,
                                  const struct process_result *p, enum spin_stop *why)
{
    struct spin_report r = spin_report_read(d->a, buf_cstr(&p->output));
    struct spin_result result = spin_answer_of(SPIN_ERROR, r.problem);
    *why = p->end == PROCESS_TIMEOUT && r.stop == STOP_NONE ? STOP_TIME : r.stop;
    if (p->end == PROCESS_INTERRUPTED) {
        result = spin_answer_of(SPIN_INCONCLUSIVE, "interrupted");
    } else if (r.finding != FINDING_NONE && r.problem == NULL) {
        bool told = t->cores > 1 || looked_for(d, q, &r); /* of several cores none sums up: its trail must do */
        bool good = fits(q, r.finding) && told && !q->count;
        result = good ? spin_answer_of(SPIN_VIOLATED, NULL)
                      : spin_answer_of(SPIN_ERROR, "the verifier found what it was not asked for");
    } else if (p->end == PROCESS_TIMEOUT) { /* its report may break off */
        result = spin_answer_of(SPIN_INCONCLUSIVE, spin_stop_reason(STOP_TIME));
    } else if (p->end == PROCESS_NOT_FOUND || p->end == PROCESS_FAILED) {
        result = spin_judge_tool(d, "the verifier", p);
    } else if (r.problem == NULL && p->truncated) {
        result = spin_answer_of(SPIN_ERROR, "the verifier printed too much");
    } else if (r.problem == NULL && p->end == PROCESS_SIGNALED && r.stop != STOP_MEMORY) {
        result = spin_answer_of(SPIN_ERROR, arena_printf(d->a, "the verifier was ended by signal %d", p->status));
    } else if (r.problem == NULL && !r.exhaustive) {
        result = spin_answer_of(SPIN_INCONCLUSIVE, spin_stop_reason(r.stop));
    } else if (r.problem == NULL) {
        result = spin_answer_of(SPIN_HOLDS, NULL);
        if (!looked_for(d, q, &r))
            result = spin_answer_of(SPIN_ERROR, "the verifier did not look for what it was asked for");
    }
    result.states = r.states;
    if (t->partial && result.answer == SPIN_HOLDS)
        result = spin_answer_of(SPIN_ERROR, "the verifier says of a bitstate search that it was exhaustive");
    return result;
}

uint64_t spin_longest_run(const struct driver *d, const struct attempt *t)
{
    uint64_t most = (uint64_t)d->megabytes * (t->depth < 2 ? SMALL_DEPTH : LARGE_DEPTH);
    uint64_t wanted = t->depth == 0 ? FIRST_DEPTH : t->depth == 1 ? ENOUGH_DEPTH : INT32_MAX;
    return most < wanted ? most : wanted;
}

uint32_t spin_bitstate_table(const struct driver *d, bool first)
{
    uint32_t bits = 20;
    while (bits < (first ? FEW_BITS : MOST_BITS) && (UINT64_C(2) << bits) <= (uint64_t)d->megabytes << (20 + 3 - 2))
        bits++;
    return bits;
}

static void add_what_is_looked_for(struct command *c, struct driver *d, const struct question *q)
{
    if (q->claim == NULL) { /* -q: nothing is left in a lane at the end */
        command_add(c, !q->end_states ? "-E" : q->define == NULL ? "-q" : NULL);
        return;
    }
    command_add(c, "-a");
    command_add(c, semantics_model(d->s)->fair_weak ? "-f" : NULL);
    command_add(c, "-N");
    command_add(c, q->claim);
}

void command_add_search(struct command *c, struct driver *d, const struct question *q, const struct run_options *o)
{
    command_add(c, o->program);
    command_add(c, "-n");
    command_add(c, arena_printf(d->a, "-m%llu", (unsigned long long)o->depth));
    command_add(c, arena_printf(d->a, "-w%u", o->table));
    command_add(c, o->hashes ? arena_printf(d->a, "-k%u", o->hashes) : NULL);
    command_add(c, o->seed ? arena_printf(d->a, "-h%u", o->seed % HASH_SEEDS) : NULL);
    command_add(c, o->seed ? arena_printf(d->a, "-RS%u", o->seed) : NULL);
    command_add(c, o->reverse ? "-t_reverse" : NULL);
    add_what_is_looked_for(c, d, q);
}

/* The trail of whichever core wrote one becomes the usual one. */
static void take_trail_of_core(struct driver *d, uint32_t cores)
{
    for (uint32_t i = 0; i < cores; i++)
        rename(arena_printf(d->a, "%s/%s.cpu%u_trail", d->dir, SPIN_MODEL, i),
               arena_printf(d->a, "%s/%s.trail", d->dir, SPIN_MODEL));
}

struct spin_result spin_verify(struct driver *d, const struct question *q, const struct attempt *t, double deadline,
                               enum spin_stop *why)
{
    struct command c = {0};
    struct run_options o = {.program = "./pan", .depth = spin_longest_run(d, t)};
    o.table = t->partial ? spin_bitstate_table(d, !t->optimised) : t->optimised ? 20 : 16;
    command_add_search(&c, d, q, &o);
    spin_discard(d, SPIN_MODEL ".trail");
    struct process_result p = command_run(d, &c, deadline);
    if (t->cores > 1) {
        take_trail_of_core(d, t->cores);
        spin_remove_shared_memory(p.pid);
    }
    struct spin_result r = spin_judge_run(d, q, t, &p, why);
    buf_free(&p.output);
    return r;
}
