/* runtime_fixture.h -- tables like those that the generator writes, built edge by edge, for tests of the runtime. */
#ifndef MOTET_TESTS_RUNTIME_FIXTURE_H
#define MOTET_TESTS_RUNTIME_FIXTURE_H
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <motet/motet.h>

enum { FX_STATES = 40, FX_LABELS = 40, FX_EDGES = 80, FX_ROLES = 8 };

struct fx_edge {
    uint16_t from, label, to;
};

struct fx_automaton {
    motet_automaton a;
    motet_state states[FX_STATES];
    motet_label labels[FX_LABELS];
    uint16_t next[FX_STATES * FX_LABELS];
    struct fx_edge edges[FX_EDGES];
    uint16_t n_edges;
};

static inline uint16_t fx_label(struct fx_automaton *f, uint16_t dir, uint16_t peer, uint16_t message)
{
    for (uint16_t l = 0; l < f->a.n_labels; l++) {
        if (f->labels[l].dir == dir && f->labels[l].peer == peer && f->labels[l].message == message) {
            return l;
        }
    }
    assert_true(f->a.n_labels < FX_LABELS);
    f->labels[f->a.n_labels] = (motet_label){.dir = dir, .peer = peer, .message = message, .peer_label = MOTET_NONE};
    return f->a.n_labels++;
}

/* Adds an edge; states exist as soon as they are named. Returns the label. */
static inline uint16_t fx_edge(struct fx_automaton *f, uint16_t from, uint16_t dir, uint16_t peer, uint16_t message,
                               uint16_t to)
{
    uint16_t label = fx_label(f, dir, peer, message), top = from > to ? from : to;
    assert_true(f->n_edges < FX_EDGES && top < FX_STATES);
    f->edges[f->n_edges++] = (struct fx_edge){from, label, to};
    f->a.n_states = f->a.n_states > top + 1 ? f->a.n_states : (uint16_t)(top + 1);
    f->states[from].kind = dir == MOTET_SEND ? MOTET_AT_SEND : MOTET_AT_RECEIVE;
    return label;
}

/* Turns the edges of all roles into tables, and names each send's receive label. */
static inline void fx_finish(struct fx_automaton *roles, uint16_t n)
{
    for (uint16_t r = 0; r < n; r++) {
        struct fx_automaton *f = &roles[r];
        f->a.n_states = f->a.n_states ? f->a.n_states : 1;
        f->a.states = f->states;
        f->a.labels = f->labels;
        f->a.next = f->next;
        memset(f->next, 0xff, sizeof f->next);
        for (uint16_t e = 0; e < f->n_edges; e++) {
            f->next[f->edges[e].from * f->a.n_labels + f->edges[e].label] = f->edges[e].to;
        }
        for (uint16_t l = 0; l < f->a.n_labels; l++) {
            motet_label *s = &f->labels[l];
            const struct fx_automaton *peer = &roles[s->peer];
            for (uint16_t q = 0; s->dir == MOTET_SEND && q < peer->a.n_labels; q++) {
                const motet_label *t = &peer->labels[q];
                if (t->dir == MOTET_RECEIVE && t->peer == r && t->message == s->message) {
                    s->peer_label = q;
                }
            }
        }
    }
}

#define FX_SECOND UINT64_C(1000000000)
#define FX_MS UINT64_C(1000000)

/* ---- a kit: one session type with up to FX_ROLES roles, role r played by the one instance of child r ----
 *
 * The kit's handlers follow the automaton: they count, ask the test's hooks, and choose the first edge otherwise. */

struct fx_payload {
    uint64_t value;
};

struct fx_instance { /* the state of an actor */
    uint32_t child, index, incarnation;
    uint64_t mine;
};

static struct fx_kit {
    uint16_t n_roles, n_messages;
    struct fx_automaton roles[FX_ROLES];
    /* hooks; NULL: none. A non-zero answer is the handler's status. */
    motet_status (*on_init)(struct fx_instance *self, const motet_start *start);
    void (*on_fini)(struct fx_instance *self);
    motet_status (*on_receive)(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value);
    motet_status (*on_produce)(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value);
    /* what happened, by role or child */
    _Atomic uint64_t received[FX_ROLES], sent[FX_ROLES], done[FX_ROLES], aborted[FX_ROLES], inits[FX_ROLES],
        finis[FX_ROLES], why[8], touched, wrong;
    char order[4096]; /* "+a" for an init, "-a" for a fini, by the first letter of the name and the index */
    _Atomic uint32_t n_order;
    /* tables */
    motet_session_type type;
    motet_role_info infos[FX_ROLES];
    motet_message_type messages[16];
    motet_role_type role_types[FX_ROLES];
    motet_actor_type actors[FX_ROLES];
    motet_child_spec children[FX_ROLES];
    motet_member members[FX_ROLES];
    motet_supervisor_spec supervisors[4];
    motet_bind bind[FX_ROLES];
    motet_wire_spec wire;
    motet_system_spec spec;
} fx;

