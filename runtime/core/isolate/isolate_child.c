/* isolate_child.c -- the child's side of isolated actors: a loop that reads a frame, calls the program, and answers.
 *
 * The process is a copy of the parent as it was when the system started, so the tables are there, and nothing else of
 * the system is used. What a handler asks of its session is answered by a shadow: a participant of this process alone,
 * with the few fields that motet/session.h reads, which the frame or the tables give. It lives from the participant's
 * first callback here to its last, and the program's slot with it.
 *
 * What the program asks of the system is asked of the parent's (isolate_ask.c). Its context is one of this process
 * alone: a worker without a thread, in a system without actors, in which blocks, behaviours and motet_fail work as
 * ever, and which finds none of the actors that it is to send to. The system that was copied with the memory is a
 * picture, and not touched.
 */
#include "isolate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shadow {
    motet_session session; /* what the program sees; first */
    motet__block block;
    uint32_t number;       /* its place in the table + 1 */
    bool used;
};

struct child {
    const motet__isolate *iso;
    const motet_actor_type *type;
    int channel;
    char *name;
    void *state;
    uint32_t longest, room;  /* of a frame about sessions; of `in` */
    motet__frame *in, *out;
    motet_ref self;
    motet__wire *wires;      /* [n_roles] for what sessions say of themselves */
    struct shadow **shadows;
    uint32_t n_shadows, most_shadows, n_free;
    uint32_t *free_numbers;  /* [most_shadows] of shadows that are not used */
};

static struct child me;
static motet_system nowhere; /* where ctx works */
static motet_ctx *ctx;
static motet__actor actor;   /* that it works for */


