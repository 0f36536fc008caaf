/* web_app_handlers.c -- what actor WebApp does: keeps the proof key to itself, and believes only who knows it. */
#include "web_app.h"

#include "login_tally.h"

struct attempt {
    uint64_t state; /* ties the callback to the login */
    uint64_t key;   /* the provider has only its digest until the code is redeemed */
    login_callback callback;
    login_refusal why;
};

struct web_app {
    uint64_t logins;
};

const motet_actor_type web_app_actor = WEB_APP_ACTOR(struct web_app);

motet_status web_app_init(struct web_app *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void web_app_fini(struct web_app *self)
{
    (void)self;
}

static struct attempt *attempt_of(motet_session *s)
{
    return example_memory(s, sizeof(struct attempt));
}

/* ---- session SignIn ---- */

motet_status web_app_on_login(struct web_app *self, motet_session *s, motet_peer from, const login_login *m)
{
    struct attempt *a = attempt_of(s);
    (void)from;
    if (!a || !EXAMPLE_IS(m->return_to, "/inbox"))
        return MOTET_FAIL;
    a->state = ++self->logins;
    a->key = motet_session_id(s);
    return MOTET_DONE;
}

motet_status web_app_make_redirect(struct web_app *self, motet_session *s, motet_peer to, login_redirect *out)
{
    const struct attempt *a = attempt_of(s);
    (void)self;
    (void)to;
    out->state = a->state;
    EXAMPLE_TEXT(out->client, "mail");
    EXAMPLE_TEXT(out->challenge.method, "digest");
    out->challenge.hash.n = 32;
    login_digest(a->key, out->challenge.hash.at);
    return MOTET_DONE;
}

motet_status web_app_on_callback(struct web_app *self, motet_session *s, motet_peer from, const login_callback *m)
{
    struct attempt *a = attempt_of(s);
    (void)self;
    (void)from;
    a->callback = *m;
    return m->state == a->state ? MOTET_DONE : MOTET_FAIL;
}

motet_status web_app_on_gave_up(struct web_app *self, motet_session *s, motet_peer from, const login_gave_up *m)
{
    struct attempt *a = attempt_of(s);
    (void)self;
    (void)from;
    a->why = m->why;
    return m->state == a->state ? MOTET_DONE : MOTET_FAIL;
}

motet_status web_app_make_redeem(struct web_app *self, motet_session *s, motet_peer to, login_redeem *out)
{
    const struct attempt *a = attempt_of(s);
    (void)self;
    (void)to;
    out->code.n = a->callback.code.n;
    memcpy(out->code.at, a->callback.code.at, a->callback.code.n);
    out->verifier.n = sizeof a->key;
    memcpy(out->verifier.at, &a->key, sizeof a->key);
    return MOTET_DONE;
}

motet_status web_app_on_granted(struct web_app *self, motet_session *s, motet_peer from, const login_granted *m)
{
    (void)self;
    (void)s;
    (void)from;
    return m->token.lifetime_s == 3600 && m->token.scopes.n == 2 ? MOTET_DONE : MOTET_FAIL;
}

motet_status web_app_on_rejected(struct web_app *self, motet_session *s, motet_peer from, const login_rejected *m)
{
    (void)self;
    (void)from;
    attempt_of(s)->why = m->why;
    return MOTET_DONE;
}

motet_status web_app_make_welcome(struct web_app *self, motet_session *s, motet_peer to, login_welcome *out)
{
    (void)self;
    (void)s;
    (void)to;
    EXAMPLE_TEXT(out->name, "Ada");
    return MOTET_DONE;
}

motet_status web_app_make_login_failed(struct web_app *self, motet_session *s, motet_peer to, login_login_failed *out)
{
    (void)self;
    (void)to;
    out->why = attempt_of(s)->why;
    return MOTET_DONE;
}

void web_app_completed(struct web_app *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void web_app_aborted(struct web_app *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
