/* actor.c -- an actor's turn: what its phase asks for, then a batch of its ready participants.
 *
 * `scheduled` says who may run the actor: IDLE nobody, QUEUED whoever takes it from a run queue, RUNNING its runner.
 * A wake-up sets QUEUED: from IDLE it must queue the actor; from RUNNING it leaves a note, on which the runner's
 * attempt to go from RUNNING to IDLE fails, so that nothing pushed before the wake-up is overlooked.
 */
#include "core.h"

#include <string.h>

enum { IDLE = 0, QUEUED = 1, RUNNING = 2, BATCH = 64 };

void motet__actor_wake(motet__actor *a)
{
    /* acq_rel: what was pushed (or the phase that was set) before this is visible to the runner whose exchange to
     * RUNNING, or failed compare-and-swap to IDLE, follows it in this word's order (motet__actor_run, rest). */
    if (atomic_exchange_explicit(&a->scheduled, QUEUED, memory_order_acq_rel) == IDLE) {
        motet__sched_push(a->sys, a);
    }
}

static void start(motet__actor *a)
{
    motet__start s = {.actor = a,
                      .start = {.name = a->name,
                                .index = a->index,
                                .incarnation = a->incarnation,
                                .env = a->sys->env,
                                .failure = a->failure,
                                .system = a->sys}};
    if (a->type->state_size > 0) {
        memset(a->state, 0, a->type->state_size);
    }
    motet__sup_started(a, a->type->init ? a->type->init(a->state, &s.start) : MOTET_DONE);
}

/* Whether the actor is to end and has no participant left that must be told. */
static bool may_end(motet__actor *a)
{
    motet__phase phase = motet__actor_phase(a);
    /* relaxed: no session joins in these phases, and only this context counts down. */
    return (phase == MOTET__FAILING || phase == MOTET__STOPPING) &&
           atomic_load_explicit(&a->held, memory_order_relaxed) == 0;
}

static void end(motet__actor *a)
{
    if (a->type->fini) {
        a->type->fini(a->state);
    }
    motet__sup_ended(a);
}

/* Whether the actor's context has something to do. */
static bool has_work(motet__actor *a)
{
    return motet__inbox_ready(&a->inbox) || motet__actor_phase(a) == MOTET__STARTING || may_end(a);
}

/* Gives the actor up, or queues it again when it has more to do. */
static void rest(motet__actor *a)
{
    uint32_t running = RUNNING;
    if (has_work(a)) {
        /* acq_rel: passes on, to the next runner, what the wake-ups that left a note here made visible. */
        atomic_exchange_explicit(&a->scheduled, QUEUED, memory_order_acq_rel);
        motet__sched_push(a->sys, a);
    /* acq_rel: release hands the actor's state to the next runner, through the wake that takes it from IDLE. */
    } else if (!atomic_compare_exchange_strong_explicit(&a->scheduled, &running, IDLE, memory_order_acq_rel,
                                                        memory_order_acquire)) {
        motet__sched_push(a->sys, a);
    }
}

void motet__actor_run(motet__worker *w, motet__actor *a)
{
    /* acq_rel: acquire sees the last runner's state and what was pushed before the wake-up; partner: _wake, rest. */
    atomic_exchange_explicit(&a->scheduled, RUNNING, memory_order_acq_rel);
    if (motet__actor_phase(a) == MOTET__STARTING) {
        start(a);
    }
    for (int i = 0; i < BATCH; i++) {
        motet__link *ready = motet__inbox_pop(&a->inbox);
        if (!ready) {
            break;
        }
        motet_status status = motet__session_run(w, (motet_session *)(void *)ready);
        if (status != MOTET_DONE) {
            motet__sup_failed(a, status);
        }
    }
    if (may_end(a)) {
        end(a);
    }
    rest(a);
}