static inline uint64_t fx_get(_Atomic uint64_t *c)
{
    return atomic_load(c);
}

static inline uint64_t fx_sum(_Atomic uint64_t *c)
{
    uint64_t n = 0;
    for (int i = 0; i < FX_ROLES; i++) {
        n += atomic_load(&c[i]);
    }
    return n;
}

static inline void fx_note(char what, const char *name, uint32_t index)
{
    uint32_t at = atomic_fetch_add(&fx.n_order, 3);
    if (at + 3 < sizeof fx.order) {
        fx.order[at] = what;
        fx.order[at + 1] = name[0];
        fx.order[at + 2] = (char)('0' + index % 10);
    }
}

static inline motet_status fx_init(void *self, const motet_start *start)
{
    struct fx_instance *me = self;
    uint32_t child = 0;
    while (strncmp(start->name, fx.children[child].name, strlen(fx.children[child].name)) != 0) {
        child++;
    }
    if (me->mine != 0) {
        atomic_fetch_add(&fx.wrong, 1); /* not zeroed */
    }
    *me = (struct fx_instance){.child = child, .index = start->index, .incarnation = start->incarnation};
    motet_status e = fx.on_init ? fx.on_init(me, start) : MOTET_DONE;
    if (e == MOTET_DONE) {
        atomic_fetch_add(&fx.inits[child], 1);
        fx_note('+', start->name, start->index);
    }
    return e;
}

static inline void fx_fini(void *self)
{
    struct fx_instance *me = self;
    if (fx.on_fini) {
        fx.on_fini(me);
    }
    atomic_fetch_add(&fx.finis[me->child], 1);
    fx_note('-', fx.children[me->child].name, me->index);
}

/* A participant's own data: made by its first callback, freed by its last, so a lost ending is a leak. */
struct fx_slot {
    uint64_t n;
};

static inline struct fx_slot *fx_slot(motet_session *s)
{
    void **slot = motet_session_slot(s);
    if (!*slot) {
        *slot = calloc(1, sizeof(struct fx_slot));
        atomic_fetch_add(&fx.touched, 1);
    }
    return *slot;
}

static inline uint16_t fx_touch(motet_session *s)
{
    fx_slot(s);
    return motet_session_role(s).role;
}

static inline void fx_untouch(motet_session *s)
{
    if (!*motet_session_slot(s)) {
        atomic_fetch_add(&fx.wrong, 1); /* told of its end, but never began */
    }
    free(*motet_session_slot(s));
    *motet_session_slot(s) = NULL;
}

static inline motet_status fx_receive(void *self, motet_session *s, uint16_t label, const void *payload)
{
    uint16_t role = fx_touch(s), message = fx.roles[role].labels[label].message;
    atomic_fetch_add(&fx.received[role], 1);
    uint64_t value = payload ? ((const struct fx_payload *)payload)->value : 0;
    return fx.on_receive ? fx.on_receive(self, s, message, value) : MOTET_DONE;
}

static inline motet_status fx_produce(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    uint16_t role = fx_touch(s), message = MOTET_NONE;
    uint64_t value = 0;
    struct fx_automaton *f = &fx.roles[role];
    motet_status e = fx.on_produce ? fx.on_produce(self, s, &message, &value) : MOTET_DONE;
    if (e != MOTET_DONE) {
        return e;
    }
    for (uint16_t l = 0; l < f->a.n_labels; l++) {
        if (f->next[state * f->a.n_labels + l] != MOTET_NONE && f->labels[l].dir == MOTET_SEND &&
            (message == MOTET_NONE || f->labels[l].message == message)) {
            out->label = l;
            ((struct fx_payload *)out->payload)->value = value;
            break;
        }
    }
    atomic_fetch_add(&fx.sent[role], 1);
    return MOTET_DONE;
}

