/* participant_handlers.c -- what actor Participant does: votes, obeys, and crashes now and then.
 *
 * Votes and crashes follow from the transaction's number, so that every run has the same ones. A crash is what any
 * status other than MOTET_DONE and MOTET_LATER means: the supervisor restarts the actor with a fresh state, and the
 * sessions in which it played are lost.
 */
#include "participant.h"

#include "ledger.h"

enum { DISK_BROKE = 2 }; /* our own reason to fail */

struct participant {
    struct participant_state state;
    uint32_t index;
    struct ledger *ledger;
};

const motet_actor_type participant_actor = PARTICIPANT_ACTOR(struct participant);

motet_status participant_init(struct participant *self, const motet_start *start)
{
    self->index = start->index;
    self->ledger = start->env;
    return MOTET_DONE;
}

/* Nothing to free. After a crash, too, participant_aborted has been called for each open session before. */
void participant_fini(struct participant *self)
{
    (void)self;
}

/* One transaction in 40 meets a broken disk, at each participant in turn. */
static bool disk_breaks(const struct participant *self, uint64_t tx)
{
    return tx % 40 == 17 && tx / 40 % 3 == self->index;
}

static bool has_conflict(const struct participant *self, uint64_t tx)
{
    return tx % 10 == 2 * self->index + 3;
}

/* A session's slot is not NULL while its transaction is prepared and undecided. */
static void note_prepared(struct participant *self, motet_session *s)
{
    *motet_session_slot(s) = self;
    self->state.prepared++;
    ledger_count(&self->ledger->prepared);
}

static void note_decided(motet_session *s, entry *how)
{
    *motet_session_slot(s) = NULL;
    ledger_count(how);
}

/* ---- session Tpc ---- */

motet_status participant_on_prepare(struct participant *self, motet_session *s, motet_peer from, const tpc_prepare *m)
{
    (void)from;
    if (m->tx != motet_session_arg(s) || m->ops.n != 2 || m->ops.at[0] != self->index)
        return MOTET_FAIL;
    note_prepared(self, s);
    if (disk_breaks(self, m->tx)) {
        ledger_count(&self->ledger->crashes);
        return DISK_BROKE;
    }
    return MOTET_DONE;
}

motet_status participant_choose_yes_or_no(struct participant *self, motet_session *s, motet_peer to,
                                          struct participant_yes_or_no *out)
{
    uint64_t tx = motet_session_arg(s);
    (void)to;
    if (has_conflict(self, tx)) {
        out->tag = PARTICIPANT_NO;
        out->no = (tpc_no){.tx = tx, .why = TPC_REASON_CONFLICT};
    } else {
        out->tag = PARTICIPANT_YES;
        out->yes.tx = tx;
    }
    return MOTET_DONE;
}

motet_status participant_on_commit(struct participant *self, motet_session *s, motet_peer from, const tpc_commit *m)
{
    (void)from;
    if (m->tx != motet_session_arg(s))
        return MOTET_FAIL;
    self->state.committed++;
    note_decided(s, &self->ledger->committed);
    ledger_count(&self->ledger->tx[m->tx].committed);
    return MOTET_DONE;
}

motet_status participant_on_abort(struct participant *self, motet_session *s, motet_peer from, const tpc_abort *m)
{
    (void)from;
    if (m->tx != motet_session_arg(s))
        return MOTET_FAIL;
    self->state.aborted++;
    note_decided(s, &self->ledger->rolled_back);
    ledger_count(&self->ledger->tx[m->tx].rolled_back);
    return MOTET_DONE;
}

motet_status participant_make_done(struct participant *self, motet_session *s, motet_peer to, tpc_done *out)
{
    (void)self;
    (void)to;
    out->tx = motet_session_arg(s);
    return MOTET_DONE;
}

void participant_completed(struct participant *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void participant_aborted(struct participant *self, motet_session *s, motet_abort_reason why)
{
    (void)why;
    if (*motet_session_slot(s))
        note_decided(s, &self->ledger->given_up);
}
