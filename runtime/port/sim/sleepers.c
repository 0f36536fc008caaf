/* sleepers.c -- what a simulation can check, for it sees all of a system at once: whether somebody sleeps who should
 * not. */
#include "simulation.h"

static bool has_work(motet__worker *w)
{
    uint64_t any = atomic_load_explicit(&w->injected, memory_order_relaxed) |
                   atomic_load_explicit(&w->called, memory_order_relaxed) |
                   atomic_load_explicit(&w->news, memory_order_relaxed) |
                   atomic_load_explicit(&w->sys->quit, memory_order_relaxed);
    for (uint32_t i = 0; i < MOTET__WORDS; i++) {
        any |= atomic_load_explicit(&w->arrivals[i], memory_order_relaxed);
    }
    return any != 0;
}

/* When nobody can go on: one that sleeps with something to do. */
bool motet__sim_overslept(const motet__sim *s)
{
    for (uint32_t k = 0; k < MOTET__SIM_SYSTEMS; k++) {
        motet_system *sys = s->systems[k];
        for (uint32_t i = 0; sys && i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
            motet__worker *w = sys->cores[i];
            if (atomic_load_explicit(&w->rest, memory_order_relaxed) == MOTET__PARKED && has_work(w)) {
                return true;
            }
        }
    }
    return false;
}
