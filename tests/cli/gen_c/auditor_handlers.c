/* Accepts one kind of note. */
#include "auditor.h"

struct auditor {
    uint32_t notes;
};

const motet_actor_type auditor_actor = AUDITOR_ACTOR(struct auditor);

motet_status auditor_init(struct auditor *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void auditor_fini(struct auditor *self)
{
    (void)self;
}

motet_status auditor_on_note(struct auditor *self, motet_session *s, motet_peer from, const jobs_note *m)
{
    (void)s;
    (void)from;
    self->notes++;
    return m->level == JOBS_LEVEL_BAD_NEWS && m->count == 42 ? MOTET_DONE : MOTET_FAIL;
}

motet_status auditor_make_seen(struct auditor *self, motet_session *s, motet_peer to)
{
    (void)self;
    (void)s;
    (void)to;
    return MOTET_DONE;
}

void auditor_completed(struct auditor *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void auditor_aborted(struct auditor *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}
