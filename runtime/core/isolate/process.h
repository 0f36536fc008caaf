/* process.h -- what `isolated` asks of the platform: child processes, and a channel to each. port/posix implements it.
 *
 * A spawner is a process of its own that does nothing but fork the children and bury them. It is forked itself while
 * its parent has no worker threads yet, so that no child is a copy of a process in which another thread held a lock.
 * Nothing of it outlives the parent, however that ends: the spawner sees it end, kills what is left and ends itself;
 * the children are killed by the kernel when the spawner ends before them.
 */
#ifndef MOTET_CORE_PROCESS_H
#define MOTET_CORE_PROCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <motet/error.h>

typedef struct motet__spawner motet__spawner;
typedef struct motet__process motet__process; /* a child, as its parent knows it */

typedef struct motet__process_hooks {
    /* In the child, which ends when this returns. `context` is as it was when the spawner was made, `channel` the
     * child's end of its channel. Signals are blocked, but for those that a fault raises: these end the process. */
    void (*child)(void *context, uint32_t what, int channel);
    /* In the parent, on a thread of the spawner and with no lock held: a child ended that was not expected to. That
     * child's motet__process_end returns after this does. */
    void (*died)(void *context, void *owner, uint64_t stamp, const char *how);
    /* In the parent, likewise: some child said this, by motet__process_say. */
    void (*said)(void *context, const void *what, size_t n);
} motet__process_hooks;

enum { MOTET__SAY_MOST = 16 };

/* NULL: the process, or what it needs, could not be had. All arguments are kept. */
motet__spawner *motet__spawner_new(const motet__process_hooks *hooks, void *context);
void motet__spawner_free(motet__spawner *s); /* when every child has been ended; NULL is nothing */

/* Starts a child that runs hooks->child(context, what, ...). Any thread; waits for the fork. `owner` and `stamp` are
 * told to `died`. *out is ended by motet__process_end. */
MOTET_MUST_USE motet_err motet__process_start(motet__spawner *s, uint32_t what, void *owner, uint64_t stamp,
                                              motet__process **out);
/* The parent's end of the channel, open until motet__process_end. A read from it ends when the child has died. */
int motet__process_channel(const motet__process *p);
/* Whether the child has died. Any thread that keeps motet__process_end from being called meanwhile. */
bool motet__process_dead(motet__process *p);
/* The child is to end by itself from now on: `died` is not called for it. */
void motet__process_expect(motet__process *p);
/* Kills the child of that owner, if it has one; whoever waits for the child then sees it die. Any thread. */
void motet__process_kill(motet__spawner *s, const void *owner);
/* Closes the channel, gives the child that long to end, kills it, and returns when it is buried and *p is gone. */
void motet__process_end(motet__process *p, uint64_t patience_ns);

/* ---- in a child ---- */

/* Says up to MOTET__SAY_MOST bytes to the parent, besides the channel; there is no answer. Any thread. */
void motet__process_say(const void *what, size_t n);
/* What the process is called in lists of processes; the beginning of the name, if it is long. */
void motet__process_name(const char *name);

/* ---- channels: streams of bytes, full duplex ---- */

typedef enum motet__channel_state {
    MOTET__CHANNEL_OK,
    MOTET__CHANNEL_CLOSED, /* the other side is gone */
    MOTET__CHANNEL_LATE    /* the deadline passed */
} motet__channel_state;

/* Writes all of both pieces (the second may be NULL, 0). `deadline` is of motet__clock; MOTET__NEVER: none. */
motet__channel_state motet__channel_write(int channel, const void *head, size_t n_head, const void *body, size_t n_body,
                                          uint64_t deadline);
/* Reads at least `least` bytes and at most `most`; *n gets their number. */
motet__channel_state motet__channel_read(int channel, void *into, size_t least, size_t most, size_t *n,
                                         uint64_t deadline);

#endif
