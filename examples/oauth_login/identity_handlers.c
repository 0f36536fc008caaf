/* identity_handlers.c -- what actor Identity does: asks for the password a few times, and gives the token to who
 * has the proof key. */
#include "identity.h"

#include "login_tally.h"

struct request {
    login_authorize authorize;
    uint8_t attempts_left;
    bool known;  /* the password was right */
    bool proved; /* the code came with the proof key */
};

struct identity {
    struct identity_state state;
    struct login_tally *tally;
};

const motet_actor_type identity_actor = IDENTITY_ACTOR(struct identity);

motet_status identity_init(struct identity *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void identity_fini(struct identity *self)
{
    tally_add(&self->tally->granted, self->state.granted);
}

static struct request *request_of(motet_session *s)
{
    return example_memory(s, sizeof(struct request));
}

/* ---- session SignIn ---- */

motet_status identity_on_authorize(struct identity *self, motet_session *s, motet_peer from, const login_authorize *m)
{
    struct request *r = request_of(s);
    (void)self;
    (void)from;
    if (!r || !EXAMPLE_IS(m->client, "mail"))
        return MOTET_FAIL;
    r->authorize = *m;
    r->attempts_left = ATTEMPTS;
    return MOTET_DONE;
}

motet_status identity_on_credentials(struct identity *self, motet_session *s, motet_peer from,
                                     const login_credentials *m)
{
    struct request *r = request_of(s);
    (void)self;
    (void)from;
    r->known = EXAMPLE_IS(m->user, "ada") && EXAMPLE_IS(m->password, "lovelace");
    r->attempts_left--;
    return MOTET_DONE;
}

motet_status identity_choose_ask_password_or_code_or_denied(struct identity *self, motet_session *s, motet_peer to,
                                                            struct identity_ask_password_or_code_or_denied *out)
{
    const struct request *r = request_of(s);
    (void)self;
    (void)to;
    if (r->known) {
        out->tag = IDENTITY_CODE;
        out->code.state = r->authorize.state;
        EXAMPLE_TEXT(out->code.code, "one-time code");
    } else if (r->attempts_left) {
        out->tag = IDENTITY_ASK_PASSWORD;
        out->ask_password.attempts_left = r->attempts_left;
    } else {
        out->tag = IDENTITY_DENIED;
        out->denied.why = LOGIN_REFUSAL_LOCKED;
    }
    return MOTET_DONE;
}

motet_status identity_on_redeem(struct identity *self, motet_session *s, motet_peer from, const login_redeem *m)
{
    struct request *r = request_of(s);
    uint64_t key = 0;
    uint8_t hash[32];
    (void)self;
    (void)from;
    if (m->verifier.n == sizeof key)
        memcpy(&key, m->verifier.at, sizeof key);
    login_digest(key, hash);
    r->proved = EXAMPLE_IS(m->code, "one-time code") && memcmp(hash, r->authorize.challenge.hash.at, sizeof hash) == 0;
    return MOTET_DONE;
}

motet_status identity_choose_granted_or_rejected(struct identity *self, motet_session *s, motet_peer to,
                                                 struct identity_granted_or_rejected *out)
{
    const struct request *r = request_of(s);
    bool late = login_is_late(motet_session_arg(s));
    (void)to;
    if (late || !r->proved) {
        out->tag = IDENTITY_REJECTED;
        out->rejected.why = late ? LOGIN_REFUSAL_EXPIRED : LOGIN_REFUSAL_BAD_CODE;
        return MOTET_DONE;
    }
    self->state.granted++;
    out->tag = IDENTITY_GRANTED;
    EXAMPLE_TEXT(out->granted.token.secret, "token");
    out->granted.token.lifetime_s = 3600;
    out->granted.token.scopes.n = 2;
    EXAMPLE_TEXT(out->granted.token.scopes.at[0], "read");
    EXAMPLE_TEXT(out->granted.token.scopes.at[1], "send");
    return MOTET_DONE;
}

void identity_completed(struct identity *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void identity_aborted(struct identity *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
