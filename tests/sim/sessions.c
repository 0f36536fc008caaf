/* sessions.c -- the tree of chaos.h: supervisors of all strategies, and actors that play in three kinds of sessions.
 *
 * Calls: a client asks a server, a few times. Line: a source sends items by a relay to a sink, as many as it likes and
 * as fast as it may. Pair: both send first, then both receive. All of them keep to their automata, so the runtime must
 * not find a message that does not fit, whatever crashes. */
#include "chaos.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define S(m, peer_, label_) {MOTET_SEND, peer_, m, label_}
#define R(m, peer_) {MOTET_RECEIVE, peer_, m, MOTET_NONE}
enum { NO = MOTET_NONE };

typedef struct payload {
    uint64_t number;
} payload;

/* ---- Calls: 0 client, 1 server; messages 0 Ask, 1 Answer, 2 Bye ---- */

static const motet_message_type calls_messages[] = {
    {"Ask", 0, sizeof(payload)}, {"Answer", 1, sizeof(payload)}, {"Bye", 2, sizeof(payload)}};
static const motet_role_info calls_roles[] = {{"client", {0, 0}}, {"server", {1, 0}}};
static const motet_session_type calls = {"Calls", 2, 3, 0, calls_roles, calls_messages};
static const motet_state client_states[] = {{MOTET_AT_SEND, 0, 0}, {MOTET_AT_RECEIVE, 0, 0}, {MOTET_AT_END, 0, 0}};
static const motet_label client_labels[] = {S(0, 1, 0), R(1, 1), S(2, 1, 2)};
static const uint16_t client_next[] = {1, NO, 2, NO, 0, NO, NO, NO, NO};
static const motet_automaton client = {3, 3, client_states, client_labels, client_next};
static const motet_state server_states[] = {{MOTET_AT_RECEIVE, 0, 0}, {MOTET_AT_SEND, 0, 0}, {MOTET_AT_END, 0, 0}};
static const motet_label server_labels[] = {R(0, 0), S(1, 0, 1), R(2, 0)};
static const uint16_t server_next[] = {1, NO, 2, NO, 0, NO, NO, NO, NO};
static const motet_automaton server = {3, 3, server_states, server_labels, server_next};

/* ---- Line: 0 source, 1 relay, 2 sink; messages 0 Item, 1 Last ---- */

static const motet_message_type line_messages[] = {{"Item", 0, sizeof(payload)}, {"Last", 1, sizeof(payload)}};
static const motet_role_info line_roles[] = {{"source", {0, 0}}, {"relay", {1, 0}}, {"sink", {2, 0}}};
static const motet_session_type line = {"Line", 3, 2, 0, line_roles, line_messages};
static const motet_state source_states[] = {{MOTET_AT_SEND, 0, 0}, {MOTET_AT_END, 0, 0}};
static const motet_label source_labels[] = {S(0, 1, 0), S(1, 1, 1)};
static const uint16_t source_next[] = {0, 1, NO, NO};
static const motet_automaton source = {2, 2, source_states, source_labels, source_next};
static const motet_state relay_states[] = {
    {MOTET_AT_RECEIVE, 0, 0}, {MOTET_AT_SEND, 0, 0}, {MOTET_AT_SEND, 0, 0}, {MOTET_AT_END, 0, 0}};
static const motet_label relay_labels[] = {R(0, 0), R(1, 0), S(0, 2, 0), S(1, 2, 1)};
static const uint16_t relay_next[] = {1, 2, NO, NO, NO, NO, 0, NO, NO, NO, NO, 3, NO, NO, NO, NO};
static const motet_automaton relay = {4, 4, relay_states, relay_labels, relay_next};
static const motet_state sink_states[] = {{MOTET_AT_RECEIVE, 0, 0}, {MOTET_AT_END, 0, 0}};
static const motet_label sink_labels[] = {R(0, 1), R(1, 1)};
static const uint16_t sink_next[] = {0, 1, NO, NO};
static const motet_automaton sink = {2, 2, sink_states, sink_labels, sink_next};

/* ---- Pair: 0 left, 1 right; message 0 Hello: both send it, then receive the other's ---- */

