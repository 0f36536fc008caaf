/* spin_random.h -- random small models from a seed: 2 to 4 participants, lanes of 1 or 2.
 *
 * Two kinds of automata, half and half: protocols of all roles, projected, mostly right; and automata that know
 * nothing of each other, mostly wrong. On top of them, each with a chance of its own: lanes that lose messages,
 * mailboxes that are shared, messages that get lost, events and interrupts, several runs, crashes under a random supervision tree with
 * random decisions, and formulas. They need not make sense: both engines must say the same of them.
 */
#ifndef MOTET_TESTS_SPIN_RANDOM_H
#define MOTET_TESTS_SPIN_RANDOM_H
#include "spin_kit.h"

static inline uint32_t random_below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % n;
}

static inline bool one_in(uint64_t *seed, uint32_t n)
{
    return random_below(seed, n) == 0;
}

struct recipe { /* what a model is made of */
    uint32_t n_roles;
    bool projected, mixed, events, crashes;
};

/* ---- automata ---- */

struct text {
    char s[2048];
    size_t n;
};

#define PUT(t, ...) ((t)->n += (size_t)snprintf((t)->s + (t)->n, sizeof (t)->s - (t)->n, __VA_ARGS__))

static inline const char *role_name(struct kit *k, uint32_t role)
{
    return arena_printf(k->a, "R%u", (unsigned)role);
}

/* Edges that leave a body: for some states those of the role's own events, or interrupts that it follows. */
static inline void random_ways_out(struct kit *k, struct text *t, uint32_t who, uint32_t state, uint32_t n_states,
                                   const struct recipe *r, uint64_t *seed)
{
    for (uint32_t e = 0; e < k->session.n_events; e++)
        if (k->events[e].catcher == who && !one_in(seed, 3))
            PUT(t, "%s%u @%u %u", t->n ? ", " : "", state, (unsigned)e, random_below(seed, n_states));
    uint32_t peer = (who + 1 + random_below(seed, r->n_roles - 1)) % r->n_roles;
    if (one_in(seed, 2))
        PUT(t, "%s%u R%u??i %u", t->n ? ", " : "", state, peer, random_below(seed, n_states));
}

/* A chain of states with a way back or an end, and branches of the same direction here and there. */
static inline void random_role(struct kit *k, uint32_t who, const struct recipe *r, uint64_t *seed)
{
    static const char messages[] = "abc";
    struct text t = {"", 0};
    uint32_t n_states = 2 + random_below(seed, 4);
    bool loops = one_in(seed, 3);
    for (uint32_t s = 0; s + 1 < n_states || (s < n_states && loops); s++) {
        bool send = one_in(seed, 2), used[4][3][2] = {{{false}}};
        uint32_t n = 1 + one_in(seed, 3) + one_in(seed, 3);
        bool interrupts = r->events && send && one_in(seed, 3);
        for (uint32_t e = 0; e < n; e++) {
            uint32_t peer = (who + 1 + random_below(seed, r->n_roles - 1)) % r->n_roles, msg = random_below(seed, 3);
            uint32_t to = s + 1 < n_states && random_below(seed, 4) != 0 ? s + 1 : random_below(seed, n_states);
            bool sends = r->mixed && one_in(seed, 3) ? !send : send;
            if (used[peer][msg][sends])
                continue;
            used[peer][msg][sends] = true;
            if (interrupts && e == 0)
                PUT(&t, "%s%u R%u!!i %u", t.n ? ", " : "", s, peer, to);
            else
                PUT(&t, "%s%u R%u%c%c %u", t.n ? ", " : "", s, peer, sends ? '!' : '?', messages[msg], to);
        }
        if (r->events && one_in(seed, 2))
            random_ways_out(k, &t, who, s, n_states, r, seed);
        if (!send && !r->mixed && one_in(seed, 4)) /* it may rest here */
            PUT(&t, ", %u end", s);
    }
    kit_role(k, role_name(k, who), t.s);
}

