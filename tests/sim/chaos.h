/* chaos.h -- a world that does all that actors can do, at random, and books that must balance when it is over.
 *
 * Everything is drawn from the simulation, so a seed is a run. What an actor did and was told is written into its soul,
 * which outlives it; the souls, the runtime's own statistics and its leak report are compared in the end.
 */
#ifndef MOTET_TESTS_SIM_CHAOS_H
#define MOTET_TESTS_SIM_CHAOS_H
#include <stdbool.h>
#include <stdint.h>

#include <motet/motet.h>

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

enum { SOULS = 256, PEERS = 16, BOOK = 24, LATERS = 64 };

typedef struct entry { /* something that is owed to an actor: an answer, a notice, a tick */
    uint64_t id, due;
    uint32_t whom; /* of a monitor: the soul that it watches, if it is known */
    bool periodic;
} entry;

typedef struct book {
    entry entries[BOOK];
    uint32_t n;
} book;

typedef struct seen { /* a message that was put aside, and will come again */
    uint32_t from, number;
} seen;

typedef struct soul {
    bool dead, blocks;                 /* its inbox makes senders wait */
    bool passed_over;                  /* its supervisor may pass over a failure, and with it the mail that it failed on */
    motet_ref ref;
    book asks, monitors, timers;
    uint32_t sent[SOULS], last[SOULS]; /* numbers of messages to and from other souls */
    seen stashed[BOOK];
    uint32_t n_stashed;
    uint32_t behaviours;
    void *kept;                        /* a block */
    struct { motet_ref from; uint64_t id; } owed; /* an answer that is given later */
    bool owes;
} soul;

struct world {
    motet_sim *sim;
    motet_system *sys;
    const char *broken;    /* the first invariant that does not hold; NULL: none */
    uint64_t broken_a, broken_b;
    bool closing;          /* nothing new is begun */
    bool lossy;            /* memory may be missing, and with it signals */
    bool tell;             /* a trace to stderr */
    uint32_t workers, budget; /* things that may still be begun */
    soul souls[SOULS];
    uint32_t n_souls;
    motet_ref peers[PEERS];
    uint32_t peer_soul[PEERS];
    struct { uint64_t id; uint16_t role; } laters[LATERS];
    uint32_t n_laters;
    uint64_t touched, told, handled, opened;
};
extern struct world world;

static inline uint32_t below(uint32_t n)
{
    return (uint32_t)((motet_sim_random(world.sim) >> 32) * n >> 32);
}

void broken(const char *what, uint64_t a, uint64_t b);

/* actors.c */
extern const motet_actor_type wild_types[];
enum { WILD_TYPES = 6 };
motet_status wild_init(void *self, const motet_start *start);
void wild_fini(void *self);
motet_status wild_receive(void *self, motet_ctx *ctx, const motet_mail *mail);
enum { TAG_WORK = 1, TAG_QUESTION = 2, TAG_TICK = 3, TAG_BLOCK = 4, TAG_CALL = 5 };
/* From outside: */
void spawn_outside(void);
void start_work(void); /* something at random */
/* Nobody runs, and all timeouts have passed; `resumed`: some failures were passed over. */
void check_souls(bool resumed);
void check_all_dead(void);

/* sessions.c: the tree */
const motet_system_spec *make_tree(void);
enum { WIRES = 3, RAW_CHILD = 5 };
void resume_laters(void);

#endif
