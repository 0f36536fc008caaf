/* till_handlers.c -- what actor Till does: charges a card, or finds that it is not good for the amount. */
#include "till.h"

#include "saga_tally.h"

struct till {
    struct till_state state;
    struct saga_tally *tally;
};

const motet_actor_type till_actor = TILL_ACTOR(struct till);

motet_status till_init(struct till *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void till_fini(struct till *self)
{
    tally_add(&self->tally->income_cents, self->state.income_cents);
}

/* ---- session Journey ---- */

motet_status till_on_charge(struct till *self, motet_session *s, motet_peer from, const saga_charge *m)
{
    saga_charge *due = example_memory(s, sizeof *due);
    (void)self;
    (void)from;
    if (!due)
        return MOTET_FAIL;
    *due = *m;
    return MOTET_DONE;
}

/* Every fifth customer has no money. */
motet_status till_choose_charged_or_declined(struct till *self, motet_session *s, motet_peer to,
                                             struct till_charged_or_declined *out)
{
    const saga_charge *due = example_memory(s, sizeof *due);
    (void)to;
    if (motet_session_arg(s) % 5 == 0) {
        out->tag = TILL_DECLINED;
        out->declined = (saga_declined){ .trip = due->trip, .why = SAGA_PROBLEM_CARD_DECLINED };
        return MOTET_DONE;
    }
    self->state.income_cents += due->amount_cents;
    out->tag = TILL_CHARGED;
    out->charged.trip = due->trip;
    out->charged.receipt.n = sizeof out->charged.receipt.at;
    memcpy(out->charged.receipt.at, &due->trip, sizeof due->trip);
    return MOTET_DONE;
}

void till_completed(struct till *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void till_aborted(struct till *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
