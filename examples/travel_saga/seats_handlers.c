/* seats_handlers.c -- what actor Seats does: reserves seats while there are any, and takes cancelled ones back. */
#include "seats.h"

#include "saga_tally.h"

struct seats {
    struct seats_state state;
    struct saga_tally *tally;
};

struct reservation {
    uint64_t trip;
    uint8_t places;
    bool open; /* held, neither confirmed nor cancelled */
};

const motet_actor_type seats_actor = SEATS_ACTOR(struct seats);

motet_status seats_init(struct seats *self, const motet_start *start)
{
    self->tally = start->env;
    self->state.free = SEATS;
    return MOTET_DONE;
}

void seats_fini(struct seats *self)
{
    tally_add(&self->tally->seats_left, self->state.free);
}

static void give_back(struct seats *self, struct reservation *r)
{
    self->state.held -= r->places;
    self->state.free += r->places;
    r->open = false;
}

/* ---- session Journey ---- */

motet_status seats_on_reserve(struct seats *self, motet_session *s, motet_peer from, const saga_reserve *m)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)self;
    (void)from;
    if (!r)
        return MOTET_FAIL;
    *r = (struct reservation){ .trip = m->trip, .places = m->places };
    return MOTET_DONE;
}

motet_status seats_choose_reserved_or_unavailable(struct seats *self, motet_session *s, motet_peer to,
                                                  struct seats_reserved_or_unavailable *out)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)to;
    if (self->state.free < r->places) {
        out->tag = SEATS_UNAVAILABLE;
        out->unavailable = (saga_unavailable){ .trip = r->trip, .why = SAGA_PROBLEM_SOLD_OUT };
        return MOTET_DONE;
    }
    self->state.free -= r->places;
    self->state.held += r->places;
    r->open = true;
    out->tag = SEATS_RESERVED;
    out->reserved = (saga_reserved){ .trip = r->trip, .price_cents = (uint64_t)r->places * SEAT_CENTS };
    return MOTET_DONE;
}

motet_status seats_on_confirm(struct seats *self, motet_session *s, motet_peer from, const saga_confirm *m)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)from;
    self->state.held -= r->places;
    r->open = false;
    tally_add(&self->tally->seats_sold, r->places);
    return m->trip == r->trip ? MOTET_DONE : MOTET_FAIL;
}

motet_status seats_on_cancel(struct seats *self, motet_session *s, motet_peer from, const saga_cancel *m)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)from;
    give_back(self, r);
    tally_add(&self->tally->seats_back, r->places);
    return m->trip == r->trip ? MOTET_DONE : MOTET_FAIL;
}

motet_status seats_make_cancelled(struct seats *self, motet_session *s, motet_peer to, saga_cancelled *out)
{
    const struct reservation *r = example_memory(s, sizeof *r);
    (void)self;
    (void)to;
    out->trip = r->trip;
    return MOTET_DONE;
}

void seats_completed(struct seats *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

/* The session was lost with the reservation open: it is as good as cancelled. */
void seats_aborted(struct seats *self, motet_session *s, motet_abort_reason why)
{
    struct reservation *r = *motet_session_slot(s);
    (void)why;
    if (r && r->open)
        give_back(self, r);
    example_forget(s);
}
