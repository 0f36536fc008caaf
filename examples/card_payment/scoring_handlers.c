/* scoring_handlers.c -- what actor Scoring does: guesses how risky an order is. There are two of it; each
 * order has one. */
#include "scoring.h"

#include "card_tally.h"

struct scoring {
    uint64_t assessed;
};

const motet_actor_type scoring_actor = SCORING_ACTOR(struct scoring);

motet_status scoring_init(struct scoring *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void scoring_fini(struct scoring *self)
{
    (void)self;
}

/* ---- session Payment ---- */

motet_status scoring_on_assess(struct scoring *self, motet_session *s, motet_peer from, const card_assess *m)
{
    (void)from;
    self->assessed++;
    return m->order == motet_session_arg(s) && m->recent_orders[3] == 3 ? MOTET_DONE : MOTET_FAIL;
}

motet_status scoring_choose_low_risk_or_high_risk(struct scoring *self, motet_session *s, motet_peer to,
                                                  struct scoring_low_risk_or_high_risk *out)
{
    (void)self;
    (void)to;
    if (order_is_risky(motet_session_arg(s))) {
        out->tag = SCORING_HIGH_RISK;
        out->high_risk.score = 0.9F;
    } else {
        out->tag = SCORING_LOW_RISK;
        out->low_risk.score = 0.1F;
    }
    return MOTET_DONE;
}

void scoring_completed(struct scoring *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void scoring_aborted(struct scoring *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    (void)s;
}
