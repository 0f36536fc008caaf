/* shopper_handlers.c -- what actor Shopper does: pays, and proves who it is when asked. */
#include "shopper.h"

#include "card_tally.h"

struct shopper {
    struct shopper_state state;
    struct card_tally *tally;
};

const motet_actor_type shopper_actor = SHOPPER_ACTOR(struct shopper);

motet_status shopper_init(struct shopper *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void shopper_fini(struct shopper *self)
{
    tally_add(&self->tally->receipts, self->state.receipts);
    tally_add(&self->tally->failures, self->state.failures);
}

/* ---- session Payment ---- */

motet_status shopper_make_pay(struct shopper *self, motet_session *s, motet_peer to, card_pay *out)
{
    uint64_t order = motet_session_arg(s);
    (void)self;
    (void)to;
    out->order = order;
    out->amount.units = 1000 + order;
    EXAMPLE_TEXT(out->amount.currency, "EUR");
    EXAMPLE_TEXT(out->card.number, "4000000000000002");
    out->card.expires = 2912;
    out->basket.n = 1 + (uint32_t)(order % 8);
    for (uint32_t i = 0; i < out->basket.n; i++) {
        EXAMPLE_TEXT(out->basket.at[i].sku, "book");
        out->basket.at[i].count = 1;
    }
    return MOTET_DONE;
}

motet_status shopper_on_challenge(struct shopper *self, motet_session *s, motet_peer from, const card_challenge *m)
{
    card_challenge *asked = example_memory(s, sizeof *asked);
    (void)from;
    if (!asked)
        return MOTET_FAIL;
    *asked = *m;
    tally_up(&self->tally->challenged);
    return MOTET_DONE;
}

/* Some forget the code. */
motet_status shopper_make_proof(struct shopper *self, motet_session *s, motet_peer to, card_proof *out)
{
    const card_challenge *asked = example_memory(s, sizeof *asked);
    (void)self;
    (void)to;
    out->nonce.n = asked->nonce.n;
    memcpy(out->nonce.at, asked->nonce.at, asked->nonce.n);
    out->code.has = !order_fails_challenge(motet_session_arg(s));
    out->code.value = 4711;
    return MOTET_DONE;
}

motet_status shopper_on_receipt(struct shopper *self, motet_session *s, motet_peer from, const card_receipt *m)
{
    (void)from;
    self->state.receipts++;
    return m->order == motet_session_arg(s) ? MOTET_DONE : MOTET_FAIL;
}

motet_status shopper_on_failed(struct shopper *self, motet_session *s, motet_peer from, const card_failed *m)
{
    (void)from;
    self->state.failures++;
    return m->order == motet_session_arg(s) ? MOTET_DONE : MOTET_FAIL;
}

void shopper_completed(struct shopper *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void shopper_aborted(struct shopper *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
