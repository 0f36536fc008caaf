/* Sends JOBS jobs and checks each answer; leaves the note for later until main resumes the session. */
#include "dispatcher.h"

#include <string.h>

enum { JOBS = 5 };

struct dispatcher {
    uint32_t sent, answered, asked;
    uint32_t *sum; /* main's: bit 0: all jobs answered, bit 1: the note was seen */
};

const motet_actor_type dispatcher_actor = DISPATCHER_ACTOR(struct dispatcher);

motet_status dispatcher_init(struct dispatcher *self, const motet_start *start)
{
    self->sum = start->env;
    return start->index == 0 && strcmp(start->name, "dispatcher") == 0 ? MOTET_DONE : MOTET_FAIL;
}

void dispatcher_fini(struct dispatcher *self)
{
    (void)self;
}

motet_status dispatcher_work_choose_job_to_w0_or_stop_to_w1(struct dispatcher *self, motet_session *s,
                                                            struct dispatcher_work_job_to_w0_or_stop_to_w1 *out)
{
    (void)s;
    out->tag = self->sent < JOBS ? DISPATCHER_WORK_JOB_TO_W0 : DISPATCHER_WORK_STOP_TO_W1;
    if (self->sent == JOBS)
        return MOTET_DONE;
    jobs_job *job = &out->job_to_w0;
    job->n = self->sent++;
    job->parts.n = 2;
    job->parts.at[1].id = (uint16_t)job->n;
    job->parts.at[1].name.n = 3;
    memcpy(job->parts.at[1].name.at, "bolt", 3);
    return MOTET_DONE;
}

motet_status dispatcher_work_on_result(struct dispatcher *self, motet_session *s, motet_peer from, const jobs_result *m)
{
    (void)s;
    bool right = from.role == WORK_ROLE_W && from.index == 1 && m->n == 2 * self->answered && m->note.has &&
                 m->note.value.n == 4 && memcmp(m->note.value.at, "done", 4) == 0;
    self->answered++;
    return right ? MOTET_DONE : MOTET_FAIL;
}

motet_status dispatcher_work_make_stop(struct dispatcher *self, motet_session *s, motet_peer to)
{
    (void)self;
    (void)s;
    return to.role == WORK_ROLE_W && to.index == 0 ? MOTET_DONE : MOTET_FAIL;
}

void dispatcher_work_completed(struct dispatcher *self, motet_session *s)
{
    (void)s;
    *self->sum |= self->answered == JOBS ? 1u : 0u;
}

void dispatcher_work_aborted(struct dispatcher *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}

motet_status dispatcher_audit_make_note(struct dispatcher *self, motet_session *s, motet_peer to, jobs_note *out)
{
    if (self->asked++ == 0)
        return MOTET_LATER;
    out->level = JOBS_LEVEL_BAD_NEWS;
    out->count = (uint32_t)motet_session_arg(s);
    return to.role == AUDIT_ROLE_KEEPER ? MOTET_DONE : MOTET_FAIL;
}

motet_status dispatcher_audit_on_seen(struct dispatcher *self, motet_session *s, motet_peer from)
{
    (void)s;
    (void)from;
    *self->sum |= 2u;
    return MOTET_DONE;
}

void dispatcher_audit_completed(struct dispatcher *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void dispatcher_audit_aborted(struct dispatcher *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}
