/* isolate_serve.c -- what an isolated actor asks in its process, done in the parent, as the actor whose callback runs.
 *
 * Only what makes sense as a request is checked here. Refs, rights, wires and ids are judged by the functions that
 * would have been called in one process, so that a child can do what its actor could, and no more.
 */
#include "isolate.h"

static motet_err ask_mail(motet_ctx *ctx, const motet__frame *q, motet__frame *a)
{
    const void *data = motet__frame_payload(q);
    uint32_t n = motet__frame_payload_size(q);
    switch ((motet__frame_kind)q->kind) {
    case MOTET__FRAME_TELL: return motet_tell(ctx, q->ref, q->tag, data, n);
    case MOTET__FRAME_ASK: return motet_ask(ctx, q->ref, q->tag, data, n, q->arg, &a->id);
    default: return motet_reply(ctx, q->ref, q->id, data, n);
    }
}

/* What carries no payload. */
static bool ask_other(motet_system *sys, motet_ctx *ctx, const motet__frame *q, motet__frame *a)
{
    motet_err e = MOTET_OK;
    switch ((motet__frame_kind)q->kind) {
    case MOTET__FRAME_OPEN: e = motet_session_open(sys, q->at, q->arg, &a->id); break;
    case MOTET__FRAME_RESUME: e = motet_session_resume(sys, q->id, q->at); break;
    case MOTET__FRAME_STOP: e = motet_stop(ctx, q->ref); break;
    case MOTET__FRAME_KILL: e = motet_kill(ctx, q->ref); break;
    case MOTET__FRAME_MONITOR: e = motet_monitor(ctx, q->ref, &a->id); break;
    case MOTET__FRAME_DEMONITOR: motet_demonitor(ctx, q->ref, q->id); break;
    case MOTET__FRAME_LINK: e = motet_link(ctx, q->ref); break;
    case MOTET__FRAME_UNLINK: motet_unlink(ctx, q->ref); break;
    case MOTET__FRAME_STASH: e = motet_stash(ctx); break;
    case MOTET__FRAME_UNSTASH: motet_unstash(ctx); break;
    case MOTET__FRAME_TIMER: e = motet_timer_start(ctx, q->arg, q->id, q->tag, &a->id); break;
    case MOTET__FRAME_CANCEL: a->arg |= motet_timer_cancel(ctx, q->id) ? MOTET__WAS_TO_COME : 0; break;
    case MOTET__FRAME_CHILD_REF: e = motet_child_ref(sys, q->at, (uint32_t)q->arg, &a->ref); break;
    case MOTET__FRAME_ATTENUATE: e = motet_ref_attenuate(sys, q->ref, (motet_rights)q->arg, &a->ref); break;
    default: return false;
    }
    a->status = (int32_t)e;
    return true;
}

bool motet__isolate_serve(motet_system *sys, motet_ctx *ctx, const motet__frame *q, motet__frame *a)
{
    bool sense = true;
    if (q->kind == MOTET__FRAME_TELL || q->kind == MOTET__FRAME_ASK || q->kind == MOTET__FRAME_REPLY) {
        a->status = (int32_t)ask_mail(ctx, q, a);
    } else {
        sense = motet__frame_payload_size(q) == 0 && ask_other(sys, ctx, q, a);
    }
    a->arg |= motet_is_blocked(ctx) ? MOTET__IS_BLOCKED : 0;
    return sense;
}