/* A protocol of all roles, projected: interactions one after the other, at most one choice that everybody hears of,
 * and an end or a way back to the start. One in three gets a wrong message somewhere. */
static inline void random_protocol(struct kit *k, uint32_t n_roles, uint64_t *seed)
{
    struct text text[4] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    uint32_t state[4] = {0}, n = 2 + random_below(seed, 5), chooses = random_below(seed, 2 * n);
    uint32_t c = random_below(seed, n_roles);
    bool loops = one_in(seed, 3);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = random_below(seed, n_roles), to = (from + 1 + random_below(seed, n_roles - 1)) % n_roles;
        char msg = (char)('a' + random_below(seed, 3));
        for (uint32_t r = 0; i == chooses && r < n_roles; r++) { /* the first word chooses, the others repeat it */
            if (r == c)
                continue;
            bool first = r == (c + 1) % n_roles;
            const char *sep = text[r].n ? ", " : "", *sep_c = text[c].n ? ", " : "";
            PUT(&text[r], "%s%u R%u?y %u, %u R%u?z %u", sep, state[r], c, state[r] + 1, state[r], c, state[r] + 1);
            PUT(&text[c], "%s%u R%u!y %u", sep_c, state[c], r, state[c] + 1);
            if (first || n_roles == 2)
                PUT(&text[c], ", %u R%u!z %u", state[c], r, state[c] + 1);
            state[c]++;
            state[r]++;
        }
        bool last = loops && i + 1 == n && state[from] != 0 && state[to] != 0, wrong = one_in(seed, 3 * n);
        PUT(&text[from], "%s%u R%u!%c %u", text[from].n ? ", " : "", state[from], to, msg, last ? 0 : state[from] + 1);
        PUT(&text[to], "%s%u R%u?%c %u", text[to].n ? ", " : "", state[to], from, wrong ? 'w' : msg,
            last ? 0 : state[to] + 1);
        state[from]++;
        state[to]++;
    }
    for (uint32_t r = 0; r < n_roles; r++)
        kit_role(k, role_name(k, r), text[r].s);
}

/* A body in which the catcher asks each of the others some times, an event at any state of it, and a handler that tells
 * all others; around the whole perhaps a loop. One in three forgets to tell somebody, or takes no interrupt. */
static inline void random_try(struct kit *k, const struct recipe *r, uint64_t *seed)
{
    uint32_t n = r->n_roles, rounds = 1 + random_below(seed, 2), body = 2 * rounds * (n - 1);
    bool loops = one_in(seed, 2), forgets = one_in(seed, 3), deaf = one_in(seed, 4), late = one_in(seed, 2);
    uint32_t level = random_below(seed, 2);
    struct text c = {"", 0};
    if (one_in(seed, 2))
        kit_timeout(k, "R0", level);
    else
        kit_cancel(k, "R0", level);
    if (r->crashes)
        kit_crash_of(k, "R1", "R0", level);
    uint32_t end = loops ? 0 : body, handler = body + 1;
    for (uint32_t s = 0; s < body; s++) { /* asks everybody first, then hears everybody; or one after the other */
        uint32_t i = late ? s % (body / rounds) % (n - 1) + 1 : s / 2 % (n - 1) + 1;
        bool asks = late ? s % (body / rounds) < n - 1 : s % 2 == 0;
        PUT(&c, "%s%u R%u%c%c %u", s ? ", " : "", s, i, asks ? '!' : '?', asks ? 'a' : 'b',
            s + 1 == body ? end : s + 1);
        for (uint32_t e = 0; e < k->session.n_events; e++)
            PUT(&c, ", %u @%u %u", s, (unsigned)e, handler + (k->events[e].kind == EV_CRASH));
    }
    for (uint32_t i = 1; i < n; i++)
        PUT(&c, ", %u R%u!!i %u", handler + i - 1, i, i + 1 == n || (forgets && i + 2 == n) ? end : handler + i);
    kit_role(k, "R0", c.s);
    for (uint32_t i = 1; i < n; i++) {
        struct text t = {"", 0};
        uint32_t last = 2 * rounds;
        for (uint32_t s = 0; s < last; s++)
            PUT(&t, "%s%u R0%c%c %u", s ? ", " : "", s, s % 2 ? '!' : '?', s % 2 ? 'b' : 'a',
                s + 1 == last && loops ? 0 : s + 1);
        for (uint32_t s = 0; s < last + !loops; s++)
            if (!deaf || s % 2 == 0)
                PUT(&t, ", %u R0??i %u", s, loops ? 0 : last + 1);
        if (!loops)
            PUT(&t, ", %u end", last);
        kit_role(k, role_name(k, i), t.s);
    }
}

