/* collector_handlers.c -- what actor Collector does: bids what the lot is worth to it, or passes. */
#include "collector.h"

#include "auction_tally.h"

struct collector {
    struct collector_state state;
    uint32_t index;
    uint64_t paid;
    struct auction_tally *tally;
};

const motet_actor_type collector_actor = COLLECTOR_ACTOR(struct collector);

motet_status collector_init(struct collector *self, const motet_start *start)
{
    self->index = start->index;
    self->tally = start->env;
    return MOTET_DONE;
}

void collector_fini(struct collector *self)
{
    tally_add(&self->tally->won, self->state.won);
    tally_add(&self->tally->paid, self->paid);
}

/* ---- session Auction ---- */

motet_status collector_on_ask(struct collector *self, motet_session *s, motet_peer from, const auction_ask *m)
{
    auction_ask *asked = example_memory(s, sizeof *asked);
    (void)self;
    (void)from;
    if (!asked)
        return MOTET_FAIL;
    *asked = *m;
    return MOTET_DONE;
}

motet_status collector_choose_bid_or_pass(struct collector *self, motet_session *s, motet_peer to,
                                          struct collector_bid_or_pass *out)
{
    const auction_ask *asked = example_memory(s, sizeof *asked);
    uint64_t limit = bidder_limit(asked->lot, self->index);
    (void)to;
    out->tag = limit >= asked->at_least ? COLLECTOR_BID : COLLECTOR_PASS;
    out->bid.amount = limit;
    return MOTET_DONE;
}

motet_status collector_on_won(struct collector *self, motet_session *s, motet_peer from, const auction_won *m)
{
    (void)from;
    self->state.won++;
    self->paid += m->price;
    return m->lot == motet_session_arg(s) ? MOTET_DONE : MOTET_FAIL;
}

motet_status collector_on_lost(struct collector *self, motet_session *s, motet_peer from, const auction_lost *m)
{
    (void)self;
    (void)from;
    return m->lot == motet_session_arg(s) ? MOTET_DONE : MOTET_FAIL;
}

motet_status collector_on_withdrawn(struct collector *self, motet_session *s, motet_peer from,
                                    const auction_withdrawn *m)
{
    (void)self;
    (void)from;
    return m->lot == motet_session_arg(s) ? MOTET_DONE : MOTET_FAIL;
}

void collector_completed(struct collector *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void collector_aborted(struct collector *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
