/* office_handlers.c -- what actor Office does: books step by step and remembers what to tell the customer.
 *
 * Which compensations are due is not its concern: the protocol says so, and the generated dispatcher asks for them.
 */
#include "office.h"

#include "saga_tally.h"

struct office {
    struct office_state state;
};

struct trip {
    uint64_t number, total_cents;
    saga_period when;
    uint8_t places;
    saga_problem problem; /* of the step that failed */
    uint8_t receipt[16];
};

const motet_actor_type office_actor = OFFICE_ACTOR(struct office);

motet_status office_init(struct office *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void office_fini(struct office *self)
{
    (void)self;
}

static struct trip *trip_of(motet_session *s)
{
    return example_memory(s, sizeof(struct trip));
}

/* Does a message speak of this session's trip? */
static motet_status about(motet_session *s, uint64_t number)
{
    return trip_of(s)->number == number ? MOTET_DONE : MOTET_FAIL;
}

/* ---- session Journey ---- */

motet_status office_on_book(struct office *self, motet_session *s, motet_peer from, const saga_book *m)
{
    struct trip *t = trip_of(s);
    (void)from;
    if (!t)
        return MOTET_FAIL;
    t->number = ++self->state.next_trip;
    t->when = m->when;
    t->places = m->travellers;
    return MOTET_DONE;
}

motet_status office_make_reserve(struct office *self, motet_session *s, motet_peer to, saga_reserve *out)
{
    const struct trip *t = trip_of(s);
    (void)self;
    (void)to;
    *out = (saga_reserve){ .trip = t->number, .when = t->when, .places = t->places };
    return MOTET_DONE;
}

motet_status office_on_reserved(struct office *self, motet_session *s, motet_peer from, const saga_reserved *m)
{
    (void)self;
    (void)from;
    trip_of(s)->total_cents += m->price_cents;
    return about(s, m->trip);
}

motet_status office_on_unavailable(struct office *self, motet_session *s, motet_peer from, const saga_unavailable *m)
{
    (void)self;
    (void)from;
    trip_of(s)->problem = m->why;
    return about(s, m->trip);
}

motet_status office_make_charge(struct office *self, motet_session *s, motet_peer to, saga_charge *out)
{
    (void)self;
    (void)to;
    *out = (saga_charge){ .trip = trip_of(s)->number, .amount_cents = trip_of(s)->total_cents };
    return MOTET_DONE;
}

motet_status office_on_charged(struct office *self, motet_session *s, motet_peer from, const saga_charged *m)
{
    (void)self;
    (void)from;
    if (m->receipt.n != sizeof trip_of(s)->receipt)
        return MOTET_FAIL;
    memcpy(trip_of(s)->receipt, m->receipt.at, m->receipt.n);
    return about(s, m->trip);
}

motet_status office_on_declined(struct office *self, motet_session *s, motet_peer from, const saga_declined *m)
{
    (void)self;
    (void)from;
    trip_of(s)->problem = m->why;
    return about(s, m->trip);
}

motet_status office_make_cancel(struct office *self, motet_session *s, motet_peer to, saga_cancel *out)
{
    (void)self;
    (void)to;
    out->trip = trip_of(s)->number;
    return MOTET_DONE;
}

motet_status office_on_cancelled(struct office *self, motet_session *s, motet_peer from, const saga_cancelled *m)
{
    (void)self;
    (void)from;
    return about(s, m->trip);
}

motet_status office_make_confirm(struct office *self, motet_session *s, motet_peer to, saga_confirm *out)
{
    (void)self;
    (void)to;
    out->trip = trip_of(s)->number;
    return MOTET_DONE;
}

motet_status office_make_itinerary(struct office *self, motet_session *s, motet_peer to, saga_itinerary *out)
{
    const struct trip *t = trip_of(s);
    (void)self;
    (void)to;
    *out = (saga_itinerary){ .trip = t->number, .total_cents = t->total_cents, .receipt.n = sizeof t->receipt };
    memcpy(out->receipt.at, t->receipt, sizeof t->receipt);
    return MOTET_DONE;
}

motet_status office_make_not_booked(struct office *self, motet_session *s, motet_peer to, saga_not_booked *out)
{
    (void)self;
    (void)to;
    *out = (saga_not_booked){ .trip = trip_of(s)->number, .why = trip_of(s)->problem };
    return MOTET_DONE;
}

void office_completed(struct office *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void office_aborted(struct office *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
