/* isolate_child.c -- the child's side of isolated actors: a loop that reads a frame, calls the program, and answers.
 *
 * The process is a copy of the parent as it was when the system started, so the tables are there, and nothing else of
 * the system is used. What a handler asks of its session is answered by a shadow: a participant of this process alone,
 * with the few fields that motet/session.h reads, which the frame or the tables give. It lives from the participant's
 * first callback here to its last, and the program's slot with it.
 *
 * What the program asks of the system is asked of the parent's, within a callback and by its thread, for only then does
 * the parent listen; other threads can resume questions, which needs no answer. Everything else of motet/system.h is
 * refused: the system that stands in this memory is a picture.
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
    uint32_t longest;
    motet__frame *in, *out;
    motet__wire *wires;      /* [n_roles] for what sessions say of themselves */
    struct shadow **shadows;
    uint32_t n_shadows, room, n_free;
    uint32_t *free_numbers;  /* [room] of shadows that are not used */
};

static struct child me;
static _Thread_local bool calls_back; /* this is the thread that runs the callbacks */

bool motet__is_isolated;

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
    if (motet__channel_read(me.channel, me.in, sizeof *me.in, me.longest, &n, MOTET__NEVER) != MOTET__CHANNEL_OK) {
        leave(NULL);
    }
    expect(me.in->size >= n && me.in->size <= me.longest);
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
                             .shadow = shadow};
    if (motet__channel_write(me.channel, me.out, me.out->size, NULL, 0, MOTET__NEVER) != MOTET__CHANNEL_OK) {
        leave(NULL);
    }
}

/* ---- what the program asks of the system ---- */

static motet_err refuse(const char *what, const char *why)
{
    fprintf(stderr, "motet: %s: %s: %s\n", me.name ? me.name : me.type->name, what, why);
    return MOTET_EINVAL;
}

/* Whether that is the actor's system; NULL stands for it. */
static bool is_ours(const motet_system *sys, const char *what)
{
    if (sys && sys != me.iso->sys) {
        refuse(what, "in a process of its own an actor has one system, its own");
        return false;
    }
    return true;
}

static motet_err ask(motet__frame *q)
{
    size_t n;
    q->size = sizeof *q;
    if (motet__channel_write(me.channel, q, sizeof *q, NULL, 0, MOTET__NEVER) != MOTET__CHANNEL_OK ||
        motet__channel_read(me.channel, q, sizeof *q, sizeof *q, &n, MOTET__NEVER) != MOTET__CHANNEL_OK) {
        leave(NULL);
    }
    expect(q->size == sizeof *q && q->kind == MOTET__FRAME_ANSWER);
    return (motet_err)q->status;
}

motet_err motet__isolated_open(const motet_system *sys, uint16_t wire, uint64_t arg, uint64_t *id)
{
    motet__frame q = {.kind = MOTET__FRAME_OPEN, .at = wire, .arg = arg};
    if (!is_ours(sys, "motet_session_open")) {
        return MOTET_EINVAL;
    }
    if (!calls_back) {
        return refuse("motet_session_open", "in a process of its own only the thread of a callback may call it");
    }
    motet_err e = ask(&q);
    if (e == MOTET_OK && id) {
        *id = q.id;
    }
    return e;
}

motet_err motet__isolated_resume(const motet_system *sys, uint64_t id, uint16_t role)
{
    motet__frame q = {.kind = MOTET__FRAME_RESUME, .at = role, .id = id};
    if (!is_ours(sys, "motet_session_resume")) {
        return MOTET_EINVAL;
    }
    if (calls_back) {
        return ask(&q);
    }
    motet__said said;
    memset(&said, 0, sizeof said);
    said.id = id;
    said.role = role;
    motet__process_say(&said, sizeof said);
    return MOTET_OK;
}

motet_err motet__isolated_refuse(const char *what)
{
    return refuse(what, "an actor in a process of its own cannot call it");
}

/* ---- shadows ---- */

static void grow_shadows(void)
{
    uint32_t room = me.room ? me.room * 2u : 16u;
    struct shadow **shadows = realloc(me.shadows, room * sizeof(struct shadow *));
    uint32_t *numbers = realloc(me.free_numbers, room * sizeof *numbers);
    if (!shadows || !numbers) {
        leave("no memory");
    }
    me.shadows = shadows;
    me.free_numbers = numbers;
    me.room = room;
}

static struct shadow *new_shadow(void)
{
    if (me.n_free > 0) {
        return me.shadows[me.free_numbers[--me.n_free] - 1u];
    }
    if (me.n_shadows == me.room) {
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
    motet_start start = {.name = me.name,
                         .index = (uint32_t)q->id,
                         .incarnation = (uint32_t)q->arg,
                         .env = me.iso->env,
                         .failure = q->status,
                         .system = me.iso->sys};
    return me.type->init ? me.type->init(me.state, &start) : MOTET_DONE;
}

static void receive(const motet__frame *q)
{
    struct shadow *sh = shadow_of(q);
    const motet_role_type *r = &me.type->roles[q->role];
    expect(q->at < r->automaton->n_labels && r->automaton->labels[q->at].dir == MOTET_RECEIVE &&
           motet__frame_payload_size(q) == motet__label_size(r, q->at));
    const void *payload = motet__frame_payload_size(q) > 0 ? motet__frame_payload(q) : NULL;
    answer(r->receive(me.state, &sh->session, q->at, payload), sh->number, 0, 0);
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
    motet_out out = {.label = MOTET_NONE, .payload = me.out + 1};
    memset(out.payload, 0, room_of(r, q->at));
    motet_status status = r->produce(me.state, &sh->session, q->at, &out);
    bool sends = status == MOTET_DONE && out.label < r->automaton->n_labels &&
                 r->automaton->labels[out.label].dir == MOTET_SEND &&
                 motet__step(r->automaton, q->at, out.label) != MOTET_NONE;
    answer(status, sh->number, sends ? out.label : MOTET_NONE, sends ? motet__label_size(r, out.label) : 0);
}

static void finish(const motet__frame *q)
{
    struct shadow *sh = shadow_of(q);
    const motet_role_type *r = &me.type->roles[q->role];
    if (q->kind == MOTET__FRAME_DONE && r->on_done) {
        r->on_done(me.state, &sh->session);
    } else if (q->kind == MOTET__FRAME_ABORT && r->on_abort) {
        r->on_abort(me.state, &sh->session, (motet_abort_reason)q->at);
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
    case MOTET__FRAME_FINI:
        if (me.type->fini) {
            me.type->fini(me.state);
        }
        answer(MOTET_DONE, 0, 0, 0);
        return true;
    case MOTET__FRAME_ANSWER:
    case MOTET__FRAME_OPEN:
    case MOTET__FRAME_RESUME: expect(false);
    }
    return false;
}

/* ---- the process ---- */

static void set_up(motet__isolate *iso, uint32_t type, int channel)
{
    me.iso = iso;
    me.type = iso->types[type].real;
    me.channel = channel;
    me.longest = iso->types[type].longest;
    me.in = malloc(me.longest);
    me.out = malloc(me.longest);
    me.wires = calloc(me.type->n_roles + 1u, sizeof *me.wires);
    if (!me.in || !me.out || !me.wires) {
        leave("no memory");
    }
    for (uint16_t r = 0; r < me.type->n_roles; r++) {
        me.wires[r].session = me.type->roles[r].session;
    }
}

void motet__isolate_child(void *isolate, uint32_t type, int channel)
{
    motet__is_isolated = true;
    set_up(isolate, type, channel);
    calls_back = true;
    do {
        read_request();
    } while (!serve(me.in));
}
