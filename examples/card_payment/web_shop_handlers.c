/* web_shop_handlers.c -- what actor WebShop does: asks for the risk and the money, and keeps the order in mind
 * meanwhile. */
#include "web_shop.h"

#include "card_tally.h"

struct order {
    card_pay pay;
    bool proved;
    uint64_t auth;
    card_refusal why;
};

struct web_shop {
    struct web_shop_state state;
};

const motet_actor_type web_shop_actor = WEB_SHOP_ACTOR(struct web_shop);

motet_status web_shop_init(struct web_shop *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void web_shop_fini(struct web_shop *self)
{
    (void)self;
}

static struct order *order_of(motet_session *s)
{
    return example_memory(s, sizeof(struct order));
}

static void fill_authorize(const struct order *o, card_authorize *out)
{
    *out = (card_authorize){ .order = o->pay.order, .amount = o->pay.amount, .card = o->pay.card };
}

/* ---- session Payment ---- */

motet_status web_shop_on_pay(struct web_shop *self, motet_session *s, motet_peer from, const card_pay *m)
{
    struct order *o = order_of(s);
    (void)from;
    if (!o)
        return MOTET_FAIL;
    o->pay = *m;
    self->state.next_order++;
    return MOTET_DONE;
}

motet_status web_shop_make_assess(struct web_shop *self, motet_session *s, motet_peer to, card_assess *out)
{
    const struct order *o = order_of(s);
    (void)self;
    (void)to;
    *out = (card_assess){ .order = o->pay.order, .amount = o->pay.amount, .card = o->pay.card,
                          .recent_orders = { 0, 1, 2, 3 } };
    return MOTET_DONE;
}

motet_status web_shop_on_low_risk(struct web_shop *self, motet_session *s, motet_peer from, const card_low_risk *m)
{
    (void)self;
    (void)s;
    (void)from;
    return m->score < 0.5F ? MOTET_DONE : MOTET_FAIL;
}

motet_status web_shop_on_high_risk(struct web_shop *self, motet_session *s, motet_peer from, const card_high_risk *m)
{
    (void)self;
    (void)s;
    (void)from;
    return m->score > 0.5F ? MOTET_DONE : MOTET_FAIL;
}

motet_status web_shop_make_challenge(struct web_shop *self, motet_session *s, motet_peer to, card_challenge *out)
{
    (void)self;
    (void)to;
    out->nonce.n = sizeof order_of(s)->pay.order;
    memcpy(out->nonce.at, &order_of(s)->pay.order, out->nonce.n);
    return MOTET_DONE;
}

motet_status web_shop_on_proof(struct web_shop *self, motet_session *s, motet_peer from, const card_proof *m)
{
    struct order *o = order_of(s);
    (void)self;
    (void)from;
    o->proved = m->code.has && m->code.value == 4711 && m->nonce.n == sizeof o->pay.order &&
                memcmp(m->nonce.at, &o->pay.order, sizeof o->pay.order) == 0;
    return MOTET_DONE;
}

/* After the proof: go on, or give up without troubling the bank. */
motet_status web_shop_choose_failed_to_buyer_or_authorize_to_acquirer(struct web_shop *self, motet_session *s,
        struct web_shop_failed_to_buyer_or_authorize_to_acquirer *out)
{
    const struct order *o = order_of(s);
    (void)self;
    if (o->proved) {
        out->tag = WEB_SHOP_AUTHORIZE_TO_ACQUIRER;
        fill_authorize(o, &out->authorize_to_acquirer);
    } else {
        out->tag = WEB_SHOP_FAILED_TO_BUYER;
        out->failed_to_buyer = (card_failed){ .order = o->pay.order, .why = CARD_REFUSAL_CHALLENGE_FAILED };
    }
    return MOTET_DONE;
}

motet_status web_shop_make_authorize(struct web_shop *self, motet_session *s, motet_peer to, card_authorize *out)
{
    (void)self;
    (void)to;
    fill_authorize(order_of(s), out);
    return MOTET_DONE;
}

motet_status web_shop_on_authorized(struct web_shop *self, motet_session *s, motet_peer from, const card_authorized *m)
{
    (void)self;
    (void)from;
    order_of(s)->auth = m->auth;
    return MOTET_DONE;
}

motet_status web_shop_on_refused(struct web_shop *self, motet_session *s, motet_peer from, const card_refused *m)
{
    (void)self;
    (void)from;
    order_of(s)->why = m->why;
    return MOTET_DONE;
}

motet_status web_shop_make_capture(struct web_shop *self, motet_session *s, motet_peer to, card_capture *out)
{
    (void)self;
    (void)to;
    out->auth = order_of(s)->auth;
    return MOTET_DONE;
}

motet_status web_shop_make_receipt(struct web_shop *self, motet_session *s, motet_peer to, card_receipt *out)
{
    (void)self;
    (void)to;
    *out = (card_receipt){ .order = order_of(s)->pay.order, .auth = order_of(s)->auth };
    return MOTET_DONE;
}

motet_status web_shop_make_failed(struct web_shop *self, motet_session *s, motet_peer to, card_failed *out)
{
    (void)self;
    (void)to;
    *out = (card_failed){ .order = order_of(s)->pay.order, .why = order_of(s)->why };
    return MOTET_DONE;
}

void web_shop_completed(struct web_shop *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void web_shop_aborted(struct web_shop *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
