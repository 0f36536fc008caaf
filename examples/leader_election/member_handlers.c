/* member_handlers.c -- what actor Member does at any place of the ring: lets the highest id pass, adds its own if it is
 * higher, and reports a clash when both are the same. Member 0 begins and decides. */
#include "member.h"

#include "election_tally.h"

struct member {
    struct member_state state;
    uint32_t index;
    struct election_tally *tally;
};

/* The candidate as it left or reached this member last. */
struct view {
    uint32_t term;
    uint64_t id;
    bool clash;
};

const motet_actor_type member_actor = MEMBER_ACTOR(struct member);

motet_status member_init(struct member *self, const motet_start *start)
{
    self->index = start->index;
    self->tally = start->env;
    return MOTET_DONE;
}

void member_fini(struct member *self)
{
    (void)self;
}

/* ---- session Election ---- */

motet_status member_make_candidate(struct member *self, motet_session *s, motet_peer to, election_candidate *out)
{
    struct view *v = example_memory(s, sizeof *v);
    uint64_t mine;
    (void)to;
    if (!v)
        return MOTET_FAIL;
    mine = election_id(motet_session_arg(s), v->term, self->index);
    if (self->index == 0) {
        v->id = mine;
        v->clash = false;
    } else if (mine >= v->id) {
        v->clash = mine == v->id;
        v->id = mine;
    }
    *out = (election_candidate){ .term = v->term, .id = v->id, .clash = v->clash };
    return MOTET_DONE;
}

motet_status member_on_candidate(struct member *self, motet_session *s, motet_peer from, const election_candidate *m)
{
    struct view *v = example_memory(s, sizeof *v);
    (void)from;
    if (!v)
        return MOTET_FAIL;
    *v = (struct view){ .term = m->term, .id = m->id, .clash = m->clash };
    self->state.terms++;
    return MOTET_DONE;
}

/* Member 0, when the candidate has come round. */
motet_status member_choose_candidate_or_leader(struct member *self, motet_session *s, motet_peer to,
                                               struct member_candidate_or_leader *out)
{
    struct view *v = example_memory(s, sizeof *v);
    if (!v)
        return MOTET_FAIL;
    if (v->clash) {
        tally_up(&self->tally->repeated);
        v->term++;
        out->tag = MEMBER_CANDIDATE;
        return member_make_candidate(self, s, to, &out->candidate);
    }
    self->state.leader = v->id;
    out->tag = MEMBER_LEADER;
    out->leader = (election_leader){ .term = v->term, .id = v->id };
    return MOTET_DONE;
}

motet_status member_on_leader(struct member *self, motet_session *s, motet_peer from, const election_leader *m)
{
    struct view *v = example_memory(s, sizeof *v);
    (void)from;
    if (!v)
        return MOTET_FAIL;
    v->id = m->id;
    self->state.leader = m->id;
    tally_up(&self->tally->informed);
    if (m->id != election_highest(motet_session_arg(s), m->term))
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status member_make_leader(struct member *self, motet_session *s, motet_peer to, election_leader *out)
{
    const struct view *v = example_memory(s, sizeof *v);
    (void)self;
    (void)to;
    if (!v)
        return MOTET_FAIL;
    *out = (election_leader){ .term = v->term, .id = v->id };
    return MOTET_DONE;
}

motet_status member_make_ack(struct member *self, motet_session *s, motet_peer to, election_ack *out)
{
    const struct view *v = example_memory(s, sizeof *v);
    (void)self;
    (void)to;
    if (!v)
        return MOTET_FAIL;
    out->term = v->term;
    return MOTET_DONE;
}

motet_status member_on_ack(struct member *self, motet_session *s, motet_peer from, const election_ack *m)
{
    (void)s;
    (void)from;
    (void)m;
    tally_up(&self->tally->acknowledged);
    return MOTET_DONE;
}

void member_completed(struct member *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void member_aborted(struct member *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
