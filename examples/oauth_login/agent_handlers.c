/* agent_handlers.c -- what actor Agent does: the browser and the person in front of it. */
#include "agent.h"

#include "login_tally.h"

struct visit {
    login_redirect redirect;
    login_code code;
    login_refusal why;
    uint32_t tries;
};

struct agent {
    struct agent_state state;
    struct login_tally *tally;
};

const motet_actor_type agent_actor = AGENT_ACTOR(struct agent);

motet_status agent_init(struct agent *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void agent_fini(struct agent *self)
{
    tally_add(&self->tally->welcomed, self->state.welcomed);
    tally_add(&self->tally->failed, self->state.failed);
}

static struct visit *visit_of(motet_session *s)
{
    return example_memory(s, sizeof(struct visit));
}

/* ---- session SignIn ---- */

motet_status agent_make_login(struct agent *self, motet_session *s, motet_peer to, login_login *out)
{
    (void)self;
    (void)s;
    (void)to;
    EXAMPLE_TEXT(out->return_to, "/inbox");
    return MOTET_DONE;
}

motet_status agent_on_redirect(struct agent *self, motet_session *s, motet_peer from, const login_redirect *m)
{
    struct visit *v = visit_of(s);
    (void)self;
    (void)from;
    if (!v)
        return MOTET_FAIL;
    v->redirect = *m;
    return MOTET_DONE;
}

/* The browser carries over what the application asked for, unchanged. */
motet_status agent_make_authorize(struct agent *self, motet_session *s, motet_peer to, login_authorize *out)
{
    const login_redirect *r = &visit_of(s)->redirect;
    (void)self;
    (void)to;
    out->client.n = r->client.n;
    memcpy(out->client.at, r->client.at, r->client.n);
    out->state = r->state;
    out->challenge = r->challenge;
    return MOTET_DONE;
}

motet_status agent_on_ask_password(struct agent *self, motet_session *s, motet_peer from, const login_ask_password *m)
{
    (void)from;
    if (m->attempts_left != ATTEMPTS - visit_of(s)->tries)
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status agent_make_credentials(struct agent *self, motet_session *s, motet_peer to, login_credentials *out)
{
    struct visit *v = visit_of(s);
    (void)self;
    (void)to;
    EXAMPLE_TEXT(out->user, "ada");
    EXAMPLE_TEXT(out->password, v->tries < login_mistakes(motet_session_arg(s)) ? "lovelaec" : "lovelace");
    v->tries++;
    return MOTET_DONE;
}

motet_status agent_on_code(struct agent *self, motet_session *s, motet_peer from, const login_code *m)
{
    (void)self;
    (void)from;
    visit_of(s)->code = *m;
    return MOTET_DONE;
}

motet_status agent_on_denied(struct agent *self, motet_session *s, motet_peer from, const login_denied *m)
{
    (void)self;
    (void)from;
    visit_of(s)->why = m->why;
    return MOTET_DONE;
}

motet_status agent_make_callback(struct agent *self, motet_session *s, motet_peer to, login_callback *out)
{
    const login_code *c = &visit_of(s)->code;
    (void)self;
    (void)to;
    out->code.n = c->code.n;
    memcpy(out->code.at, c->code.at, c->code.n);
    out->state = c->state;
    return MOTET_DONE;
}

motet_status agent_make_gave_up(struct agent *self, motet_session *s, motet_peer to, login_gave_up *out)
{
    (void)self;
    (void)to;
    *out = (login_gave_up){ .state = visit_of(s)->redirect.state, .why = visit_of(s)->why };
    return MOTET_DONE;
}

motet_status agent_on_welcome(struct agent *self, motet_session *s, motet_peer from, const login_welcome *m)
{
    (void)from;
    self->state.welcomed++;
    if (!login_works(motet_session_arg(s)) || !EXAMPLE_IS(m->name, "Ada"))
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status agent_on_login_failed(struct agent *self, motet_session *s, motet_peer from, const login_login_failed *m)
{
    bool locked = login_mistakes(motet_session_arg(s)) >= ATTEMPTS;
    (void)from;
    self->state.failed++;
    if (login_works(motet_session_arg(s)) || m->why != (locked ? LOGIN_REFUSAL_LOCKED : LOGIN_REFUSAL_EXPIRED))
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

void agent_completed(struct agent *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void agent_aborted(struct agent *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
