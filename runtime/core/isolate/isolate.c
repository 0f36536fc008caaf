/* isolate.c -- the parent's side of isolated actors: callbacks that ask the actor's process.
 *
 * A callback waits for its answer, and with it the worker that runs it; the actor's other callbacks would have to wait
 * in any case, for they run one at a time. A process that dies, says what makes no sense, or takes longer than it may,
 * makes the callback fail, and so the actor. From then on it is lost: its callbacks fail without being tried, until
 * fini, which leaves no process. A death that no callback sees, because none runs, fails the actor as well: the spawner
 * tells of it. Either way it is one crash: the one that comes second finds the actor on its way down.
 */
#include "isolate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATIENCE_NS UINT64_C(5000000000)

/* The actor's state, as far as the core knows. */
struct proxy {
    motet__isolate *iso;
    const motet__isolated_type *type;
    motet__child *actor;
    motet__process *process;
    motet__frame *answer; /* room for `room` bytes */
    uint32_t room;
    bool lost;
    bool told;            /* and why has been told */
};

/* ---- frames ---- */

/* When a callback that begins now is late; no later than after `most`. */
static uint64_t deadline_in(const struct proxy *p, uint64_t most)
{
    uint64_t limit = p->iso->callback_ns ? p->iso->callback_ns : MOTET__NEVER;
    uint64_t now = motet__clock();
    limit = limit < most ? limit : most;
    return limit < MOTET__NEVER - now ? now + limit : MOTET__NEVER;
}

static void report(const struct proxy *p, const char *what)
{
    fprintf(stderr, "motet: %s: %s\n", p->actor->name, what);
}

/* The process is of no more use. It is killed later, so that the failure has the callback's status, not that of a death
 * which is told meanwhile. */
static motet_status lose_for(struct proxy *p, motet__channel_state why)
{
    p->lost = true;
    if (why != MOTET__CHANNEL_LATE) {
        return MOTET_FAIL; /* it is dead, and how it died will be told */
    }
    report(p, "a callback takes longer than it may; its process is killed");
    p->told = true;
    return MOTET_FAIL_TIMEOUT;
}

static motet_status lose_broken(struct proxy *p)
{
    report(p, "its process answers what makes no sense, and is killed");
    p->lost = p->told = true;
    return MOTET_FAIL;
}

/* Makes room for a frame of that size, if one may be as long. What is there stays. */
static bool make_room(struct proxy *p, uint32_t size)
{
    if (size <= p->room) {
        return true;
    }
    motet__frame *grown = size <= sizeof *grown + MOTET__MOST_MAIL ? realloc(p->answer, size) : NULL;
    if (grown) {
        p->answer = grown;
        p->room = size;
    }
    return grown;
}

/* Reads one frame, and no byte more. */
static motet__channel_state read_frame(struct proxy *p, uint64_t deadline, bool *sound)
{
    int channel = motet__process_channel(p->process);
    size_t n = 0, rest = 0;
    *sound = true;
    motet__channel_state s = motet__channel_read(channel, p->answer, sizeof *p->answer, p->room, &n, deadline);
    if (s != MOTET__CHANNEL_OK) {
        return s;
    }
    if (p->answer->size < n || !make_room(p, p->answer->size)) {
        *sound = false;
        return s;
    }
    if (p->answer->size > n) {
        rest = p->answer->size - n;
        s = motet__channel_read(channel, (char *)p->answer + n, rest, rest, &rest, deadline);
    }
    return s;
}

/* ---- one callback ---- */

/* Does what the child asks, and answers it. False: that makes no sense. */
static bool serve(struct proxy *p, uint64_t deadline, motet__channel_state *state)
{
    motet__frame a = {.size = sizeof a, .kind = MOTET__FRAME_ANSWER};
    if (!motet__isolate_serve(p->iso->sys, motet__self, p->answer, &a)) {
        return false;
    }
    *state = motet__channel_write(motet__process_channel(p->process), &a, sizeof a, NULL, 0, deadline);
    return true;
}

/* The callback is over, and its answer has come. */
static motet_status take_answer(const struct proxy *p)
{
    if (p->answer->arg & MOTET__EXITS) {
        motet_exit(motet__self);
    }
    return p->answer->status;
}

