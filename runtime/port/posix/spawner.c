/* spawner.c -- core/process.h: the parent's side of the helper process, and what is known of each child.
 *
 * One thread, the listener, reads all that the helper tells; everybody else asks and waits. Nobody holds the lock
 * while sending to the helper, so the listener can always read on, and the helper's tellings do not pile up. What is
 * asked does not either: an actor has one START or KILL or two on their way, and far more than actors run at a time
 * fit into the socket.
 *
 * A process is in its slot from start to end. `dead` is set when its death is known; `told` when the hook has
 * returned as well, after which the listener does not touch it again, and it may be freed. When the helper ends,
 * whatever the reason, all children have died: the kernel saw to that.
 */
#define _GNU_SOURCE
#include "spawner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "port.h"

#define QUIT_NS UINT64_C(5000000000)

struct motet__process {
    motet__spawner *spawner;
    void *owner;
    uint64_t stamp, serial;
    uint32_t slot;
    int channel;            /* under the lock, but for its owner, which alone closes it */
    /* under the lock: */
    bool started, failed, expected, dead, told;
};

struct motet__spawner {
    motet__process_hooks hooks;
    void *context;
    int control;
    pid_t pid;
    motet__thread *listener;
    motet__lock *lock;
    motet__cond *changed;
    /* under the lock: */
    motet__process **slots;
    uint32_t n_slots;
    uint64_t last_serial;
    bool gone;              /* the helper has ended */
};

/* ---- asking ---- */

static bool ask(motet__spawner *s, uint32_t kind, uint32_t slot, uint64_t serial, uint32_t what)
{
    struct ask a;
    memset(&a, 0, sizeof a);
    a.kind = kind;
    a.slot = slot;
    a.serial = serial;
    a.what = what;
    ssize_t n;
    do {
        n = send(s->control, &a, sizeof a, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof a;
}

/* ---- listening ---- */

static void how_it_ended(int status, char *text, size_t room)
{
    if (WIFSIGNALED(status)) {
        snprintf(text, room, "was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        snprintf(text, room, "ended with status %d", WEXITSTATUS(status));
    }
}

/* The child in that slot has died. Under the lock, which is released around the hook. */
static void died(motet__spawner *s, motet__process *p, const char *how)
{
    p->dead = true;
    shutdown(p->channel, SHUT_RDWR); /* ends a read, also where a process of the child's own keeps its end open */
    if (!p->expected) {
        motet__lock_release(s->lock);
        s->hooks.died(s->context, p->owner, p->stamp, how);
        motet__lock_take(s->lock);
    }
    p->told = true;
}

/* Takes the channel that came with a packet; -1: none came. */
static int channel_of(struct msghdr *m)
{
    int fd = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof fd)) {
            memcpy(&fd, CMSG_DATA(c), sizeof fd);
        }
    }
    return fd;
}

static void take_news(motet__spawner *s, const struct news *n, int channel)
{
    char how[80];
    if (n->kind == NEWS_SAID) {
        s->hooks.said(s->context, n->said, (size_t)n->value);
        return;
    }
    motet__lock_take(s->lock);
    motet__process *p = n->slot < s->n_slots ? s->slots[n->slot] : NULL;
    if (p && n->kind == NEWS_STARTED) {
        p->started = true;
        p->channel = channel; /* -1: the descriptor did not fit into this process */
        channel = -1;
    } else if (p && n->kind == NEWS_FAILED) {
        p->failed = true;
    } else if (p) {
        how_it_ended(n->value, how, sizeof how);
        died(s, p, how);
    }
    motet__cond_broadcast(s->changed);
    motet__lock_release(s->lock);
    if (channel >= 0) {
        close(channel);
    }
}