static inline void fx_done(void *self, motet_session *s)
{
    (void)self;
    fx_untouch(s);
    atomic_fetch_add(&fx.done[motet_session_role(s).role], 1);
}

static inline void fx_abort(void *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    fx_untouch(s);
    atomic_fetch_add(&fx.why[why], 1);
    atomic_fetch_add(&fx.aborted[motet_session_role(s).role], 1);
}

/* An empty kit; roles are added by edges, then fx_ready. */
static inline int fx_setup(void **state)
{
    (void)state;
    memset(&fx, 0, sizeof fx);
    return 0;
}

static inline void fx_send(uint16_t role, uint16_t from, uint16_t peer, uint16_t message, uint16_t to)
{
    fx_edge(&fx.roles[role], from, MOTET_SEND, peer, message, to);
}

static inline void fx_take(uint16_t role, uint16_t from, uint16_t peer, uint16_t message, uint16_t to)
{
    fx_edge(&fx.roles[role], from, MOTET_RECEIVE, peer, message, to);
}

static const char *const fx_names[FX_ROLES] = {"a", "b", "c", "d", "e", "f", "g", "h"};

/* Completes the tables: one supervisor, one_for_one, intensity 3 in 10 s; mailbox 4. Tests may change them after. */
static inline void fx_ready(uint16_t n_roles, uint16_t n_messages)
{
    fx_finish(fx.roles, n_roles);
    fx.n_roles = n_roles;
    for (uint16_t m = 0; m < n_messages; m++) {
        fx.messages[m] = (motet_message_type){"m", m, sizeof(struct fx_payload)};
    }
    fx.type = (motet_session_type){"Kit", n_roles, n_messages, 0, fx.infos, fx.messages};
    for (uint16_t r = 0; r < n_roles; r++) {
        fx.infos[r] = (motet_role_info){fx_names[r], {r, 0}};
        fx.role_types[r] = (motet_role_type){.session = &fx.type,
                                             .role = r,
                                             .automaton = &fx.roles[r].a,
                                             .receive = fx_receive,
                                             .produce = fx_produce,
                                             .on_done = fx_done,
                                             .on_abort = fx_abort};
        fx.actors[r] = (motet_actor_type){.name = fx_names[r],
                                          .state_size = sizeof(struct fx_instance),
                                          .mailbox = 4,
                                          .n_roles = 1,
                                          .roles = &fx.role_types[r],
                                          .init = fx_init,
                                          .fini = fx_fini};
        fx.children[r] = (motet_child_spec){
            .name = fx_names[r], .actor = &fx.actors[r], .count = 1, .restart = MOTET_PERMANENT};
        fx.members[r] = (motet_member){false, r};
        fx.bind[r] = (motet_bind){r, 0, false};
    }
    fx.supervisors[0] =
        (motet_supervisor_spec){"root", MOTET_ONE_FOR_ONE, 3, 10 * FX_SECOND, MOTET_NONE, n_roles, fx.members};
    fx.wire = (motet_wire_spec){&fx.type, fx.bind};
    fx.spec = (motet_system_spec){"kit", 1, n_roles, 1, fx.supervisors, fx.children, &fx.wire};
}

static inline motet_system *fx_start(uint32_t workers)
{
    motet_system *sys = NULL;
    motet_options o = {.workers = workers};
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), MOTET_OK);
    return sys;
}

static inline void fx_open(motet_system *sys, uint64_t n, uint64_t arg)
{
    for (uint64_t i = 0; i < n; i++) {
        assert_int_equal(motet_session_open(sys, 0, arg, NULL), MOTET_OK);
    }
}

static inline void fx_idle(motet_system *sys)
{
    assert_int_equal(motet_system_wait_idle(sys, 60 * FX_SECOND), MOTET_OK);
}

/* Stops the system and closes its books: every session and every participant is accounted for. */
static inline motet_stats fx_stop(motet_system *sys)
{
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.open, 0);
    assert_int_equal(s.waiting, 0);
    assert_int_equal(s.opened, s.completed + s.aborted);
    assert_int_equal(fx_get(&fx.wrong), 0);
    assert_int_equal(fx_get(&fx.touched), fx_sum(fx.done) + fx_sum(fx.aborted));
    assert_int_equal(fx_sum(fx.inits), fx_sum(fx.finis));
    assert_int_equal(s.messages, fx_sum(fx.received));
    return s;
}

#endif