/* Writes the request, serves what the child asks, and returns its answer's status; MOTET_DONE or another status of the
 * program's: the answer is in p->answer. */
static motet_status call_within(struct proxy *p, motet__frame *q, const void *payload, size_t n, uint64_t most)
{
    if (p->lost) {
        return MOTET_FAIL;
    }
    bool sound = true;
    uint64_t deadline = deadline_in(p, most);
    q->size = (uint32_t)(sizeof *q + n);
    motet__channel_state s =
        motet__channel_write(motet__process_channel(p->process), q, sizeof *q, payload, n, deadline);
    while (s == MOTET__CHANNEL_OK) {
        s = read_frame(p, deadline, &sound);
        if (s != MOTET__CHANNEL_OK || !sound) {
            break;
        }
        if (p->answer->kind == MOTET__FRAME_ANSWER) {
            return take_answer(p);
        }
        sound = serve(p, deadline, &s);
        if (!sound) {
            break;
        }
    }
    return sound ? lose_for(p, s) : lose_broken(p);
}

static motet_status call(struct proxy *p, motet__frame *q, const void *payload, size_t n)
{
    return call_within(p, q, payload, n, MOTET__NEVER);
}

/* ---- sessions ---- */

static uint16_t role_of(const struct proxy *p, const motet_session *s)
{
    return (uint16_t)(s->plan->type - p->type->roles);
}

static motet__frame about(const struct proxy *p, motet_session *s, motet__frame_kind kind, uint16_t at)
{
    return (motet__frame){.kind = (uint16_t)kind,
                          .role = role_of(p, s),
                          .at = at,
                          .refused = (uint16_t)motet_session_refused(s),
                          .shadow = (uint32_t)(uintptr_t)*motet_session_slot(s),
                          .id = motet_session_id(s),
                          .arg = motet_session_arg(s)};
}

/* Keeps the child's number for the participant where the program's slot would be: that one is in the child. */
static void keep_shadow(const struct proxy *p, motet_session *s)
{
    if (!p->lost) {
        *motet_session_slot(s) = (void *)(uintptr_t)p->answer->shadow;
    }
}

static motet_status proxy_receive(void *self, motet_session *s, uint16_t label, const void *payload)
{
    struct proxy *p = self;
    motet__frame q = about(p, s, MOTET__FRAME_RECEIVE, label);
    motet_status status = call(p, &q, payload, motet__label_size(&p->type->roles[q.role], label));
    keep_shadow(p, s);
    return status;
}

/* Whether the answer is a message that the state sends, of the right size. */
static bool is_message(const struct proxy *p, const motet_role_type *r, uint16_t state)
{
    const motet__frame *a = p->answer;
    return a->at < r->automaton->n_labels && r->automaton->labels[a->at].dir == MOTET_SEND &&
           motet__step(r->automaton, state, a->at) != MOTET_NONE &&
           motet__frame_payload_size(a) == motet__label_size(r, a->at);
}

static motet_status proxy_produce(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    struct proxy *p = self;
    motet__frame q = about(p, s, MOTET__FRAME_PRODUCE, state);
    motet_status status = call(p, &q, NULL, 0);
    keep_shadow(p, s);
    if (p->lost || status != MOTET_DONE) {
        return status;
    }
    if (!is_message(p, &p->type->roles[q.role], state)) {
        return p->answer->at == MOTET_NONE ? MOTET_FAIL_PROTOCOL_VIOLATION : lose_broken(p);
    }
    out->label = p->answer->at;
    memcpy(out->payload, motet__frame_payload(p->answer), motet__frame_payload_size(p->answer));
    return MOTET_DONE;
}

/* A callback that cannot fail. If the process is lost in it, its death fails the actor. */
static void tell(struct proxy *p, motet__frame *q)
{
    bool before = p->lost;
    call(p, q, NULL, 0);
    if (p->lost && !before) {
        motet__process_kill(p->iso->spawner, p->actor);
    }
}

static void proxy_done(void *self, motet_session *s)
{
    struct proxy *p = self;
    motet__frame q = about(p, s, MOTET__FRAME_DONE, 0);
    tell(p, &q);
}

static void proxy_abort(void *self, motet_session *s, motet_abort_reason why)
{
    struct proxy *p = self;
    motet__frame q = about(p, s, MOTET__FRAME_ABORT, (uint16_t)why);
    tell(p, &q);
}