static const motet_message_type pair_messages[] = {{"Hello", 0, sizeof(payload)}};
static const motet_role_info pair_roles[] = {{"left", {0, 0}}, {"right", {1, 0}}};
static const motet_session_type pair = {"Pair", 2, 1, MOTET_NONE, pair_roles, pair_messages};
static const motet_state side_states[] = {{MOTET_AT_SEND, 0, 0}, {MOTET_AT_RECEIVE, 0, 0}, {MOTET_AT_END, 0, 0}};
static const motet_label left_labels[] = {S(0, 1, 1), R(0, 1)}, right_labels[] = {S(0, 0, 1), R(0, 0)};
static const uint16_t side_next[] = {1, NO, NO, 2, NO, NO};
static const motet_automaton left = {3, 2, side_states, left_labels, side_next};
static const motet_automaton right = {3, 2, side_states, right_labels, side_next};

/* ---- what the roles do ---- */

typedef struct part { /* in the participant's slot */
    uint64_t sent, last, got;
    uint32_t most;
} part;

static part *part_of(motet_session *s)
{
    void **slot = motet_session_slot(s);
    if (!*slot) {
        part *p = calloc(1, sizeof *p);
        if (!p) {
            abort();
        }
        p->most = below(12);
        *slot = p;
        world.touched++;
    }
    return *slot;
}

static motet_status hear(void *self, motet_session *s, uint16_t label, const void *data)
{
    (void)self;
    (void)label;
    part *p = part_of(s);
    uint64_t number = ((const payload *)data)->number;
    if (number <= p->last) {
        broken("a session's messages are out of order", number, p->last);
    }
    p->last = number;
    p->got++;
    return MOTET_DONE;
}

static bool postpones(motet_session *s, part *p)
{
    if (world.closing || world.n_laters == LATERS || p->sent == 0 || below(16) != 0) {
        return false;
    }
    world.laters[world.n_laters].id = motet_session_id(s);
    world.laters[world.n_laters++].role = motet_session_role(s).role;
    return true;
}

static motet_status make(motet_session *s, motet_out *out, uint16_t label)
{
    part *p = part_of(s);
    if (postpones(s, p) || (motet_session_refused(s) == MOTET_FULL && below(2) == 0)) {
        return MOTET_LATER;
    }
    out->label = label;
    ((payload *)out->payload)->number = ++p->sent; /* a refused one leaves a gap */
    return MOTET_DONE;
}

static motet_status ask_or_leave(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    (void)self;
    (void)state;
    part *p = part_of(s);
    return make(s, out, p->sent >= p->most || world.closing ? 2 : 0);
}

static motet_status answer(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    (void)self;
    (void)state;
    return make(s, out, 1);
}

static motet_status pour(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    (void)self;
    (void)state;
    part *p = part_of(s);
    return make(s, out, p->sent >= p->most || world.closing ? 1 : 0);
}

static motet_status pass_on(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    (void)self;
    return make(s, out, state == 1 ? 2 : 3);
}

static motet_status greet(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    (void)self;
    (void)state;
    return make(s, out, 0);
}

static void tell_end(motet_session *s)
{
    void **slot = motet_session_slot(s);
    if (!*slot) {
        broken("a participant that never began, or was told already, is told of its end", motet_session_id(s), 0);
    }
    free(*slot);
    *slot = NULL;
    world.told++;
}

static void done(void *self, motet_session *s)
{
    (void)self;
    tell_end(s);
}

static void aborted(void *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    tell_end(s);
}

/* ---- the tree ---- */

#define ROLE(session_, role_, automaton_, produce_) \
    {.session = &session_, .role = role_, .automaton = &automaton_, .receive = hear, .produce = produce_, \
     .on_done = done, .on_abort = aborted}

static const motet_role_type client_role[] = {ROLE(calls, 0, client, ask_or_leave), ROLE(pair, 0, left, greet)};
static const motet_role_type server_role[] = {ROLE(calls, 1, server, answer)};
static const motet_role_type source_role[] = {ROLE(line, 0, source, pour)};
static const motet_role_type relay_role[] = {ROLE(line, 1, relay, pass_on), ROLE(pair, 1, right, greet)};
static const motet_role_type sink_role[] = {ROLE(line, 2, sink, greet)};

