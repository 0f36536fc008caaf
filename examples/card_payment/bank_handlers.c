/* bank_handlers.c -- what actor Bank does: authorises an amount and captures it. */
#include "bank.h"

#include "card_tally.h"

struct bank {
    struct bank_state state;
    struct card_tally *tally;
};

const motet_actor_type bank_actor = BANK_ACTOR(struct bank);

motet_status bank_init(struct bank *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void bank_fini(struct bank *self)
{
    tally_add(&self->tally->captured, self->state.captured);
}

/* ---- session Payment ---- */

motet_status bank_on_authorize(struct bank *self, motet_session *s, motet_peer from, const card_authorize *m)
{
    (void)self;
    (void)from;
    return m->order == motet_session_arg(s) && EXAMPLE_IS(m->amount.currency, "EUR") ? MOTET_DONE : MOTET_FAIL;
}

motet_status bank_choose_authorized_or_refused(struct bank *self, motet_session *s, motet_peer to,
                                               struct bank_authorized_or_refused *out)
{
    (void)self;
    (void)to;
    if (order_has_no_funds(motet_session_arg(s))) {
        out->tag = BANK_REFUSED;
        out->refused.why = CARD_REFUSAL_NO_FUNDS;
    } else {
        out->tag = BANK_AUTHORIZED;
        out->authorized.auth = motet_session_arg(s) + 1000000;
    }
    return MOTET_DONE;
}

motet_status bank_on_capture(struct bank *self, motet_session *s, motet_peer from, const card_capture *m)
{
    (void)from;
    self->state.captured++;
    return m->auth == motet_session_arg(s) + 1000000 ? MOTET_DONE : MOTET_FAIL;
}

void bank_completed(struct bank *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void bank_aborted(struct bank *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    (void)s;
}
