/* owner_handlers.c -- what actor Owner does: hands in lots and takes the money. */
#include "owner.h"

#include "auction_tally.h"

struct owner {
    struct owner_state state;
    struct auction_tally *tally;
};

const motet_actor_type owner_actor = OWNER_ACTOR(struct owner);

motet_status owner_init(struct owner *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void owner_fini(struct owner *self)
{
    tally_add(&self->tally->income, self->state.income);
}

/* ---- session Auction ---- */

motet_status owner_make_lot(struct owner *self, motet_session *s, motet_peer to, auction_lot *out)
{
    (void)self;
    (void)to;
    out->id = motet_session_arg(s);
    out->reserve = RESERVE;
    EXAMPLE_TEXT(out->title, "a chair, old");
    return MOTET_DONE;
}

motet_status owner_on_sold(struct owner *self, motet_session *s, motet_peer from, const auction_sold *m)
{
    (void)from;
    self->state.income += m->price;
    if (m->winner != lot_winner(motet_session_arg(s)))
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status owner_on_unsold(struct owner *self, motet_session *s, motet_peer from, const auction_unsold *m)
{
    (void)from;
    (void)m;
    if (lot_winner(motet_session_arg(s)) != NOBODY)
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

void owner_completed(struct owner *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void owner_aborted(struct owner *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    (void)s;
}
