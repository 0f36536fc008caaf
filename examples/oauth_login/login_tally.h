/* login_tally.h -- how logins go, and what the actors count for the program's check at the end.
 *
 * How often a user mistypes the password, and whether the code is redeemed too late, follows from the login's number.
 */
#ifndef LOGIN_TALLY_H
#define LOGIN_TALLY_H
#include "example.h"

enum { ATTEMPTS = 3 };

struct login_tally {
    tally welcomed, failed, granted, wrong;
};

static inline uint32_t login_mistakes(uint64_t login)
{
    return login % 4; /* 3: locked out */
}

static inline bool login_is_late(uint64_t login)
{
    return login % 10 == 6;
}

static inline bool login_works(uint64_t login)
{
    return login_mistakes(login) < ATTEMPTS && !login_is_late(login);
}

/* Stands for a real digest: what matters here is that both ends compute it. */
static inline void login_digest(uint64_t secret, uint8_t hash[32])
{
    uint64_t x = secret * 6364136223846793005u + 1442695040888963407u;
    for (int i = 0; i < 32; i++) {
        x ^= x >> 29;
        x *= 0xbf58476d1ce4e5b9u;
        hash[i] = (uint8_t)(x >> 56);
    }
}

#endif