/* ---- mail ---- */

static motet_status proxy_mail(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct proxy *p = self;
    (void)ctx;
    motet__frame q = {.kind = MOTET__FRAME_MAIL,
                      .at = (uint16_t)m->kind,
                      .status = m->status,
                      .tag = m->tag,
                      .id = m->id,
                      .arg = (uint64_t)m->why,
                      .ref = m->from};
    if (m->size > MOTET__MOST_MAIL) {
        report(p, "mail that is too long for a process of its own");
        return MOTET_FAIL;
    }
    return call(p, &q, m->data, m->size);
}

/* ---- life ---- */

static uint64_t patience_of(const struct proxy *p)
{
    uint64_t ns = p->actor->spec->shutdown_ns;
    return p->lost ? 0 : (ns ? ns : DEFAULT_PATIENCE_NS);
}

/* Leaves no process and no memory. */
static void end(struct proxy *p)
{
    if (!p->lost || p->told) {
        motet__process_expect(p->process);
    }
    motet__process_end(p->process, patience_of(p));
    p->process = NULL;
    free(p->answer);
    p->answer = NULL;
}

static motet_status proxy_init(void *self, const motet_start *start)
{
    struct proxy *p = self;
    const motet__start *s = (const motet__start *)(const void *)start; /* the core makes no other */
    p->actor = s->actor;
    p->iso = p->actor->sys->isolate;
    p->type = (const motet__isolated_type *)(const void *)p->actor->type;
    p->room = p->type->longest;
    p->answer = malloc(p->room);
    motet_err e = p->answer ? motet__process_start(p->iso->spawner, (uint32_t)(p->type - p->iso->types), p->actor,
                                                   start->incarnation, &p->process)
                            : MOTET_ENOMEM;
    if (e != MOTET_OK) {
        report(p, motet_err_text(e));
        free(p->answer);
        return MOTET_FAIL;
    }
    motet__frame q = {.kind = MOTET__FRAME_INIT,
                      .status = start->failure,
                      .id = start->index,
                      .arg = start->incarnation,
                      .ref = motet_self(start->ctx)};
    motet_status status = call(p, &q, start->name, strlen(start->name) + 1u);
    if (status != MOTET_DONE) {
        end(p);
    }
    return status;
}

static void proxy_fini(void *self)
{
    struct proxy *p = self;
    motet__frame q = {.kind = MOTET__FRAME_FINI};
    if (!p->lost) {
        motet__process_expect(p->process);
        call_within(p, &q, NULL, 0, patience_of(p));
    }
    end(p);
}

bool motet__isolate_lost(const motet__child *a)
{
    const struct proxy *p = a->state;
    return a->type->isolated && (p->lost || motet__process_dead(p->process));
}

void motet__isolate_late(const motet__child *a)
{
    if (a->type->isolated) {
        motet__process_kill(a->sys->isolate->spawner, a);
    }
}

static void process_died(void *isolate, void *owner, uint64_t stamp, const char *how)
{
    motet__child *a = owner;
    (void)isolate;
    fprintf(stderr, "motet: %s: its process %s\n", a->name, how);
    motet__sup_lost(a, (uint32_t)stamp);
}

static void process_said(void *isolate, const void *what, size_t n)
{
    const motet__isolate *iso = isolate;
    motet__said said;
    if (n == sizeof said) {
        memcpy(&said, what, sizeof said);
        /* A stale id is nobody's mistake here: the session may have ended meanwhile. */
        motet_err ignored = motet_session_resume(iso->sys, said.id, said.role);
        (void)ignored;
    }
}

/* ---- types ---- */

/* The longest frame about a role of that type, or about its start. */
static uint32_t longest_frame(const motet_actor_type *type, size_t longest_name)
{
    size_t most = longest_name + 16u; /* an index in brackets */
    for (uint16_t r = 0; r < type->n_roles; r++) {
        const motet_session_type *s = type->roles[r].session;
        for (uint16_t m = 0; s && m < s->n_messages; m++) {
            most = s->messages[m].size > most ? s->messages[m].size : most;
        }
    }
    return (uint32_t)(sizeof(motet__frame) + most);
}

