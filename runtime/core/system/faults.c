/* faults.c -- what a simulation does to the core beyond its schedule: crashes, lack of memory and room, small turns.
 *
 * Each of these is called behind a test of `sim`, which is NULL where there are threads. A crash is one that a handler
 * might have brought about itself: in its place, or behind it; by its status, or by motet_fail. */
#include "core.h"

/* ---- crashes ---- */

bool motet__sim_crashes(motet__worker *w)
{
    return w->current->type != &motet__asker && w->sim->ops->fault(w->sim, MOTET_SIM_CRASH);
}

motet_status motet__sim_crash(motet__worker *w)
{
    static const motet_status how[] = {
        MOTET_FAIL, MOTET_FAIL_TIMEOUT, MOTET_FAIL_PROTOCOL_VIOLATION, MOTET_FAIL_FATAL, 7};
    enum { N = sizeof how / sizeof *how };
    uint32_t choice = w->sim->ops->choose(w->sim, 2 * N);
    if (choice >= N) {
        motet_fail(w, how[choice - N]);
    }
    return how[choice];
}

void motet__sim_crash_behind(void)
{
    motet__worker *w = motet__self;
    if (w->sim && motet__sim_crashes(w)) {
        motet_fail(w, motet__sim_crash(w));
    }
}

motet_status motet__sim_receive(motet__worker *w, motet__actor *a, const motet_mail *m)
{
    w->sim->ops->note(w->sim, (uint64_t)a->slot << 32 | motet__generation(a), (uint64_t)m->kind << 32 | m->tag);
    if (motet__sim_crashes(w)) {
        return motet__sim_crash(w);
    }
    motet_status status = a->receive(a->self, w, m);
    return status == MOTET_DONE && motet__sim_crashes(w) ? motet__sim_crash(w) : status;
}

/* ---- memory ---- */

static motet__stack *stack_of(motet__worker *w, int i)
{
    motet__stack *const all[MOTET__STACKS] = {&w->nodes, &w->actors, &w->dues, &w->tiny, &w->small, &w->mores};
    return all[i];
}

bool motet__sim_refill(motet__worker *w, motet__stack *s)
{
    int i = 0;
    while (i < MOTET__STACKS && stack_of(w, i) != s) {
        i++;
    }
    if (i == MOTET__STACKS) {
        return false;
    }
    if (w->sim->ops->fault(w->sim, MOTET_SIM_MEMORY)) {
        return true;
    }
    *s = w->hidden[i];
    w->hidden[i] = (motet__stack){0};
    return s->first != NULL;
}

/* Puts free records aside, so that the next one is asked of motet__records_refill. */
static void hide(motet__worker *w)
{
    for (int i = 0; i < MOTET__STACKS; i++) {
        if (!w->hidden[i].first) {
            w->hidden[i] = *stack_of(w, i);
            *stack_of(w, i) = (motet__stack){0};
        }
    }
}

void motet__sim_unhide(motet__worker *w)
{
    for (int i = 0; i < MOTET__STACKS; i++) {
        while (w->hidden[i].first) {
            motet__stack_push(stack_of(w, i), motet__stack_pop(&w->hidden[i]));
        }
    }
}

/* ---- turns, rooms, delays ---- */

enum { SMALL = 4, DELAY_NS = 50000000 };

uint32_t motet__sim_look(motet__worker *w)
{
    if (w->sim->is_starving) {
        hide(w);
    }
    bool small = w->sim->ops->fault(w->sim, MOTET_SIM_BATCH);
    w->batch = small ? 1u + w->sim->ops->choose(w->sim, SMALL) : MOTET__BATCH_OF_MAIL;
    return 1;
}

uint32_t motet__sim_room(motet_sim *sim, uint32_t room)
{
    return room > 1 && motet__sim_fault(sim, MOTET_SIM_ROOM) ? 1u + sim->ops->choose(sim, room) : room;
}

uint64_t motet__sim_delay(motet_sim *sim)
{
    return motet__sim_fault(sim, MOTET_SIM_DELAY) ? sim->ops->choose(sim, DELAY_NS) : 0;
}
