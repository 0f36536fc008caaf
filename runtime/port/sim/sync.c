/* sync.c -- the seam's side of a simulation: threads, locks, condition variables, the clock, faults. */
#include "simulation.h"

#include <stdlib.h>

/* ---- threads ---- */

static void thread_main(void *thread)
{
    motet_sim_thread *t = thread;
    t->run(t->arg);
    motet__sim_leave(t->sim);
}

static uint32_t free_number(const motet__sim *s)
{
    uint32_t i = 0;
    while (i < s->n_threads && s->threads[i]) {
        i++;
    }
    return i;
}

motet_sim_thread *motet__sim_thread_new(motet__sim *s, void (*run)(void *), void *arg)
{
    uint32_t number = free_number(s);
    motet_sim_thread *t = number < MOTET__SIM_THREADS ? calloc(1, sizeof *t) : NULL;
    if (!t) {
        return NULL;
    }
    bool made = run ? motet__fiber_make(&t->fiber, s->options.stack, thread_main, t) : motet__fiber_adopt(&t->fiber);
    if (!made) {
        free(t);
        return NULL;
    }
    t->sim = s;
    t->run = run;
    t->arg = arg;
    t->number = number;
    t->priority = (UINT64_C(2) << 32) + (motet__draw_next(&s->draws) >> 32);
    s->threads[number] = t;
    s->n_threads += number == s->n_threads;
    motet__sim_ready(s, t);
    return t;
}

static void *thread_start(motet_sim *sim, void (*run)(void *), void *arg)
{
    return motet__sim_thread_new(motet__sim_of(sim), run, arg);
}

static void thread_join(motet_sim *sim, void *thread)
{
    motet__sim *s = motet__sim_of(sim);
    motet_sim_thread *t = thread;
    while (!t->ended) {
        motet__sim_wait(s, &t->ended, MOTET__NEVER);
    }
    s->threads[t->number] = NULL;
    motet__fiber_free(&t->fiber);
    free(t);
}

motet_sim_thread *motet_sim_thread_start(motet_sim *sim, void (*run)(void *arg), void *arg)
{
    return thread_start(sim, run, arg);
}

void motet_sim_thread_join(motet_sim *sim, motet_sim_thread *thread)
{
    thread_join(sim, thread);
}

/* ---- time ---- */

static uint64_t clock_now(motet_sim *sim)
{
    motet__sim *s = motet__sim_of(sim);
    motet__sim_pass(s);
    return s->now;
}

static void rest(motet_sim *sim, uint64_t ns)
{
    motet__sim *s = motet__sim_of(sim);
    uint64_t until = ns < MOTET__NEVER - s->now ? s->now + ns : MOTET__NEVER;
    while (s->now < until) {
        motet__sim_wait(s, s->running, until);
    }
}

void motet_sim_sleep(motet_sim *sim, uint64_t ns)
{
    rest(sim, ns);
}

/* ---- locks and condition variables ---- */

static void lock_take(motet_sim *sim, bool *taken)
{
    motet__sim *s = motet__sim_of(sim);
    motet__sim_pass(s);
    while (*taken) {
        motet__sim_wait(s, taken, MOTET__NEVER);
    }
    *taken = true;
}

static void lock_release(motet_sim *sim, bool *taken)
{
    *taken = false;
    motet__sim_wake(motet__sim_of(sim), taken, true);
}

static void cond_wait(motet_sim *sim, const void *cond, bool *taken, uint64_t deadline)
{
    motet__sim *s = motet__sim_of(sim);
    lock_release(sim, taken);
    if (motet__sim_happens(s, MOTET_SIM_SPURIOUS)) {
        motet__sim_pass(s);
    } else if (s->now < deadline) {
        motet__sim_wait(s, cond, deadline);
    }
    lock_take(sim, taken);
}

static void cond_wake(motet_sim *sim, const void *cond, bool all)
{
    motet__sim_wake(motet__sim_of(sim), cond, all);
}

/* ---- what the core asks ---- */

static void point(motet_sim *sim)
{
    motet__sim_pass(motet__sim_of(sim));
}

static void yield(motet_sim *sim)
{
    motet__sim_yield(motet__sim_of(sim));
}

static uint64_t secret(motet_sim *sim)
{
    motet__draw d = {motet__sim_of(sim)->seed + ++motet__sim_of(sim)->secrets};
    return motet__draw_next(&d);
}

static bool fault(motet_sim *sim, motet_sim_fault what)
{
    return motet__sim_happens(motet__sim_of(sim), what);
}

static uint32_t choose(motet_sim *sim, uint32_t n)
{
    return motet__sim_choose(motet__sim_of(sim), n);
}

static void note(motet_sim *sim, uint64_t a, uint64_t b)
{
    motet__sim_hash(motet__sim_of(sim), a);
    motet__sim_hash(motet__sim_of(sim), b);
}

static uint64_t session_id(motet_sim *sim)
{
    return ++motet__sim_of(sim)->last_session;
}

static void begins(motet_sim *sim, motet_system *sys)
{
    motet__sim *s = motet__sim_of(sim);
    for (uint32_t i = 0; i < MOTET__SIM_SYSTEMS; i++) {
        if (!s->systems[i]) {
            s->systems[i] = sys;
            return;
        }
    }
}

static void ends(motet_sim *sim, motet_system *sys)
{
    motet__sim *s = motet__sim_of(sim);
    for (uint32_t i = 0; i < MOTET__SIM_SYSTEMS; i++) {
        if (s->systems[i] == sys) {
            s->systems[i] = NULL;
        }
    }
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
        motet__sim_unhide(sys->cores[i]);
    }
}

const motet__sim_ops motet__sim_ops_table = {
    .clock = clock_now,
    .random = secret,
    .point = point,
    .yield = yield,
    .sleep = rest,
    .lock_take = lock_take,
    .lock_release = lock_release,
    .cond_wait = cond_wait,
    .cond_wake = cond_wake,
    .thread_start = thread_start,
    .thread_join = thread_join,
    .fault = fault,
    .choose = choose,
    .note = note,
    .session_id = session_id,
    .begins = begins,
    .ends = ends,
};
