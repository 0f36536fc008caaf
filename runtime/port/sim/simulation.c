/* simulation.c -- sim.h: simulations are made, run, asked. */
#include "simulation.h"

#include <stdlib.h>

enum { STACK = 256 * 1024 };

static const uint32_t usual[MOTET_SIM_FAULTS] = {
    [MOTET_SIM_CRASH] = 64,  [MOTET_SIM_MEMORY] = 64,  [MOTET_SIM_ROOM] = 4,      [MOTET_SIM_BATCH] = 2,
    [MOTET_SIM_DELAY] = 2,   [MOTET_SIM_CLOCK] = 512,  [MOTET_SIM_SPURIOUS] = 16, [MOTET_SIM_MOVE] = 8,
};

motet_sim *motet_sim_new(uint64_t seed, const motet_sim_options *options)
{
    motet__sim *s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    s->seam.ops = &motet__sim_ops_table;
    s->seed = seed;
    if (options) {
        s->options = *options;
    }
    s->options.stack = s->options.stack ? s->options.stack : STACK;
    for (int i = 0; i < MOTET_SIM_FAULTS; i++) {
        s->options.one_in[i] = s->options.one_in[i] ? s->options.one_in[i] : usual[i];
    }
    s->seam.is_starving = s->options.faults & MOTET_SIM_BIT(MOTET_SIM_MEMORY);
    motet__sim_begin(s);
    s->running = motet__sim_thread_new(s, NULL, NULL);
    if (!s->running) {
        motet_sim_free(&s->seam);
        return NULL;
    }
    motet__simulated = &s->seam;
    return &s->seam;
}

void motet_sim_free(motet_sim *sim)
{
    motet__sim *s = motet__sim_of(sim);
    if (!s) {
        return;
    }
    for (uint32_t i = 0; i < s->n_threads; i++) {
        if (s->threads[i]) {
            motet__fiber_free(&s->threads[i]->fiber);
            free(s->threads[i]);
        }
    }
    motet__simulated = motet__simulated == sim ? NULL : motet__simulated;
    free(s->changes);
    free(s->choices);
    free(s);
}

uint64_t motet_sim_run(motet_sim *sim, uint64_t steps)
{
    motet__sim *s = motet__sim_of(sim);
    uint64_t before = s->steps + 1u; /* to wait is one more */
    s->pause_at = steps < UINT64_MAX - before ? before + steps : UINT64_MAX - 1u;
    motet__sim_wait(s, &s->pause_at, MOTET__NEVER);
    return s->steps > before ? s->steps - before : 0;
}

uint64_t motet_sim_now(const motet_sim *sim)
{
    return ((const motet__sim *)(const void *)sim)->now;
}

uint64_t motet_sim_steps(const motet_sim *sim)
{
    return ((const motet__sim *)(const void *)sim)->steps;
}

uint64_t motet_sim_hash(const motet_sim *sim)
{
    return ((const motet__sim *)(const void *)sim)->hash;
}

uint64_t motet_sim_faults(const motet_sim *sim, motet_sim_fault what)
{
    return ((const motet__sim *)(const void *)sim)->faults[what];
}

bool motet_sim_diverged(const motet_sim *sim)
{
    return ((const motet__sim *)(const void *)sim)->diverged;
}

const void *motet_sim_schedule(const motet_sim *sim, size_t *size)
{
    const motet__sim *s = (const motet__sim *)(const void *)sim;
    *size = s->n_choices;
    return s->choices;
}

void motet_sim_note(motet_sim *sim, uint64_t what)
{
    motet__sim_hash(motet__sim_of(sim), what);
}

uint64_t motet_sim_random(motet_sim *sim)
{
    return motet__draw_next(&motet__sim_of(sim)->of_program);
}
