/* dispatcher_handlers.c -- what actor Dispatcher does. This file is yours: it was written once and is never
 * overwritten.
 *
 * Each stub fails its actor until it is written: replace `return missing(...)` by what is to be done and MOTET_DONE.
 * dispatcher.h says what each return value means and, always up to date, when each handler is called.
 */
#include "dispatcher.h"

#include <stdio.h>

struct dispatcher { /* zeroed before dispatcher_init */
    uint32_t index; /* which one of its family this is */
};

const motet_actor_type dispatcher_actor = DISPATCHER_ACTOR(struct dispatcher);

static motet_status missing(const char *handler)
{
    fprintf(stderr, "dispatcher: handler %s is not written yet\n", handler);
    return MOTET_FAIL;
}

motet_status dispatcher_init(struct dispatcher *self, const motet_start *start)
{
    self->index = start->index;
    return MOTET_DONE;
}

void dispatcher_fini(struct dispatcher *self)
{
    (void)self;
}

/* Result arrived. In state 1 (line 20). Next: Job or Stop to W. */
motet_status dispatcher_work_on_result(struct dispatcher *self, motet_session *s, motet_peer from, const jobs_result *m)
{
    (void)self;
    (void)s;
    (void)from;
    (void)m;
    return missing("dispatcher_work_on_result");
}

/* Choose: Job or Stop. In state 0 (line 18). Next: Result from W; Stop to W.
 * Set out->tag = DISPATCHER_WORK_JOB_TO_W0 and fill out->job_to_w0, or another branch; *out is zeroed. */
motet_status dispatcher_work_choose_job_to_w0_or_stop_to_w1(struct dispatcher *self, motet_session *s,
                                                            struct dispatcher_work_job_to_w0_or_stop_to_w1 *out)
{
    (void)self;
    (void)s;
    (void)out;
    return missing("dispatcher_work_choose_job_to_w0_or_stop_to_w1");
}

/* Stop is to be sent. In state 2 (line 24). Next: the end. */
motet_status dispatcher_work_make_stop(struct dispatcher *self, motet_session *s, motet_peer to)
{
    (void)self;
    (void)s;
    (void)to;
    return missing("dispatcher_work_make_stop");
}

/* This role's part of the session is complete; nothing more is called for it. */
void dispatcher_work_completed(struct dispatcher *self, motet_session *s)
{
    (void)self;
    (void)s;
}

/* The session is lost, through a failure of this actor or of another one: free what it holds. Nothing more is called
 * for it. */
void dispatcher_work_aborted(struct dispatcher *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}

/* Seen arrived. In state 1 (line 31). Next: the end. */
motet_status dispatcher_audit_on_seen(struct dispatcher *self, motet_session *s, motet_peer from)
{
    (void)self;
    (void)s;
    (void)from;
    return missing("dispatcher_audit_on_seen");
}

/* Note is to be sent. In state 0 (line 30). Next: Seen from Keeper.
 * Fill *out (level ...); it is zeroed. */
motet_status dispatcher_audit_make_note(struct dispatcher *self, motet_session *s, motet_peer to, jobs_note *out)
{
    (void)self;
    (void)s;
    (void)to;
    (void)out;
    return missing("dispatcher_audit_make_note");
}

/* This role's part of the session is complete; nothing more is called for it. */
void dispatcher_audit_completed(struct dispatcher *self, motet_session *s)
{
    (void)self;
    (void)s;
}

/* The session is lost, through a failure of this actor or of another one: free what it holds. Nothing more is called
 * for it. */
void dispatcher_audit_aborted(struct dispatcher *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)s;
    (void)why;
}
