/* auction_house_handlers.c -- what actor AuctionHouse does: asks, compares, and breaks a tie by asking for more.
 *
 * When all bids of a round are in, close_round decides; the makers and choosers that follow tell it to each bidder.
 */
#include "auction_house.h"

#include "auction_tally.h"

struct sale {
    auction_lot lot;
    uint8_t round;
    uint64_t at_least;
    uint64_t bids[BIDDERS]; /* of this round; 0: passed */
    /* The outcome of the round: */
    uint32_t winner;
    uint64_t price;
    bool tie;
};

struct auction_house {
    struct auction_house_state state;
    struct auction_tally *tally;
};

const motet_actor_type auction_house_actor = AUCTION_HOUSE_ACTOR(struct auction_house);

motet_status auction_house_init(struct auction_house *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void auction_house_fini(struct auction_house *self)
{
    tally_add(&self->tally->sold, self->state.sold);
    tally_add(&self->tally->unsold, self->state.unsold);
    tally_add(&self->tally->rounds, self->state.rounds);
}

static struct sale *sale_of(motet_session *s)
{
    return example_memory(s, sizeof(struct sale));
}

static void close_round(struct sale *x)
{
    x->winner = NOBODY;
    x->price = 0;
    x->tie = false;
    for (uint32_t b = 0; b < BIDDERS; b++) {
        if (x->bids[b] > x->price) {
            x->price = x->bids[b];
            x->winner = b;
            x->tie = false;
        } else if (x->bids[b] == x->price && x->price) {
            x->tie = true;
        }
    }
}

/* The next bid of the round; after the last one the round is closed. */
static void take_bid(struct auction_house *self, motet_session *s, uint32_t bidder, uint64_t amount)
{
    struct sale *x = sale_of(s);
    x->bids[bidder] = amount;
    if (bidder + 1 < BIDDERS)
        return;
    self->state.rounds++;
    close_round(x);
}

static void fill_ask(const struct sale *x, auction_ask *out)
{
    *out = (auction_ask){ .lot = x->lot.id, .round = x->round, .at_least = x->at_least };
}

/* ---- session Auction ---- */

motet_status auction_house_on_lot(struct auction_house *self, motet_session *s, motet_peer from, const auction_lot *m)
{
    struct sale *x = sale_of(s);
    (void)self;
    (void)from;
    if (!x)
        return MOTET_FAIL;
    x->lot = *m;
    x->at_least = m->reserve;
    return MOTET_DONE;
}

motet_status auction_house_make_ask(struct auction_house *self, motet_session *s, motet_peer to, auction_ask *out)
{
    (void)self;
    (void)to;
    fill_ask(sale_of(s), out);
    return MOTET_DONE;
}

motet_status auction_house_on_bid(struct auction_house *self, motet_session *s, motet_peer from, const auction_bid *m)
{
    if (m->amount < sale_of(s)->at_least)
        return MOTET_FAIL;
    take_bid(self, s, from.index, m->amount);
    return MOTET_DONE;
}

motet_status auction_house_on_pass(struct auction_house *self, motet_session *s, motet_peer from)
{
    take_bid(self, s, from.index, 0);
    return MOTET_DONE;
}

/* What bidder 0 hears first decides which branch all are in. */
motet_status auction_house_choose_ask_or_won_or_lost_or_withdrawn(struct auction_house *self, motet_session *s,
        motet_peer to, struct auction_house_ask_or_won_or_lost_or_withdrawn *out)
{
    struct sale *x = sale_of(s);
    (void)self;
    if (x->tie) {
        x->round++;
        x->at_least = x->price + 1;
        out->tag = AUCTION_HOUSE_ASK;
        fill_ask(x, &out->ask);
    } else if (x->winner == NOBODY) {
        out->tag = AUCTION_HOUSE_WITHDRAWN;
        out->withdrawn.lot = x->lot.id;
    } else if (x->winner == to.index) {
        out->tag = AUCTION_HOUSE_WON;
        out->won = (auction_won){ .lot = x->lot.id, .price = x->price };
    } else {
        out->tag = AUCTION_HOUSE_LOST;
        out->lost.lot = x->lot.id;
    }
    return MOTET_DONE;
}

/* Bidder 0 has lost: bidder 1 has won, or else bidder 2. */
motet_status auction_house_choose_won_or_lost(struct auction_house *self, motet_session *s, motet_peer to,
                                              struct auction_house_won_or_lost *out)
{
    const struct sale *x = sale_of(s);
    (void)self;
    if (x->winner == to.index) {
        out->tag = AUCTION_HOUSE_WON;
        out->won = (auction_won){ .lot = x->lot.id, .price = x->price };
    } else {
        out->tag = AUCTION_HOUSE_LOST;
        out->lost.lot = x->lot.id;
    }
    return MOTET_DONE;
}

motet_status auction_house_make_won(struct auction_house *self, motet_session *s, motet_peer to, auction_won *out)
{
    (void)self;
    (void)to;
    *out = (auction_won){ .lot = sale_of(s)->lot.id, .price = sale_of(s)->price };
    return MOTET_DONE;
}

motet_status auction_house_make_lost(struct auction_house *self, motet_session *s, motet_peer to, auction_lost *out)
{
    (void)self;
    (void)to;
    out->lot = sale_of(s)->lot.id;
    return MOTET_DONE;
}

motet_status auction_house_make_withdrawn(struct auction_house *self, motet_session *s, motet_peer to,
                                          auction_withdrawn *out)
{
    (void)self;
    (void)to;
    out->lot = sale_of(s)->lot.id;
    return MOTET_DONE;
}

motet_status auction_house_make_sold(struct auction_house *self, motet_session *s, motet_peer to, auction_sold *out)
{
    const struct sale *x = sale_of(s);
    (void)to;
    self->state.sold++;
    *out = (auction_sold){ .lot = x->lot.id, .price = x->price, .winner = (uint8_t)x->winner };
    return MOTET_DONE;
}

motet_status auction_house_make_unsold(struct auction_house *self, motet_session *s, motet_peer to,
                                       auction_unsold *out)
{
    (void)to;
    self->state.unsold++;
    *out = (auction_unsold){ .lot = sale_of(s)->lot.id, .best = sale_of(s)->price };
    return MOTET_DONE;
}

void auction_house_completed(struct auction_house *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void auction_house_aborted(struct auction_house *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