/* The helper has ended, and all children with it. */
static void lose_all(motet__spawner *s)
{
    motet__lock_take(s->lock);
    s->gone = true;
    for (uint32_t i = 0; i < s->n_slots; i++) {
        motet__process *p = s->slots[i];
        if (p && p->started && !p->told) {
            died(s, p, "ended with the process that started it");
        } else if (p && !p->started) {
            p->failed = true;
        }
    }
    motet__cond_broadcast(s->changed);
    motet__lock_release(s->lock);
}

static void listen_to_helper(void *spawner)
{
    motet__spawner *s = spawner;
    for (;;) {
        struct news n;
        struct iovec piece = {&n, sizeof n};
        union {
            char room[CMSG_SPACE(sizeof(int))];
            struct cmsghdr aligned;
        } extra;
        struct msghdr m = {
            .msg_iov = &piece, .msg_iovlen = 1, .msg_control = extra.room, .msg_controllen = sizeof extra.room};
        ssize_t got = recvmsg(s->control, &m, MSG_CMSG_CLOEXEC);
        if (got == (ssize_t)sizeof n) {
            take_news(s, &n, channel_of(&m));
        } else if (got >= 0 || errno != EINTR) {
            break;
        }
    }
    lose_all(s);
}

/* ---- the helper ---- */

/* Forks it; the parent's end of its socket, or -1. */
static int fork_helper(motet__spawner *s)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return -1;
    }
    struct zygote z = {.control = pair[1], .of = getpid(), .hooks = &s->hooks, .context = s->context};
    z.parent = (int)syscall(SYS_pidfd_open, z.of, 0);
    fflush(NULL); /* what is not written yet is not to be written twice */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the program's handlers are not for the helper */
    s->pid = fork();
    if (s->pid == 0) {
        close(pair[0]);
        motet__zygote_main(&z);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(pair[1]);
    if (z.parent >= 0) {
        close(z.parent);
    }
    if (s->pid < 0) {
        close(pair[0]);
        return -1;
    }
    return pair[0];
}

/* Waits for its end; a helper that does not end is killed. Its number may be asked for because nobody else buries it;
 * where the program does (a wait for any child), there is nothing left to wait for. */
static void bury_helper(motet__spawner *s)
{
    uint64_t deadline = motet__clock() + QUIT_NS;
    motet__lock_take(s->lock);
    while (!s->gone && motet__clock() < deadline) {
        motet__cond_wait(s->changed, s->lock, deadline);
    }
    bool stuck = !s->gone;
    motet__lock_release(s->lock);
    if (stuck && waitpid(s->pid, NULL, WNOHANG) == 0) {
        kill(s->pid, SIGKILL);
    }
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

static void free_spawner(motet__spawner *s)
{
    if (s->lock) {
        motet__lock_free(s->lock);
    }
    motet__cond_free(s->changed);
    free(s->slots);
    free(s);
}

motet__spawner *motet__spawner_new(const motet__process_hooks *hooks, void *context)
{
    motet__spawner *s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    s->hooks = *hooks;
    s->context = context;
    s->lock = motet__lock_new(NULL);
    s->changed = motet__cond_new(NULL);
    s->control = s->lock && s->changed ? fork_helper(s) : -1;
    if (s->control < 0) {
        free_spawner(s);
        return NULL;
    }
    s->listener = motet__thread_start(NULL, listen_to_helper, s);
    if (!s->listener) {
        close(s->control); /* on which it ends */
        while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        free_spawner(s);
        return NULL;
    }
    return s;
}

void motet__spawner_free(motet__spawner *s)
{
    if (!s) {
        return;
    }
    ask(s, ASK_QUIT, 0, 0, 0);
    bury_helper(s);
    motet__thread_join(s->listener);
    close(s->control);
    free_spawner(s);
}

/* ---- children ---- */

/* Puts the process into a free slot; under the lock. */
static bool take_slot(motet__spawner *s, motet__process *p)
{
    uint32_t i = 0;
    while (i < s->n_slots && s->slots[i]) {
        i++;
    }
    if (i == s->n_slots) {
        uint32_t n = s->n_slots ? s->n_slots * 2u : 16u;
        motet__process **grown = realloc(s->slots, n * sizeof *grown);
        if (!grown) {
            return false;
        }
        memset(grown + s->n_slots, 0, (n - s->n_slots) * sizeof *grown);
        s->slots = grown;
        s->n_slots = n;
    }
    s->slots[i] = p;
    p->slot = i;
    p->serial = ++s->last_serial;
    return true;
}

static void drop(motet__process *p)
{
    motet__lock_take(p->spawner->lock);
    p->spawner->slots[p->slot] = NULL;
    motet__lock_release(p->spawner->lock);
    free(p);
}

/* Waits until the helper has answered. */
static bool has_started(motet__process *p)
{
    motet__spawner *s = p->spawner;
    motet__lock_take(s->lock);
    while (!p->started && !p->failed && !s->gone) {
        motet__cond_wait(s->changed, s->lock, MOTET__NEVER);
    }
    bool started = p->started;
    motet__lock_release(s->lock);
    return started;
}

motet_err motet__process_start(motet__spawner *s, uint32_t what, void *owner, uint64_t stamp, motet__process **out)
{
    motet__process *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!p) {
        return MOTET_ENOMEM;
    }
    p->spawner = s;
    p->owner = owner;
    p->stamp = stamp;
    p->channel = -1;
    motet__lock_take(s->lock);
    bool room = take_slot(s, p);
    motet__lock_release(s->lock);
    if (!room) {
        free(p);
        return MOTET_ENOMEM;
    }
    if (!ask(s, ASK_START, p->slot, p->serial, what) || !has_started(p)) {
        drop(p);
        return MOTET_EPROCESS;
    }
    if (p->channel < 0) {
        motet__process_expect(p);
        motet__process_end(p, 0);
        return MOTET_EPROCESS;
    }
    *out = p;
    return MOTET_OK;
}

