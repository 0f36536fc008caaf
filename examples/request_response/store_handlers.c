/* store_handlers.c -- what actor Store does: keeps pairs of key and value, for all sessions together. */
#include "store.h"

#include "example.h"

enum { PAIRS = 64 };

struct pair {
    bool used;
    uint32_t key_size, value_size;
    char key[64];
    uint8_t value[256];
};

struct store {
    struct store_state state;
    struct pair pairs[PAIRS];
};

/* The answer to the request that a session has under way. */
struct answer {
    bool refused;
    kv_response response;
    kv_failure failure;
};

const motet_actor_type store_actor = STORE_ACTOR(struct store);

motet_status store_init(struct store *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void store_fini(struct store *self)
{
    (void)self;
}

/* The pair with that key; else NULL. */
static struct pair *find(struct store *self, const kv_request *m)
{
    for (int i = 0; i < PAIRS; i++) {
        struct pair *p = &self->pairs[i];
        if (p->used && p->key_size == m->key.n && memcmp(p->key, m->key.at, m->key.n) == 0)
            return p;
    }
    return NULL;
}

static struct pair *find_or_make(struct store *self, const kv_request *m)
{
    struct pair *p = find(self, m);
    for (int i = 0; i < PAIRS && !p; i++)
        if (!self->pairs[i].used)
            p = &self->pairs[i];
    return p;
}

static void put(struct store *self, const kv_request *m, struct answer *a)
{
    struct pair *p = m->value.has ? find_or_make(self, m) : NULL;
    if (!p) {
        a->refused = true;
        a->failure.why = KV_REASON_TOO_LARGE;
        return;
    }
    p->used = true;
    p->key_size = m->key.n;
    memcpy(p->key, m->key.at, m->key.n);
    p->value_size = m->value.value.n;
    memcpy(p->value, m->value.value.at, m->value.value.n);
}

static void get_or_remove(struct store *self, const kv_request *m, struct answer *a)
{
    struct pair *p = find(self, m);
    if (!p) {
        a->refused = true;
        a->failure.why = KV_REASON_NOT_FOUND;
        return;
    }
    a->response.value.n = p->value_size;
    memcpy(a->response.value.at, p->value, p->value_size);
    if (m->verb == KV_VERB_REMOVE)
        p->used = false;
}

/* ---- session KeyValue ---- */

motet_status store_on_request(struct store *self, motet_session *s, motet_peer from, const kv_request *m)
{
    struct answer *a = example_memory(s, sizeof *a);
    (void)from;
    if (!a)
        return MOTET_FAIL;
    *a = (struct answer){ .response.id = m->id, .failure.id = m->id };
    if (m->verb == KV_VERB_PUT)
        put(self, m, a);
    else
        get_or_remove(self, m, a);
    return MOTET_DONE;
}

motet_status store_choose_response_or_failure(struct store *self, motet_session *s, motet_peer to,
                                              struct store_response_or_failure *out)
{
    const struct answer *a = example_memory(s, sizeof *a);
    (void)to;
    if (!a)
        return MOTET_FAIL;
    self->state.served++;
    out->tag = a->refused ? STORE_FAILURE : STORE_RESPONSE;
    out->response = a->response;
    out->failure = a->failure;
    return MOTET_DONE;
}

motet_status store_on_goodbye(struct store *self, motet_session *s, motet_peer from)
{
    (void)self;
    (void)s;
    (void)from;
    return MOTET_DONE;
}

void store_completed(struct store *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void store_aborted(struct store *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