static motet_err make_type(motet__isolated_type *t, const motet_actor_type *real, size_t longest_name)
{
    t->real = real;
    t->longest = longest_frame(real, longest_name);
    t->roles = calloc(real->n_roles + 1u, sizeof *t->roles);
    if (!t->roles) {
        return MOTET_ENOMEM;
    }
    for (uint16_t r = 0; r < real->n_roles; r++) {
        t->roles[r] = real->roles[r];
        t->roles[r].receive = proxy_receive;
        t->roles[r].produce = proxy_produce;
        t->roles[r].on_done = proxy_done;
        t->roles[r].on_abort = proxy_abort;
    }
    t->type = *real;
    t->type.state_size = sizeof(struct proxy);
    t->type.roles = t->roles;
    t->type.init = proxy_init;
    t->type.fini = proxy_fini;
    t->type.receive = real->receive ? proxy_mail : NULL;
    return MOTET_OK;
}

/* The callbacks that the core would have asked for, had it seen the real ones. */
static bool is_complete(const motet_actor_type *type)
{
    for (uint16_t r = 0; r < type->n_roles; r++) {
        if (!type->roles[r].session || !type->roles[r].receive || !type->roles[r].produce) {
            return false;
        }
    }
    return true;
}

static size_t longest_name(const motet_system_spec *spec)
{
    size_t most = 0;
    for (uint16_t i = 0; i < spec->n_children; i++) {
        size_t n = strlen(spec->children[i].name);
        most = n > most ? n : most;
    }
    return most;
}

/* The child's type is replaced by one of ours, made unless another child has it as well. */
static motet_err replace(motet__isolate *iso, motet_child_spec *child, size_t name)
{
    uint32_t i = 0;
    while (i < iso->n_types && iso->types[i].real != child->actor) {
        i++;
    }
    if (i == iso->n_types) {
        motet_err e = is_complete(child->actor) ? make_type(&iso->types[i], child->actor, name) : MOTET_EINVAL;
        if (e != MOTET_OK) {
            return e;
        }
        iso->n_types++;
    }
    child->actor = &iso->types[i].type;
    return MOTET_OK;
}

static motet_err replace_all(motet__isolate *iso, const motet_system_spec *spec, uint32_t n)
{
    iso->spec = *spec;
    iso->children = calloc(spec->n_children, sizeof *iso->children);
    iso->types = calloc(n, sizeof *iso->types);
    if (!iso->children || !iso->types) {
        return MOTET_ENOMEM;
    }
    memcpy(iso->children, spec->children, spec->n_children * sizeof *iso->children);
    iso->spec.children = iso->children;
    motet_err e = MOTET_OK;
    for (uint16_t i = 0; i < spec->n_children && e == MOTET_OK; i++) {
        if (iso->children[i].actor->isolated) {
            e = replace(iso, &iso->children[i], longest_name(spec));
        }
    }
    return e;
}

motet_err motet__isolate_begin(motet_system *sys, const motet_options *options, const motet_system_spec **spec,
                               motet__isolate **out)
{
    static const motet__process_hooks hooks = {
        .child = motet__isolate_child, .died = process_died, .said = process_said};
    uint32_t n = 0;
    *out = NULL;
    for (uint16_t i = 0; i < (*spec)->n_children; i++) {
        n += (*spec)->children[i].actor->isolated;
    }
    if (n == 0) {
        return MOTET_OK;
    }
    motet__isolate *iso = calloc(1, sizeof *iso);
    if (!iso) {
        return MOTET_ENOMEM;
    }
    iso->sys = sys;
    iso->env = options ? options->env : NULL;
    iso->callback_ns = options ? options->callback_ns : 0;
    motet_err e = replace_all(iso, *spec, n);
    if (e == MOTET_OK) {
        iso->spawner = motet__spawner_new(&hooks, iso);
        e = iso->spawner ? MOTET_OK : MOTET_EPROCESS;
    }
    if (e != MOTET_OK) {
        motet__isolate_end(iso);
        return e;
    }
    *spec = &iso->spec;
    *out = iso;
    return MOTET_OK;
}

void motet__isolate_end(motet__isolate *iso)
{
    if (!iso) {
        return;
    }
    motet__spawner_free(iso->spawner);
    for (uint32_t i = 0; i < iso->n_types; i++) {
        free(iso->types[i].roles);
    }
    free(iso->types);
    free(iso->children);
    free(iso);
}