int motet__process_channel(const motet__process *p)
{
    return p->channel;
}

bool motet__process_dead(motet__process *p)
{
    motet__lock_take(p->spawner->lock);
    bool dead = p->dead;
    motet__lock_release(p->spawner->lock);
    return dead;
}

void motet__process_expect(motet__process *p)
{
    motet__lock_take(p->spawner->lock);
    p->expected = true;
    motet__lock_release(p->spawner->lock);
}

void motet__process_kill(motet__spawner *s, const void *owner)
{
    motet__lock_take(s->lock);
    for (uint32_t i = 0; i < s->n_slots; i++) {
        motet__process *p = s->slots[i];
        if (p && p->owner == owner && p->started && !p->told) {
            uint64_t serial = p->serial;
            motet__lock_release(s->lock);
            ask(s, ASK_KILL, i, serial, 0);
            return;
        }
    }
    motet__lock_release(s->lock);
}

/* Waits for the death, and until it has been told, for no longer than the deadline. */
static bool is_buried(motet__process *p, uint64_t deadline)
{
    motet__spawner *s = p->spawner;
    motet__lock_take(s->lock);
    while (!p->told && motet__clock() < deadline) {
        motet__cond_wait(s->changed, s->lock, deadline);
    }
    bool told = p->told;
    motet__lock_release(s->lock);
    return told;
}

void motet__process_end(motet__process *p, uint64_t patience_ns)
{
    motet__spawner *s = p->spawner;
    motet__lock_take(s->lock);
    int channel = p->channel;
    p->channel = -1;
    motet__lock_release(s->lock);
    if (channel >= 0) {
        shutdown(channel, SHUT_RDWR); /* the child is to see it, whoever has copies of the descriptor */
        close(channel);
    }
    uint64_t now = motet__clock();
    if (!is_buried(p, patience_ns < MOTET__NEVER - now ? now + patience_ns : MOTET__NEVER)) {
        ask(s, ASK_KILL, p->slot, p->serial, 0);
        is_buried(p, MOTET__NEVER);
    }
    drop(p);
}