/* ---- supervision ---- */

static inline void random_decisions(struct kit *k, uint32_t child, uint64_t *seed)
{
    for (int reason = 0; reason < REASONS; reason++)
        k->children[child].decide[reason] = (enum directive)random_below(seed, DIRECTIVE_ESCALATE + 1);
}

static inline void random_supervision(struct kit *k, uint32_t n_roles, uint64_t *seed)
{
    uint32_t root = kit_supervisor(k, IR_NONE, (enum strategy)random_below(seed, 3), random_below(seed, 2)), at = root;
    bool decides = one_in(seed, 2);
    for (uint32_t i = 0; i < n_roles; i++) {
        if (i > 0 && at == root && one_in(seed, 3))
            at = kit_supervisor(k, root, (enum strategy)random_below(seed, 3), random_below(seed, 2));
        enum restart_type restart = one_in(seed, 4) ? RESTART_TEMPORARY : RESTART_PERMANENT;
        uint32_t child = kit_child(k, at, arena_printf(k->a, "c%u", (unsigned)i), 1, restart);
        if (decides && one_in(seed, 2))
            random_decisions(k, child, seed);
    }
    kit_crashes(k, 1 + one_in(seed, 3), one_in(seed, 2) ? IR_NONE : random_below(seed, n_roles));
    if (one_in(seed, 6))
        kit_crashes(k, 1, random_below(seed, n_roles));
}

/* ---- lanes ---- */

static inline void random_policies(struct model *m, uint64_t *seed)
{
    static const enum policy all[] = {POLICY_BLOCK, POLICY_FAIL, POLICY_DROP_NEWEST, POLICY_DROP_OLDEST};
    for (uint32_t p = 0; p < m->n_participants; p++) {
        enum policy policy = all[random_below(seed, 4)];
        for (uint32_t l = 0; l < m->n_lanes; l++)
            if (m->lanes[l].to == p && !m->lanes[l].interrupt)
                m->lanes[l].policy = policy;
    }
}

static inline void random_pools(struct kit *k, struct model *m, uint64_t *seed)
{
    m->pools = ARENA_ARRAY(k->a, struct model_pool, m->n_participants);
    for (uint32_t p = 0; p < m->n_participants; p++) {
        if (one_in(seed, 2))
            continue;
        uint32_t pool = m->n_pools++;
        m->pools[pool] = (struct model_pool){m->participants[p].instance, 1 + random_below(seed, 3)};
        for (uint32_t l = 0; l < m->n_lanes; l++)
            if (m->lanes[l].to == p && !m->lanes[l].interrupt && m->lanes[l].policy != POLICY_DROP_OLDEST) {
                m->lanes[l].pool = pool;
                m->lanes[l].capacity = m->pools[pool].capacity;
            }
    }
}

/* ---- the model ---- */

