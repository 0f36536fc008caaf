/* W[0] passes each job on, W[1] answers with twice its number. */
#include "worker.h"

#include <string.h>

struct worker {
    struct worker_state state;
    uint32_t index, n;
};

const motet_actor_type worker_actor = WORKER_ACTOR(struct worker);

motet_status worker_init(struct worker *self, const motet_start *start)
{
    self->index = start->index;
    return MOTET_DONE;
}

void worker_fini(struct worker *self)
{
    (void)self;
}

motet_status worker_on_job(struct worker *self, motet_session *s, motet_peer from, const jobs_job *m)
{
    bool right = self->index == 0 && motet_session_role(s).index == 0 && from.role == WORK_ROLE_BOSS && m->parts.n == 2 &&
                 m->parts.at[1].id == m->n && m->parts.at[1].name.n == 3 &&
                 memcmp(m->parts.at[1].name.at, "bol", 4) == 0; /* what was not filled in is zero */
    self->n = m->n;
    return right ? MOTET_DONE : MOTET_FAIL;
}

motet_status worker_make_half(struct worker *self, motet_session *s, motet_peer to, jobs_half *out)
{
    (void)s;
    out->n = self->n;
    return to.index == 1 ? MOTET_DONE : MOTET_FAIL;
}

motet_status worker_on_half(struct worker *self, motet_session *s, motet_peer from, const jobs_half *m)
{
    (void)s;
    self->n = m->n;
    return self->index == 1 && from.index == 0 ? MOTET_DONE : MOTET_FAIL;
}

motet_status worker_make_result(struct worker *self, motet_session *s, motet_peer to, jobs_result *out)
{
    (void)s;
    out->n = 2 * self->n;
    out->note.has = true;
    out->note.value.n = 4;
    memcpy(out->note.value.at, "done", 4);
    self->state.done++;
    return to.role == WORK_ROLE_BOSS ? MOTET_DONE : MOTET_FAIL;
}

motet_status worker_on_stop(struct worker *self, motet_session *s, motet_peer from)
{
    (void)self;
    (void)s;
    return from.role == WORK_ROLE_BOSS ? MOTET_DONE : MOTET_FAIL;
}

void worker_completed(struct worker *self, motet_session *s)
{
    (void)self;
    (void)s;
}

void worker_aborted(struct worker *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}
