/* reserve.c -- memory that is there before it is needed, and fixed mode, in which no more comes.
 *
 * What grows otherwise: the depots (records of all kinds), the pools of messages and blocks, the blocks and opens of
 * sessions with their table, pipes between workers, cores for threads of actors. Workers keep up to MOTET__KEEP free
 * records each to themselves, and 32 messages for each other worker until they send them home; so much more than what
 * is asked for is reserved, and what is asked for can be had by any worker.
 */
#include "core.h"

enum { ON_THEIR_WAY_HOME = 32, KEPT_NODES = 5 * MOTET__KEEP /* they are given back at looks at the clock alone */ };

static bool reserve_threads(motet_system *sys, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        motet__worker *w = motet__core_add(sys, true);
        if (!w) {
            return false;
        }
        motet__core_retire(w);
    }
    return true;
}

static bool reserve_records(motet_system *sys, const motet_options *o, uint32_t n_cores)
{
    uint32_t slack = n_cores * MOTET__KEEP, actors = o->reserve.actors, mail = o->reserve.messages;
    /* For each actor a state of any size, and a node for a monitor or link. */
    return motet__depot_reserve(&sys->actor_records, sys->n_actors + actors + slack) &&
           motet__depot_reserve(&sys->nodes, mail + 2u * actors + n_cores * KEPT_NODES) &&
           motet__depot_reserve(&sys->dues, o->reserve.timers + slack) &&
           motet__depot_reserve(&sys->mores, sys->n_actors + actors + slack) &&
           motet__depot_reserve(&sys->tiny, actors + slack) && motet__depot_reserve(&sys->small, actors + slack) &&
           motet__depot_reserve(&sys->letters, mail + 2u * slack);
}

static bool reserve_blocks(motet_system *sys, const motet_options *o, uint32_t n_cores)
{
    size_t size = o->reserve.block_size + MOTET__BLOCK_HEAD;
    for (uint32_t i = 0; i < n_cores; i++) {
        if (motet__pool_reserve(&sys->cores[i]->pool, size, o->reserve.blocks) != 0) {
            return false;
        }
    }
    bool done = motet__pool_reserve(&sys->commons, size, o->reserve.outside_blocks) == 0;
    if (done && o->reserve.state_size > sizeof(motet__node)) {
        done = motet__pool_reserve(&sys->commons, o->reserve.state_size, o->reserve.actors) == 0;
    }
    return done;
}

/* ---- sessions ---- */

/* The most messages that `sessions` of the wire can have at once: in lanes, pending, and in hand. */
static uint64_t most_messages(const motet__wire *wire, uint64_t sessions)
{
    uint64_t each = wire->session->n_roles;
    for (uint16_t i = 0; i < wire->n_lanes; i++) {
        each += wire->lanes[i].capacity;
    }
    return each * sessions;
}

static bool reserve_messages_of(motet_system *sys, const motet__role *role, uint64_t n, uint32_t n_cores)
{
    uint64_t with_slack = n + (uint64_t)n_cores * ON_THEIR_WAY_HOME;
    if (with_slack > UINT32_MAX) {
        return false;
    }
    for (uint16_t s = 0; s < role->automaton->n_states; s++) {
        uint16_t kind = role->automaton->states[s].kind;
        bool sends = kind == MOTET_AT_SEND || kind == MOTET_AT_BOTH;
        for (uint32_t i = 0; sends && i < n_cores; i++) {
            if (motet__pool_reserve(&sys->cores[i]->pool, role->room[s], (uint32_t)with_slack) != 0) {
                return false;
            }
        }
    }
    return true;
}

static bool reserve_sessions(motet_system *sys, const motet_options *o, uint32_t n_cores)
{
    uint32_t n = o->reserve.sessions;
    uint64_t all = 0; /* wires share size classes */
    for (uint32_t i = 0; i < sys->n_wires; i++) {
        all += most_messages(&sys->wires[i], n);
    }
    bool done = motet__opens_reserve(sys, (uint64_t)n * sys->n_wires);
    for (uint32_t i = 0; done && i < sys->n_wires; i++) {
        motet__wire *wire = &sys->wires[i];
        done = motet__wire_reserve(wire, n);
        for (uint16_t r = 0; done && r < wire->session->n_roles; r++) {
            done = reserve_messages_of(sys, &wire->roles[r],
                                       o->reserve.session_messages ? o->reserve.session_messages : all, n_cores);
        }
    }
    return done;
}

/* ---- all of it ---- */

static bool make_pipes(motet_system *sys, uint32_t n_cores)
{
    for (uint32_t i = 0; i < n_cores; i++) {
        for (uint32_t k = 0; k < n_cores; k++) {
            if (i != k && !(sys->cores[i]->out[k] = motet__pipe_new())) {
                return false;
            }
        }
    }
    return true;
}

motet_err motet__reserve(motet_system *sys, const motet_options *o)
{
    if (!o) {
        return MOTET_OK;
    }
    if (o->reserve.threads > MOTET__THREADS) {
        return MOTET_ELIMIT;
    }
    bool asked = o->fixed || o->reserve.actors || o->reserve.messages || o->reserve.timers || o->reserve.blocks ||
                 o->reserve.outside_blocks || o->reserve.sessions;
    bool done = reserve_threads(sys, o->reserve.threads);
    uint32_t n = atomic_load_explicit(&sys->n_cores, memory_order_relaxed);
    if (asked) {
        done = done && reserve_records(sys, o, n) && reserve_blocks(sys, o, n);
        done = done && (o->reserve.sessions == 0 || reserve_sessions(sys, o, n));
    }
    if (o->fixed) {
        done = done && make_pipes(sys, n) && motet__dynamics_reserve(sys, sys->actor_records.n);
        sys->most_sessions = o->reserve.sessions;
    }
    return done ? MOTET_OK : MOTET_ENOMEM;
}

void motet__set_fixed(motet_system *sys)
{
    motet__lock_take(sys->grow);
    motet__depot *const depots[] = {&sys->nodes, &sys->actor_records, &sys->dues,   &sys->tiny,
                                    &sys->small, &sys->mores,         &sys->letters};
    for (size_t i = 0; i < sizeof depots / sizeof *depots; i++) {
        depots[i]->fixed = true;
    }
    motet__lock_release(sys->grow);
    atomic_store_explicit(&sys->fixed, true, memory_order_relaxed); /* relaxed: a worker that sees it late allocates */
}
