/* station_handlers.c -- what actor Station does, at each of the four places: sends a part and its label on, takes in
 * what comes. All four are one actor type; the session tells a handler which role it plays. */
#include "station.h"

#include "ring_tally.h"

struct station {
    struct station_state state;
    struct ring_tally *tally;
};

const motet_actor_type station_actor = STATION_ACTOR(struct station);

motet_status station_init(struct station *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void station_fini(struct station *self)
{
    tally_add(&self->tally->taken, self->state.taken);
}

/* The part that station `role` makes in that session. */
static uint64_t serial_of(const motet_session *s, uint32_t role)
{
    return motet_session_arg(s) * 4 + role;
}

/* ---- session Ring ---- */

motet_status station_make_part(struct station *self, motet_session *s, motet_peer to, ring_part *out)
{
    (void)self;
    (void)to;
    out->serial = serial_of(s, motet_session_role(s).role);
    out->weight_g = 100;
    return MOTET_DONE;
}

motet_status station_make_label(struct station *self, motet_session *s, motet_peer to, ring_label *out)
{
    (void)self;
    (void)to;
    out->serial = serial_of(s, motet_session_role(s).role);
    EXAMPLE_TEXT(out->text, "handle with care");
    return MOTET_DONE;
}

motet_status station_on_part(struct station *self, motet_session *s, motet_peer from, const ring_part *m)
{
    tally_add(&self->tally->weight_g, m->weight_g);
    return m->serial == serial_of(s, from.role) ? MOTET_DONE : MOTET_FAIL;
}

motet_status station_on_label(struct station *self, motet_session *s, motet_peer from, const ring_label *m)
{
    if (m->serial != serial_of(s, from.role) || !EXAMPLE_IS(m->text, "handle with care"))
        return MOTET_FAIL;
    self->state.taken++;
    return MOTET_DONE;
}

void station_completed(struct station *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void station_aborted(struct station *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}
