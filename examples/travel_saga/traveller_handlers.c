/* traveller_handlers.c -- what actor Traveller does: wants to go, and hears whether it can. */
#include "traveller.h"

#include "saga_tally.h"

struct traveller {
    struct traveller_state state;
    struct saga_tally *tally;
};

const motet_actor_type traveller_actor = TRAVELLER_ACTOR(struct traveller);

motet_status traveller_init(struct traveller *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void traveller_fini(struct traveller *self)
{
    tally_add(&self->tally->itineraries, self->state.journeys);
    tally_add(&self->tally->refusals, self->state.refusals);
}

/* ---- session Journey ---- */

motet_status traveller_make_book(struct traveller *self, motet_session *s, motet_peer to, saga_book *out)
{
    (void)self;
    (void)to;
    out->customer = motet_session_arg(s);
    out->when = (saga_period){ .from_day = 100, .to_day = 107 };
    out->travellers = 1;
    EXAMPLE_TEXT(out->city, "Lisboa");
    return MOTET_DONE;
}

motet_status traveller_on_itinerary(struct traveller *self, motet_session *s, motet_peer from, const saga_itinerary *m)
{
    (void)s;
    (void)from;
    self->state.journeys++;
    tally_add(&self->tally->spent_cents, m->total_cents);
    return m->receipt.n == 16 ? MOTET_DONE : MOTET_FAIL;
}

motet_status traveller_on_not_booked(struct traveller *self, motet_session *s, motet_peer from,
                                     const saga_not_booked *m)
{
    (void)s;
    (void)from;
    (void)m;
    self->state.refusals++;
    return MOTET_DONE;
}

void traveller_completed(struct traveller *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void traveller_aborted(struct traveller *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}
