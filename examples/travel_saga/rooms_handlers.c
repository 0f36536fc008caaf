/* rooms_handlers.c -- what actor Rooms does: reserves rooms while there are any, and takes cancelled ones back. */
#include "rooms.h"

#include "saga_tally.h"

struct rooms {
    struct rooms_state state;
    struct saga_tally *tally;
};

struct reservation {
    uint64_t trip;
    uint8_t places;
    bool open; /* held, neither confirmed nor cancelled */
};

const motet_actor_type rooms_actor = ROOMS_ACTOR(struct rooms);

motet_status rooms_init(struct rooms *self, const motet_start *start)
{
    self->tally = start->env;
    self->state.free = ROOMS;
    return MOTET_DONE;
}

void rooms_fini(struct rooms *self)
{
    tally_add(&self->tally->rooms_left, self->state.free);
}

static void give_back(struct rooms *self, struct reservation *r)
{
    self->state.held -= r->places;
    self->state.free += r->places;
    r->open = false;
}

/* ---- session Journey ---- */

motet_status rooms_on_reserve(struct rooms *self, motet_session *s, motet_peer from, const saga_reserve *m)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)self;
    (void)from;
    if (!r)
        return MOTET_FAIL;
    *r = (struct reservation){ .trip = m->trip, .places = m->places };
    return MOTET_DONE;
}

motet_status rooms_choose_reserved_or_unavailable(struct rooms *self, motet_session *s, motet_peer to,
                                                  struct rooms_reserved_or_unavailable *out)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)to;
    if (self->state.free < r->places) {
        out->tag = ROOMS_UNAVAILABLE;
        out->unavailable = (saga_unavailable){ .trip = r->trip, .why = SAGA_PROBLEM_SOLD_OUT };
        return MOTET_DONE;
    }
    self->state.free -= r->places;
    self->state.held += r->places;
    r->open = true;
    out->tag = ROOMS_RESERVED;
    out->reserved = (saga_reserved){ .trip = r->trip, .price_cents = (uint64_t)r->places * ROOM_CENTS };
    return MOTET_DONE;
}

motet_status rooms_on_confirm(struct rooms *self, motet_session *s, motet_peer from, const saga_confirm *m)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)from;
    self->state.held -= r->places;
    r->open = false;
    tally_add(&self->tally->rooms_sold, r->places);
    return m->trip == r->trip ? MOTET_DONE : MOTET_FAIL;
}

motet_status rooms_on_cancel(struct rooms *self, motet_session *s, motet_peer from, const saga_cancel *m)
{
    struct reservation *r = example_memory(s, sizeof *r);
    (void)from;
    give_back(self, r);
    tally_add(&self->tally->rooms_back, r->places);
    return m->trip == r->trip ? MOTET_DONE : MOTET_FAIL;
}

motet_status rooms_make_cancelled(struct rooms *self, motet_session *s, motet_peer to, saga_cancelled *out)
{
    const struct reservation *r = example_memory(s, sizeof *r);
    (void)self;
    (void)to;
    out->trip = r->trip;
    return MOTET_DONE;
}

void rooms_completed(struct rooms *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

/* The session was lost with the reservation open: it is as good as cancelled. */
void rooms_aborted(struct rooms *self, motet_session *s, motet_abort_reason why)
{
    struct reservation *r = *motet_session_slot(s);
    (void)why;
    if (r && r->open)
        give_back(self, r);
    example_forget(s);
}
