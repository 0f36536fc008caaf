/* isolate_ask.c -- what a program calls in the process of an isolated actor, in place of what motet/context.h and
 * motet/system.h do in the parent: it asks the parent, which does it.
 *
 * The parent listens while a callback of the actor runs, and to that callback's thread. Other threads of the process
 * may only resume questions, which needs no answer.
 */
#include "isolate.h"

#include <string.h>

bool motet__is_isolated;

static motet_err send(motet__frame *q, const void *data, size_t size)
{
    return size <= MOTET__MOST_MAIL ? motet__isolate_ask(q, data, size) : MOTET_ENOMEM;
}

/* ---- motet/context.h ---- */

motet_err motet__isolated_tell(motet_ref to, uint32_t tag, const void *data, size_t size)
{
    motet__frame q = {.kind = MOTET__FRAME_TELL, .ref = to, .tag = tag};
    return send(&q, data, size);
}

motet_err motet__isolated_ask(motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns,
                              uint64_t *id)
{
    motet__frame q = {.kind = MOTET__FRAME_ASK, .ref = to, .tag = tag, .arg = timeout_ns};
    motet_err e = send(&q, data, size);
    *id = e == MOTET_OK ? q.id : 0;
    return e;
}

motet_err motet__isolated_reply(motet_ref from, uint64_t id, const void *data, size_t size)
{
    motet__frame q = {.kind = MOTET__FRAME_REPLY, .ref = from, .id = id};
    return send(&q, data, size);
}

motet_err motet__isolated_do(motet__frame_kind what, motet_ref who, uint64_t *id)
{
    motet__frame q = {.kind = (uint16_t)what, .ref = who, .id = id ? *id : 0};
    motet_err e = motet__isolate_ask(&q, NULL, 0);
    if (id) {
        *id = q.id;
    }
    return e;
}

motet_err motet__isolated_timer(uint64_t delay_ns, uint64_t period_ns, uint32_t tag, uint64_t *id)
{
    motet__frame q = {.kind = MOTET__FRAME_TIMER, .arg = delay_ns, .id = period_ns, .tag = tag};
    motet_err e = motet__isolate_ask(&q, NULL, 0);
    *id = q.id;
    return e;
}

bool motet__isolated_cancel(uint64_t id)
{
    motet__frame q = {.kind = MOTET__FRAME_CANCEL, .id = id};
    return motet__isolate_ask(&q, NULL, 0) == MOTET_OK && (q.arg & MOTET__WAS_TO_COME);
}

/* ---- motet/system.h ---- */

/* Whether it may be asked: of the actor's own system, by the thread of a callback. */
static bool may_ask(const motet_system *sys, const char *what)
{
    if (motet__isolate_is_ours(sys) && motet__isolate_calls_back()) {
        return true;
    }
    (void)motet__isolated_refuse(what);
    return false;
}

motet_err motet__isolated_open(const motet_system *sys, uint16_t wire, uint64_t arg, uint64_t *id)
{
    motet__frame q = {.kind = MOTET__FRAME_OPEN, .at = wire, .arg = arg};
    if (!may_ask(sys, "motet_session_open")) {
        return MOTET_EINVAL;
    }
    motet_err e = motet__isolate_ask(&q, NULL, 0);
    if (e == MOTET_OK && id) {
        *id = q.id;
    }
    return e;
}

motet_err motet__isolated_resume(const motet_system *sys, uint64_t id, uint16_t role)
{
    motet__frame q = {.kind = MOTET__FRAME_RESUME, .at = role, .id = id};
    if (!motet__isolate_is_ours(sys)) {
        return motet__isolated_refuse("motet_session_resume");
    }
    if (motet__isolate_calls_back()) {
        return motet__isolate_ask(&q, NULL, 0);
    }
    motet__said said;
    memset(&said, 0, sizeof said);
    said.id = id;
    said.role = role;
    motet__process_say(&said, sizeof said);
    return MOTET_OK;
}

motet_err motet__isolated_send(const motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size)
{
    return may_ask(sys, "motet_send") ? motet__isolated_tell(to, tag, data, size) : MOTET_EINVAL;
}

motet_err motet__isolated_child_ref(const motet_system *sys, uint16_t child, uint32_t instance, motet_ref *out)
{
    motet__frame q = {.kind = MOTET__FRAME_CHILD_REF, .at = child, .arg = instance};
    *out = MOTET_NOBODY;
    if (!may_ask(sys, "motet_child_ref")) {
        return MOTET_EINVAL;
    }
    motet_err e = motet__isolate_ask(&q, NULL, 0);
    *out = e == MOTET_OK ? q.ref : MOTET_NOBODY;
    return e;
}

motet_err motet__isolated_attenuate(const motet_system *sys, motet_ref ref, motet_rights rights, motet_ref *out)
{
    motet__frame q = {.kind = MOTET__FRAME_ATTENUATE, .ref = ref, .arg = rights};
    *out = MOTET_NOBODY;
    if (!may_ask(sys, "motet_ref_attenuate")) {
        return MOTET_EINVAL;
    }
    motet_err e = motet__isolate_ask(&q, NULL, 0);
    *out = e == MOTET_OK ? q.ref : MOTET_NOBODY;
    return e;
}