/* `runs` 0: of one run or two. */
static inline struct model *random_model_of(struct kit *k, uint64_t number, uint32_t runs)
{
    uint64_t seed = number * 2654435761u + 12345;
    struct recipe r = {.n_roles = 2 + random_below(&seed, 3), .projected = number % 2 == 0};
    r.mixed = one_in(&seed, 4);
    r.events = one_in(&seed, 2);
    r.crashes = one_in(&seed, 2);
    for (uint32_t i = 0; i < r.n_roles; i++)
        kit_named_role(k, role_name(k, i));
    if (r.projected && r.events)
        random_try(k, &r, &seed);
    else if (r.projected)
        random_protocol(k, r.n_roles, &seed);
    for (uint32_t e = 0; !r.projected && r.events && e < 1 + random_below(&seed, 2); e++)
        kit_event(k, r.crashes && one_in(&seed, 2) ? EV_CRASH : one_in(&seed, 2) ? EV_TIMEOUT : EV_CANCEL,
                  role_name(k, 0), 1 + random_below(&seed, r.n_roles - 1), random_below(&seed, 3));
    for (uint32_t i = 0; !r.projected && i < r.n_roles; i++)
        random_role(k, i, &r, &seed);
    if (r.crashes)
        random_supervision(k, r.n_roles, &seed);
    if (one_in(&seed, 5))
        k->verify.loss = 1 + random_below(&seed, 2);
    uint32_t n_runs = one_in(&seed, 6) ? 2 : 1;
    struct model *m = kit_model(k, runs ? runs : n_runs, 1 + random_below(&seed, 2));
    if (one_in(&seed, 3))
        random_policies(m, &seed);
    if (one_in(&seed, 4))
        random_pools(k, m, &seed);
    return m;
}

/* Two pairs of roles that know nothing of each other: the one may go on for ever without the other. */
static inline struct model *random_pairs(struct kit *k, uint64_t number)
{
    static const char *const talks[] = {"0 %s!a 0", "0 %s!a 1, 1 %s?b 0", "0 %s!a 0, 0 %s!b 1", "0 %s!a 1, 1 %s!b 2",
                                        "0 %s!a 1, 0 %s!b 2, 1 %s!c 0"};
    uint64_t seed = number * 2654435761u + 54321;
    for (uint32_t pair = 0; pair < 2; pair++) {
        const char *one = role_name(k, 2 * pair), *other = role_name(k, 2 * pair + 1);
        const char *talk = talks[random_below(&seed, 5)];
        char *answer = arena_printf(k->a, talk, one, one, one);
        for (char *c = answer; *c; c++)
            *c = (char)(*c == '!' ? '?' : *c == '?' ? '!' : *c);
        kit_role(k, one, arena_printf(k->a, talk, other, other, other));
        kit_role(k, other, answer);
    }
    return kit_model(k, 1, 1 + random_below(&seed, 2));
}

static inline struct model *random_model(struct kit *k, uint64_t number)
{
    return random_model_of(k, number, 0);
}

/* ---- formulas ---- */

static inline struct ltl *random_atom(struct kit *k, const struct model *m, uint64_t *seed)
{
    uint32_t role = random_below(seed, k->n_roles);
    const char *message = k->ir.n_messages ? k->messages[random_below(seed, k->ir.n_messages)].name : "a";
    switch (random_below(seed, m->n_crashes ? 5 : 3)) {
    case 0: return ltl_event(k, LTL_SENT, k->roles[role].name, message);
    case 1: return ltl_event(k, LTL_RECEIVED, k->roles[role].name, message);
    case 2: return ltl_done(k);
    case 3: return ltl_child(k, LTL_CRASHED, random_below(seed, k->system.n_children));
    default: return ltl_child(k, LTL_RESTARTED, random_below(seed, k->system.n_children));
    }
}

static inline struct ltl *random_formula(struct kit *k, const struct model *m, uint32_t depth, uint64_t *seed)
{
    static const enum ltl_kind unary[] = {LTL_ALWAYS, LTL_EVENTUALLY, LTL_NOT, LTL_NEXT};
    static const enum ltl_kind binary[] = {LTL_AND, LTL_OR, LTL_IMPLIES, LTL_UNTIL, LTL_WEAK_UNTIL};
    if (depth == 0)
        return random_atom(k, m, seed);
    struct ltl *left = random_formula(k, m, depth - 1, seed);
    if (one_in(seed, 2))
        return ltl_op(k, unary[random_below(seed, 4)], left, NULL);
    return ltl_op(k, binary[random_below(seed, 5)], left, random_formula(k, m, depth - 1, seed));
}

#undef PUT
#endif
