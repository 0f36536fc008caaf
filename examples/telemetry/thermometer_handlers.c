/* thermometer_handlers.c -- what actor Thermometer does: reports without waiting, and hears in the end what came through. */
#include "thermometer.h"

#include "telemetry_tally.h"

struct report {
    uint64_t sequence;
};

struct thermometer {
    struct thermometer_state state;
    struct telemetry_tally *tally;
};

const motet_actor_type thermometer_actor = THERMOMETER_ACTOR(struct thermometer);

motet_status thermometer_init(struct thermometer *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void thermometer_fini(struct thermometer *self)
{
    tally_add(&self->tally->sent, self->state.sent);
    tally_add(&self->tally->heard, self->state.heard);
}

/* ---- session Telemetry ---- */

motet_status thermometer_choose_reading_or_done(struct thermometer *self, motet_session *s, motet_peer to,
                                                struct thermometer_reading_or_done *out)
{
    struct report *r = example_memory(s, sizeof *r);
    (void)to;
    if (!r)
        return MOTET_FAIL;
    if (r->sequence == READINGS) {
        out->tag = THERMOMETER_DONE;
        out->done.readings = r->sequence;
        return MOTET_DONE;
    }
    r->sequence++;
    self->state.sent++;
    out->tag = THERMOMETER_READING;
    out->reading = (telemetry_reading){ .sequence = r->sequence, .celsius = (int16_t)(r->sequence % 50) };
    return MOTET_DONE;
}

motet_status thermometer_on_summary(struct thermometer *self, motet_session *s, motet_peer from,
                                    const telemetry_summary *m)
{
    (void)s;
    (void)from;
    self->state.heard += m->seen;
    if (m->newest != READINGS)
        tally_up(&self->tally->wrong); /* the newest reading is never lost */
    return MOTET_DONE;
}

void thermometer_completed(struct thermometer *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void thermometer_aborted(struct thermometer *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
