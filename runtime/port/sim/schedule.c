/* schedule.c -- who runs next, and when. See simulation.h. */
#include "simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICK = 127, JUMP_NS = 20000000 };

/* ---- waiting ---- */

void motet__sim_ready(motet__sim *s, motet_sim_thread *t)
{
    t->waits_for = NULL;
    t->deadline = MOTET__NEVER;
    t->place = s->n_ready;
    s->ready[s->n_ready++] = t;
}

static void unready(motet__sim *s, motet_sim_thread *t)
{
    motet_sim_thread *last = s->ready[--s->n_ready];
    s->ready[t->place] = last;
    last->place = t->place;
}

void motet__sim_wake(motet__sim *s, const void *what, bool all)
{
    if (s->n_ready == s->n_threads) {
        return;
    }
    for (uint32_t i = 0; i < s->n_threads; i++) {
        motet_sim_thread *t = s->threads[i];
        if (t && t->waits_for == what) {
            motet__sim_ready(s, t);
            if (!all) {
                return;
            }
        }
    }
}

/* Those whose deadline has come are ready. */
static void ring(motet__sim *s)
{
    s->next_deadline = MOTET__NEVER;
    for (uint32_t i = 0; i < s->n_threads; i++) {
        motet_sim_thread *t = s->threads[i];
        if (t && t->waits_for && t->deadline <= s->now) {
            motet__sim_ready(s, t);
        } else if (t && t->waits_for && t->deadline < s->next_deadline) {
            s->next_deadline = t->deadline;
        }
    }
}

/* ---- strategies ---- */

static int by_step(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void plan_changes(motet__sim *s)
{
    uint64_t length = s->options.length ? s->options.length : 10000;
    s->n_changes = s->options.depth ? s->options.depth : 3;
    s->changes = calloc(s->n_changes, sizeof *s->changes);
    if (!s->changes) {
        s->n_changes = 0;
    }
    for (uint32_t i = 0; i < s->n_changes; i++) {
        s->changes[i] = motet__draw_next(&s->draws) % length;
    }
    if (s->n_changes > 0) {
        qsort(s->changes, s->n_changes, sizeof *s->changes, by_step);
    }
}

void motet__sim_begin(motet__sim *s)
{
    motet__draw all = {s->seed};
    s->draws.state = motet__draw_next(&all);
    s->ticks.state = motet__draw_next(&all);
    s->of_program.state = motet__draw_next(&all);
    s->hash = motet__draw_next(&all);
    s->lowest = UINT64_C(1) << 32;
    s->next_deadline = s->pause_at = MOTET__NEVER;
    if (s->options.strategy == MOTET_SIM_PCT) {
        plan_changes(s);
    }
}

static uint32_t highest(motet__sim *s)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < s->n_ready; i++) {
        if (s->ready[i]->priority > s->ready[best]->priority) {
            best = i;
        }
    }
    return best;
}

static uint32_t after_running(const motet__sim *s)
{
    uint32_t best = 0, least = UINT32_MAX;
    for (uint32_t i = 0; i < s->n_ready; i++) {
        uint32_t distance = (s->ready[i]->number - s->running->number - 1u) % MOTET__SIM_THREADS;
        if (distance < least) {
            best = i;
            least = distance;
        }
    }
    return best;
}

/* `spinning`: the running one cannot go on before others did. */
static motet_sim_thread *pick(motet__sim *s, bool spinning)
{
    uint32_t n = s->n_ready, made = 0;
    if (s->paused) {
        s->paused = false;
        return s->threads[0];
    }
    if (n == 1) {
        return s->ready[0];
    }
    switch (s->options.strategy) {
    case MOTET_SIM_PCT:
        if (s->changed < s->n_changes && s->steps >= s->changes[s->changed]) {
            s->changed++;
            s->running->priority = s->lowest--;
        } else if (spinning) {
            s->running->priority = s->lowest--;
        }
        made = highest(s);
        break;
    case MOTET_SIM_ROUND_ROBIN:
        made = after_running(s);
        break;
    case MOTET_SIM_RANDOM:
        if (spinning) {
            made = (s->running->place + 1u + motet__draw_below(&s->draws, n - 1u)) % n;
        } else {
            made = motet__draw_below(&s->draws, n);
        }
        break;
    case MOTET_SIM_REPLAY:
        break;
    }
    return s->ready[motet__sim_decide(s, n, made)];
}

/* ---- steps ---- */

void motet__sim_stuck(motet__sim *s, const char *what)
{
    if (s->failed) {
        return;
    }
    s->failed = true;
    if (s->options.stuck) {
        s->options.stuck(s->options.arg, &s->seam, what);
    }
    fprintf(stderr, "motet: simulation of seed %" PRIu64 ", step %" PRIu64 ": %s\n", s->seed, s->steps, what);
    abort();
}

static void tick(motet__sim *s)
{
    s->steps++;
    s->now += 16u + (motet__draw_next(&s->ticks) & TICK);
    if (motet__sim_happens(s, MOTET_SIM_CLOCK)) {
        s->now += motet__draw_next(&s->ticks) % JUMP_NS;
    }
    if (s->now >= s->next_deadline) {
        ring(s);
    }
    if (s->options.most_steps != 0 && s->steps > s->options.most_steps) {
        motet__sim_stuck(s, "it has not come to an end");
    }
    if (s->steps >= s->pause_at) {
        s->pause_at = MOTET__NEVER;
        s->paused = true;
        motet__sim_wake(s, &s->pause_at, true);
    }
}

/* Nobody can go on: time passes. */
static void pass_time(motet__sim *s)
{
    if (motet__sim_overslept(s)) {
        motet__sim_stuck(s, "a worker sleeps, though it has something to do");
    }
    if (s->next_deadline == MOTET__NEVER && s->pause_at != MOTET__NEVER) {
        s->pause_at = MOTET__NEVER;
        motet__sim_wake(s, &s->pause_at, true); /* for motet_sim_run nothing is left to do */
        return;
    }
    if (s->next_deadline == MOTET__NEVER) {
        motet__sim_stuck(s, "all wait, and nothing will ever happen");
    }
    s->now = s->next_deadline > s->now ? s->next_deadline : s->now;
    ring(s);
}

static void go_on(motet__sim *s, bool spinning)
{
    motet_sim_thread *self = s->running;
    tick(s);
    while (s->n_ready == 0) {
        pass_time(s);
    }
    motet_sim_thread *next = pick(s, spinning && !self->waits_for);
    motet__sim_hash(s, (uint64_t)next->number << 48 ^ s->now);
    if (next != self) {
        self->self = motet__self;
        s->running = next;
        motet__self = next->self;
        motet__fiber_switch(&self->fiber, &next->fiber);
    }
}

void motet__sim_pass(motet__sim *s)
{
    go_on(s, false);
}

void motet__sim_yield(motet__sim *s)
{
    go_on(s, true);
}

void motet__sim_wait(motet__sim *s, const void *what, uint64_t deadline)
{
    motet_sim_thread *self = s->running;
    unready(s, self);
    self->waits_for = what;
    self->deadline = deadline;
    s->next_deadline = deadline < s->next_deadline ? deadline : s->next_deadline;
    go_on(s, false);
}

void motet__sim_leave(motet__sim *s)
{
    motet_sim_thread *self = s->running;
    unready(s, self);
    self->ended = true;
    self->fiber.ended = true;
    self->waits_for = self; /* for nothing that comes */
    self->deadline = MOTET__NEVER;
    motet__sim_wake(s, &self->ended, true);
    go_on(s, false);
    abort();
}
