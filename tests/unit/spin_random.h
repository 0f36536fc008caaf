/* spin_random.h -- random small models from a seed: 2 to 4 participants, lanes of 1 or 2, no mixed states. */
#ifndef MOTET_TESTS_SPIN_RANDOM_H
#define MOTET_TESTS_SPIN_RANDOM_H
#include "model_kit.h"

static inline uint32_t random_below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % n;
}

/* A chain of states with a way back or an end, and branches of the same direction here and there. */
static inline void random_role(struct kit *k, uint32_t who, uint32_t n_roles, uint64_t *seed)
{
    static const char messages[] = "abc";
    char text[1024] = "";
    size_t at = 0;
    uint32_t n_states = 2 + random_below(seed, 4);
    bool loops = random_below(seed, 3) == 0, any = false;
    for (uint32_t s = 0; s + 1 < n_states || (s < n_states && loops); s++) {
        bool send = random_below(seed, 2) == 0, used[4][3] = {{false}};
        uint32_t n = 1 + (random_below(seed, 3) == 0) + (random_below(seed, 3) == 0);
        for (uint32_t e = 0; e < n; e++) {
            uint32_t peer = (who + 1 + random_below(seed, n_roles - 1)) % n_roles, msg = random_below(seed, 3);
            uint32_t to = s + 1 < n_states && random_below(seed, 4) != 0 ? s + 1 : random_below(seed, n_states);
            if (used[peer][msg])
                continue;
            used[peer][msg] = true;
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%u R%u%c%c %u", any ? ", " : "", s, peer,
                                   send ? '!' : '?', messages[msg], to);
            any = true;
        }
        if (!send && random_below(seed, 4) == 0) /* it may rest here */
            at += (size_t)snprintf(text + at, sizeof text - at, ", %u end", s);
    }
    char role[16];
    snprintf(role, sizeof role, "R%u", who);
    kit_role(k, role, text);
}

/* A protocol of all roles, projected: interactions one after the other, at most one choice that everybody hears of,
 * and an end or a way back to the start. One in three gets a wrong message somewhere. */
static inline void random_protocol(struct kit *k, uint32_t n_roles, uint64_t *seed)
{
    char text[4][512] = {"", "", "", ""};
    size_t at[4] = {0};
    uint32_t state[4] = {0}, n = 2 + random_below(seed, 5), chooses = random_below(seed, 2 * n);
    uint32_t c = random_below(seed, n_roles);
    bool loops = random_below(seed, 3) == 0;
#define PUT(r, ...) at[r] += (size_t)snprintf(text[r] + at[r], sizeof text[r] - at[r], __VA_ARGS__)
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = random_below(seed, n_roles), to = (from + 1 + random_below(seed, n_roles - 1)) % n_roles;
        char msg = (char)('a' + random_below(seed, 3));
        for (uint32_t r = 0; i == chooses && r < n_roles; r++) { /* the first word chooses, the others repeat it */
            if (r == c)
                continue;
            bool first = r == (c + 1) % n_roles;
            const char *sep = at[r] ? ", " : "", *sep_c = at[c] ? ", " : "";
            PUT(r, "%s%u R%u?y %u, %u R%u?z %u", sep, state[r], c, state[r] + 1, state[r], c, state[r] + 1);
            if (first || n_roles == 2)
                PUT(c, "%s%u R%u!y %u, %u R%u!z %u", sep_c, state[c], r, state[c] + 1, state[c], r, state[c] + 1);
            else
                PUT(c, "%s%u R%u!y %u", sep_c, state[c], r, state[c] + 1);
            state[c]++;
            state[r]++;
        }
        bool last = loops && i + 1 == n && state[from] != 0 && state[to] != 0;
        bool wrong = random_below(seed, 3 * n) == 0;
        PUT(from, "%s%u R%u!%c %u", at[from] ? ", " : "", state[from], to, msg, last ? 0 : state[from] + 1);
        PUT(to, "%s%u R%u?%c %u", at[to] ? ", " : "", state[to], from, wrong ? 'w' : msg, last ? 0 : state[to] + 1);
        state[from]++;
        state[to]++;
    }
#undef PUT
    for (uint32_t r = 0; r < n_roles; r++) {
        char role[16];
        snprintf(role, sizeof role, "R%u", r);
        kit_role(k, role, text[r]);
    }
}

static inline struct model *random_model(struct kit *k, uint64_t seed)
{
    uint64_t state = seed * 2654435761u + 12345;
    uint32_t n = 2 + random_below(&state, 3);
    for (uint32_t i = 0; i < n; i++) {
        char role[16];
        snprintf(role, sizeof role, "R%u", i);
        kit_named_role(k, role);
    }
    if (seed % 2 == 0)
        random_protocol(k, n, &state);
    for (uint32_t i = 0; seed % 2 != 0 && i < n; i++)
        random_role(k, i, n, &state);
    return kit_model(k, 1, 1 + random_below(&state, 2));
}

#endif