#define KIND(name_, roles_, n, mailbox_, ...) \
    {.name = name_, .state_size = 16, .n_roles = n, .roles = roles_, .mailbox = mailbox_, .init = wild_init, \
     .fini = wild_fini, .receive = wild_receive, __VA_ARGS__}

static const motet_actor_type kinds[] = {
    KIND("client", client_role, 2, 4, .inbox = 4),
    KIND("server", server_role, 1, 2, .shared = true, .inbox = 2, .inbox_policy = MOTET_REFUSE),
    KIND("source", source_role, 1, 4, .sessions = 3, .inbox = 3, .inbox_policy = MOTET_DROP_OLDEST),
    KIND("relay", relay_role, 2, 2, .policy = MOTET_REFUSE, .inbox = 3, .inbox_policy = MOTET_DROP_NEWEST),
    KIND("sink", sink_role, 1, 1, .inbox = 2),
    KIND("raw", NULL, 0, 1, .inbox = 3, .traps_exits = true),
};
enum { KINDS = sizeof kinds / sizeof *kinds, SUPS = 4 };

static struct {
    motet_child_spec children[KINDS];
    motet_supervisor_spec sups[SUPS];
    motet_system_spec spec;
} tree;

static const motet_member in_root[] = {{true, 1}, {true, 2}, {false, RAW_CHILD}};
static const motet_member in_one[] = {{false, 0}, {false, 1}};
static const motet_member in_two[] = {{false, 2}, {true, 3}};
static const motet_member in_three[] = {{false, 3}, {false, 4}};
static const motet_bind calls_bind[] = {{0, 0, true}, {1, 0, false}};
static const motet_bind line_bind[] = {{2, 0, false}, {3, 0, false}, {4, 0, true}};
static const motet_bind pair_bind[] = {{0, 0, true}, {3, 0, false}};
static const motet_wire_spec wires[WIRES] = {{&calls, calls_bind}, {&line, line_bind}, {&pair, pair_bind}};

static void make_children(void)
{
    static const uint16_t of[KINDS] = {1, 1, 2, 3, 3, 0};
    static const uint32_t count[KINDS] = {3, 1, 1, 1, 2, 1};
    for (uint16_t i = 0; i < KINDS; i++) {
        motet_child_spec *c = &tree.children[i];
        *c = (motet_child_spec){.name = kinds[i].name,
                                .actor = &kinds[i],
                                .count = count[i],
                                .family = count[i] > 1,
                                .supervisor = of[i],
                                .shutdown_ns = 100000 * SECOND,
                                .backoff_max_ns = 50 * MS};
        c->restart = (motet_restart)(below(8) == 0 ? below(3) : 0);
        c->backoff_min_ns = below(3) * MS;
        for (int r = 0; r < MOTET_REASONS; r++) {
            c->decide[r] = (motet_directive)(below(4) == 0 ? below(MOTET_ESCALATE + 1) : 0);
        }
    }
}

static void make_supervisors(void)
{
    static const struct { const motet_member *members; uint16_t n, parent; } shape[SUPS] = {
        {in_root, 3, MOTET_NONE}, {in_one, 2, 0}, {in_two, 2, 0}, {in_three, 2, 2}};
    static const char *const names[SUPS] = {"root", "one", "two", "three"};
    for (uint16_t i = 0; i < SUPS; i++) {
        tree.sups[i] = (motet_supervisor_spec){.name = names[i],
                                               .window_ns = 10 * SECOND,
                                               .parent = shape[i].parent,
                                               .n_members = shape[i].n,
                                               .members = shape[i].members};
        tree.sups[i].strategy = (motet_strategy)below(3);
        tree.sups[i].intensity = below(4) == 0 ? below(6) : 1000;
    }
}

const motet_system_spec *make_tree(void)
{
    make_children();
    make_supervisors();
    tree.spec = (motet_system_spec){"chaos", SUPS, KINDS, WIRES, tree.sups, tree.children, wires};
    return &tree.spec;
}

void resume_laters(void)
{
    while (world.n_laters > 0) {
        uint32_t i = --world.n_laters;
        motet_err e = motet_session_resume(world.sys, world.laters[i].id, world.laters[i].role);
        if (e != MOTET_OK && e != MOTET_EGONE) {
            broken("a resume fails", (uint64_t)e, 0);
        }
    }
}
