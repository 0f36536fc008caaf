/* coordinator_handlers.c -- what actor Coordinator does: asks all, counts votes, decides.
 *
 * The protocol has several sessions open at once (`sessions 4`), so each has a ballot of its own, kept in the
 * session's slot. Ballots live in the actor's state: after a restart there are none, as there are no sessions.
 */
#include "coordinator.h"

#include "ledger.h"

enum { BALLOTS = 4 }; /* the actor's `sessions` */

struct ballot {
    uint64_t tx;
    bool open;
    bool no;   /* somebody voted No */
};

struct coordinator {
    struct ledger *ledger;
    struct ballot ballots[BALLOTS];
};

const motet_actor_type coordinator_actor = COORDINATOR_ACTOR(struct coordinator);

motet_status coordinator_init(struct coordinator *self, const motet_start *start)
{
    self->ledger = start->env;
    return MOTET_DONE;
}

void coordinator_fini(struct coordinator *self)
{
    (void)self;
}

/* The session's ballot, made at first use; NULL when all are taken, which the protocol file rules out. */
static struct ballot *ballot_of(struct coordinator *self, motet_session *s)
{
    void **slot = motet_session_slot(s);
    for (int i = 0; i < BALLOTS && !*slot; i++)
        if (!self->ballots[i].open) {
            self->ballots[i] = (struct ballot){.tx = motet_session_arg(s), .open = true};
            *slot = &self->ballots[i];
            ledger_count(&self->ledger->tx[motet_session_arg(s)].begun);
        }
    return *slot;
}

static void drop_ballot(motet_session *s)
{
    struct ballot *b = *motet_session_slot(s);
    if (b)
        b->open = false;
}

/* ---- session Tpc ---- */

motet_status coordinator_make_prepare(struct coordinator *self, motet_session *s, motet_peer to, tpc_prepare *out)
{
    struct ballot *b = ballot_of(self, s);
    if (!b)
        return MOTET_FAIL;
    out->tx = b->tx;
    out->ops.n = 2;
    out->ops.at[0] = (uint8_t)to.index;
    out->ops.at[1] = (uint8_t)(b->tx & 0xff);
    return MOTET_DONE;
}

motet_status coordinator_on_yes(struct coordinator *self, motet_session *s, motet_peer from, const tpc_yes *m)
{
    (void)from;
    return ballot_of(self, s)->tx == m->tx ? MOTET_DONE : MOTET_FAIL;
}

motet_status coordinator_on_no(struct coordinator *self, motet_session *s, motet_peer from, const tpc_no *m)
{
    struct ballot *b = ballot_of(self, s);
    (void)from;
    b->no = true;
    return b->tx == m->tx ? MOTET_DONE : MOTET_FAIL;
}

/* Asked once, when all votes are in: the answer goes to the first participant, and the makers below tell the others. */
motet_status coordinator_choose_commit_or_abort(struct coordinator *self, motet_session *s, motet_peer to,
                                                struct coordinator_commit_or_abort *out)
{
    struct ballot *b = ballot_of(self, s);
    (void)to;
    if (b->no) {
        out->tag = COORDINATOR_ABORT;
        out->abort.tx = b->tx;
    } else {
        out->tag = COORDINATOR_COMMIT;
        out->commit.tx = b->tx;
    }
    return MOTET_DONE;
}

motet_status coordinator_make_commit(struct coordinator *self, motet_session *s, motet_peer to, tpc_commit *out)
{
    (void)to;
    out->tx = ballot_of(self, s)->tx;
    return MOTET_DONE;
}

motet_status coordinator_make_abort(struct coordinator *self, motet_session *s, motet_peer to, tpc_abort *out)
{
    (void)to;
    out->tx = ballot_of(self, s)->tx;
    return MOTET_DONE;
}

motet_status coordinator_on_done(struct coordinator *self, motet_session *s, motet_peer from, const tpc_done *m)
{
    (void)from;
    return ballot_of(self, s)->tx == m->tx ? MOTET_DONE : MOTET_FAIL;
}

void coordinator_completed(struct coordinator *self, motet_session *s)
{
    const struct ballot *b = ballot_of(self, s);
    struct transaction *t = &self->ledger->tx[b->tx];
    ledger_count(b->no ? &t->abort : &t->commit);
    drop_ballot(s);
}

void coordinator_aborted(struct coordinator *self, motet_session *s, motet_abort_reason why)
{
    ledger_count(&self->ledger->tx[motet_session_arg(s)].lost);
    if (why != MOTET_ABORT_CRASH)
        ledger_count(&self->ledger->lost_otherwise);
    drop_ballot(s);
}