/* The parent is gone, or asks what it never would: there is nobody to tell. */
__attribute__((noreturn)) static void leave(const char *why)
{
    if (why) {
        fprintf(stderr, "motet: %s: %s\n", me.name ? me.name : me.type->name, why);
    }
    fflush(NULL);
    _Exit(why ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void expect(bool holds)
{
    if (!holds) {
        leave("the system asks this process what makes no sense");
    }
}

/* ---- frames ---- */

static void read_request(void)
{
    size_t n = 0, rest;
    if (motet__channel_read(me.channel, me.in, sizeof *me.in, me.room, &n, MOTET__NEVER) != MOTET__CHANNEL_OK) {
        leave(NULL);
    }
    expect(me.in->size >= n);
    if (me.in->size > me.room) {
        me.room = me.in->size;
        me.in = realloc(me.in, me.room);
        if (!me.in) {
            leave("no memory");
        }
    }
    rest = me.in->size - n;
    if (rest > 0 && motet__channel_read(me.channel, (char *)me.in + n, rest, rest, &rest, MOTET__NEVER) !=
                        MOTET__CHANNEL_OK) {
        leave(NULL);
    }
}

/* What the program wrote to stdout goes out before the answer: in order, and not lost when the process is. */
static void answer(motet_status status, uint32_t shadow, uint16_t at, uint32_t payload)
{
    fflush(stdout);
    *me.out = (motet__frame){.size = (uint32_t)sizeof *me.out + payload,
                             .kind = MOTET__FRAME_ANSWER,
                             .at = at,
                             .status = status,
                             .shadow = shadow,
                             .arg = actor.flags & MOTET__LEAVING ? MOTET__EXITS : 0};
    actor.flags = 0;
    if (motet__channel_write(me.channel, me.out, me.out->size, NULL, 0, MOTET__NEVER) != MOTET__CHANNEL_OK) {
        leave(NULL);
    }
}

/* ---- for isolate_ask.c ---- */

bool motet__isolate_calls_back(void)
{
    return motet__self == ctx;
}

bool motet__isolate_is_ours(const motet_system *sys)
{
    return !sys || sys == me.iso->sys;
}

motet_system *motet__isolated_system(void)
{
    return me.iso->sys;
}

motet_system *motet__isolated_memory(void)
{
    return &nowhere;
}

motet_ref motet__isolated_self(void)
{
    return me.self;
}

motet_err motet__isolated_refuse(const char *what)
{
    fprintf(stderr, "motet: %s: %s: not from here, in a process of its own\n", me.name ? me.name : me.type->name, what);
    return MOTET_EINVAL;
}

motet_err motet__isolate_ask(motet__frame *q, const void *data, size_t n)
{
    size_t got;
    q->size = (uint32_t)(sizeof *q + n);
    if (motet__channel_write(me.channel, q, sizeof *q, data, n, MOTET__NEVER) != MOTET__CHANNEL_OK ||
        motet__channel_read(me.channel, q, sizeof *q, sizeof *q, &got, MOTET__NEVER) != MOTET__CHANNEL_OK) {
        leave(NULL);
    }
    expect(q->size == sizeof *q && q->kind == MOTET__FRAME_ANSWER);
    if (q->arg & MOTET__IS_BLOCKED) {
        actor.flags |= MOTET__SUSPENDED;
    }
    return (motet_err)q->status;
}

/* ---- shadows ---- */

static void grow_shadows(void)
{
    uint32_t room = me.most_shadows ? me.most_shadows * 2u : 16u;
    struct shadow **shadows = realloc(me.shadows, room * sizeof(struct shadow *));
    uint32_t *numbers = realloc(me.free_numbers, room * sizeof *numbers);
    if (!shadows || !numbers) {
        leave("no memory");
    }
    me.shadows = shadows;
    me.free_numbers = numbers;
    me.most_shadows = room;
}

static struct shadow *new_shadow(void)
{
    if (me.n_free > 0) {
        return me.shadows[me.free_numbers[--me.n_free] - 1u];
    }
    if (me.n_shadows == me.most_shadows) {
        grow_shadows();
    }
    struct shadow *sh = calloc(1, sizeof *sh);
    if (!sh) {
        leave("no memory");
    }
    me.shadows[me.n_shadows++] = sh;
    sh->number = me.n_shadows;
    return sh;
}

/* The shadow that the request is about, as the request says that it is now. */
static struct shadow *shadow_of(const motet__frame *q)
{
    expect(q->role < me.type->n_roles && q->shadow <= me.n_shadows);
    struct shadow *sh = q->shadow ? me.shadows[q->shadow - 1u] : new_shadow();
    if (q->shadow == 0) {
        sh->used = true;
        sh->session = (motet_session){.role = me.type->roles[q->role].role, .block = &sh->block};
        sh->block.wire = &me.wires[q->role];
        sh->block.id = q->id;
        sh->block.arg = q->arg;
    }
    expect(sh->used && sh->block.id == q->id && sh->block.wire == &me.wires[q->role]);
    sh->session.refused = (uint8_t)q->refused;
    return sh;
}

static void free_shadow(struct shadow *sh)
{
    sh->used = false;
    me.free_numbers[me.n_free++] = sh->number;
}

/* ---- callbacks ---- */

/* One callback, for the guard. */
struct callback {
    const motet__frame *q;
    const motet_role_type *r;
    motet_session *session;
    const motet_start *start;
    motet_out out;
    motet_status status;
};

static const void *payload_of(const motet__frame *q)
{
    return motet__frame_payload_size(q) > 0 ? motet__frame_payload(q) : NULL;
}

static void call_mail(struct callback *c)
{
    const motet__frame *q = c->q;
    motet_mail m = {.kind = (motet_mail_kind)q->at,
                    .tag = q->tag,
                    .id = q->id,
                    .data = payload_of(q),
                    .size = motet__frame_payload_size(q),
                    .from = q->ref,
                    .status = q->status,
                    .why = (motet_err)q->arg};
    c->status = actor.receive(me.state, ctx, &m);
}

static void call_role(struct callback *c)
{
    const motet__frame *q = c->q;
    switch ((motet__frame_kind)q->kind) {
    case MOTET__FRAME_RECEIVE: c->status = c->r->receive(me.state, c->session, q->at, payload_of(q)); break;
    case MOTET__FRAME_PRODUCE: c->status = c->r->produce(me.state, c->session, q->at, &c->out); break;
    case MOTET__FRAME_DONE: c->r->on_done(me.state, c->session); break;
    default: c->r->on_abort(me.state, c->session, (motet_abort_reason)q->at); break;
    }
}

static void call_one(void *callback)
{
    struct callback *c = callback;
    switch ((motet__frame_kind)c->q->kind) {
    case MOTET__FRAME_INIT: c->status = me.type->init(me.state, c->start); break;
    case MOTET__FRAME_FINI: me.type->fini(me.state); break;
    case MOTET__FRAME_MAIL: call_mail(c); break;
    default: call_role(c); break;
    }
}

/* Calls the program; what it ends by motet_fail, it ends with that status. */
static motet_status guarded(struct callback *c)
{
    ctx->now = motet__clock();
    ctx->current = &actor;
    return motet__guarded(ctx, call_one, c) ? c->status : ctx->fail_status;
}

static motet_status init(const motet__frame *q)
{
    uint32_t n = motet__frame_payload_size(q);
    const char *name = motet__frame_payload(q);
    expect(n > 0 && name[n - 1u] == '\0' && !me.name);
    me.name = malloc(n);
    me.state = calloc(1, me.type->state_size + 1u);
    if (!me.name || !me.state) {
        leave("no memory");
    }
    memcpy(me.name, name, n);
    motet__process_name(me.name);
    me.self = q->ref;
    motet_start start = {.name = me.name,
                         .index = (uint32_t)q->id,
                         .incarnation = (uint32_t)q->arg,
                         .env = me.iso->env,
                         .failure = q->status,
                         .system = me.iso->sys,
                         .ctx = ctx};
    return me.type->init ? guarded(&(struct callback){.q = q, .start = &start}) : MOTET_DONE;
}

static void mail(const motet__frame *q)
{
    expect(actor.receive && q->at <= MOTET_EXIT);
    answer(guarded(&(struct callback){.q = q}), 0, 0, 0);
}

static void receive(const motet__frame *q)
{
    struct shadow *sh = shadow_of(q);
    const motet_role_type *r = &me.type->roles[q->role];
    expect(q->at < r->automaton->n_labels && r->automaton->labels[q->at].dir == MOTET_RECEIVE &&
           motet__frame_payload_size(q) == motet__label_size(r, q->at));
    answer(guarded(&(struct callback){.q = q, .r = r, .session = &sh->session}), sh->number, 0, 0);
}

/* The largest message that the state sends, in bytes. */
static uint32_t room_of(const motet_role_type *r, uint16_t state)
{
    uint32_t most = 0;
    for (uint16_t l = 0; l < r->automaton->n_labels; l++) {
        if (r->automaton->labels[l].dir == MOTET_SEND && motet__step(r->automaton, state, l) != MOTET_NONE) {
            most = motet__label_size(r, l) > most ? motet__label_size(r, l) : most;
        }
    }
    return most;
}

static void produce(const motet__frame *q)
{
    struct shadow *sh = shadow_of(q);
    const motet_role_type *r = &me.type->roles[q->role];
    expect(q->at < r->automaton->n_states);
    struct callback c = {
        .q = q, .r = r, .session = &sh->session, .out = {.label = MOTET_NONE, .payload = me.out + 1}};
    memset(c.out.payload, 0, room_of(r, q->at));
    motet_status status = guarded(&c);
    uint16_t label = c.out.label;
    bool sends = status == MOTET_DONE && label < r->automaton->n_labels &&
                 r->automaton->labels[label].dir == MOTET_SEND &&
                 motet__step(r->automaton, q->at, label) != MOTET_NONE;
    answer(status, sh->number, sends ? label : MOTET_NONE, sends ? motet__label_size(r, label) : 0);
}

static void finish(const motet__frame *q)
{
    struct shadow *sh = shadow_of(q);
    const motet_role_type *r = &me.type->roles[q->role];
    if (q->kind == MOTET__FRAME_DONE ? r->on_done != NULL : r->on_abort != NULL) {
        guarded(&(struct callback){.q = q, .r = r, .session = &sh->session});
    }
    free_shadow(sh);
    answer(MOTET_DONE, 0, 0, 0);
}

/* Carries one request out; whether it was the last. */
static bool serve(const motet__frame *q)
{
    expect(me.state || q->kind == MOTET__FRAME_INIT);
    switch ((motet__frame_kind)q->kind) {
    case MOTET__FRAME_INIT: answer(init(q), 0, 0, 0); break;
    case MOTET__FRAME_RECEIVE: receive(q); break;
    case MOTET__FRAME_PRODUCE: produce(q); break;
    case MOTET__FRAME_DONE:
    case MOTET__FRAME_ABORT: finish(q); break;
    case MOTET__FRAME_MAIL: mail(q); break;
    case MOTET__FRAME_FINI:
        if (me.type->fini) {
            guarded(&(struct callback){.q = q});
        }
        answer(MOTET_DONE, 0, 0, 0);
        return true;
    default: expect(false);
    }
    return false;
}

/* ---- the process ---- */

/* A system in which nothing is: whoever looks for an actor finds none. */
static void set_up_context(void)
{
    ctx = motet__system_memory(&nowhere) ? motet__core_add(&nowhere, false) : NULL;
    if (!ctx) {
        leave("no memory");
    }
    actor.receive = me.type->receive;
    motet__self = ctx;
}

static void set_up(motet__isolate *iso, uint32_t type, int channel)
{
    me.iso = iso;
    me.type = iso->types[type].real;
    me.channel = channel;
    me.longest = me.room = iso->types[type].longest;
    me.in = malloc(me.room);
    me.out = malloc(me.longest);
    me.wires = calloc(me.type->n_roles + 1u, sizeof *me.wires);
    if (!me.in || !me.out || !me.wires) {
        leave("no memory");
    }
    for (uint16_t r = 0; r < me.type->n_roles; r++) {
        me.wires[r].session = me.type->roles[r].session;
    }
    set_up_context();
}

void motet__isolate_child(void *isolate, uint32_t type, int channel)
{
    motet__is_isolated = true;
    set_up(isolate, type, channel);
    do {
        read_request();
    } while (!serve(me.in));
}
