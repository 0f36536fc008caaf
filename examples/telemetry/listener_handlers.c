/* listener_handlers.c -- what actor Listener does: takes what comes and tells from the numbers what did not.
 *
 * Once in each report it is busy and gives up on a reading, one of the last, which are never lost. That is a failure by
 * timeout, on which its supervisor resumes it: the reading is dropped and everything else goes on. */
#include "listener.h"

#include "telemetry_tally.h"

struct log {
    uint64_t seen, newest, readings;
};

struct listener {
    struct listener_state state;
    struct telemetry_tally *tally;
};

const motet_actor_type listener_actor = LISTENER_ACTOR(struct listener);

motet_status listener_init(struct listener *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void listener_fini(struct listener *self)
{
    tally_add(&self->tally->seen, self->state.seen);
    tally_add(&self->tally->missed, self->state.missed);
}

/* ---- session Telemetry ---- */

motet_status listener_on_reading(struct listener *self, motet_session *s, motet_peer from, const telemetry_reading *m)
{
    struct log *l = example_memory(s, sizeof *l);
    (void)from;
    if (!l)
        return MOTET_FAIL_FATAL;
    if (m->sequence == BUSY_AT) {
        tally_up(&self->tally->busy);
        return MOTET_FAIL_TIMEOUT;
    }
    if (m->sequence <= l->newest)
        tally_up(&self->tally->wrong); /* what is lost leaves gaps, and no disorder */
    self->state.missed += m->sequence - l->newest - 1;
    self->state.seen++;
    l->newest = m->sequence;
    l->seen++;
    return MOTET_DONE;
}

motet_status listener_on_done(struct listener *self, motet_session *s, motet_peer from, const telemetry_done *m)
{
    struct log *l = example_memory(s, sizeof *l);
    (void)from;
    if (!l)
        return MOTET_FAIL_FATAL;
    self->state.missed += m->readings - l->newest;
    l->readings = m->readings;
    return MOTET_DONE;
}

motet_status listener_make_summary(struct listener *self, motet_session *s, motet_peer to, telemetry_summary *out)
{
    const struct log *l = example_memory(s, sizeof *l);
    (void)self;
    (void)to;
    if (!l)
        return MOTET_FAIL_FATAL;
    *out = (telemetry_summary){ .seen = l->seen, .missed = l->readings - l->seen, .newest = l->newest };
    return MOTET_DONE;
}

void listener_completed(struct listener *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void listener_aborted(struct listener *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
