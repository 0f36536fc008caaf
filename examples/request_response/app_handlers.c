/* app_handlers.c -- what actor App does: puts a value, reads it back, removes it and finds that it is gone.
 *
 * The session's argument names the key, so that each session works on a key of its own.
 */
#include "app.h"

#include "kv_tally.h"

struct app {
    struct app_state state;
    struct kv_tally *tally;
};

struct talk {
    uint32_t asked; /* requests so far */
};

/* The requests of a session, in order. The last is refused. */
static const kv_verb plan[] = { KV_VERB_PUT, KV_VERB_GET, KV_VERB_REMOVE, KV_VERB_GET };
enum { PLAN = sizeof plan / sizeof *plan, PUT_AT = 0, GET_AT = 1 };

const motet_actor_type app_actor = APP_ACTOR(struct app);

motet_status app_init(struct app *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void app_fini(struct app *self)
{
    (void)self;
}

/* ---- session KeyValue ---- */

motet_status app_choose_request_or_goodbye(struct app *self, motet_session *s, motet_peer to,
                                           struct app_request_or_goodbye *out)
{
    struct talk *t = example_memory(s, sizeof *t);
    char key[24];
    (void)to;
    if (!t)
        return MOTET_FAIL;
    if (t->asked == PLAN) {
        out->tag = APP_GOODBYE;
        return MOTET_DONE;
    }
    out->tag = APP_REQUEST;
    out->request.id = ++self->state.next_id;
    out->request.verb = plan[t->asked];
    snprintf(key, sizeof key, "key %" PRIu64, motet_session_arg(s));
    EXAMPLE_TEXT(out->request.key, key);
    if (t->asked == PUT_AT) {
        out->request.value.has = true;
        out->request.value.value.n = 1;
        out->request.value.value.at[0] = (uint8_t)motet_session_arg(s);
    }
    t->asked++;
    return MOTET_DONE;
}

motet_status app_on_response(struct app *self, motet_session *s, motet_peer from, const kv_response *m)
{
    const struct talk *t = example_memory(s, sizeof *t);
    (void)from;
    if (!t)
        return MOTET_FAIL;
    if (t->asked == GET_AT + 1 && (m->value.n != 1 || m->value.at[0] != (uint8_t)motet_session_arg(s)))
        tally_up(&self->tally->wrong);
    self->state.answered++;
    tally_up(&self->tally->answered);
    return MOTET_DONE;
}

motet_status app_on_failure(struct app *self, motet_session *s, motet_peer from, const kv_failure *m)
{
    const struct talk *t = example_memory(s, sizeof *t);
    (void)from;
    if (!t)
        return MOTET_FAIL;
    if (t->asked != PLAN || m->why != KV_REASON_NOT_FOUND)
        tally_up(&self->tally->wrong);
    tally_up(&self->tally->refused);
    return MOTET_DONE;
}

void app_completed(struct app *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void app_aborted(struct app *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
