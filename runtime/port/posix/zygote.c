/* zygote.c -- the helper process: forks children, buries them, tells their ends; and ends with its parent.
 *
 * It has one thread and one loop, and four things can happen there: the parent asks for something, a child has died or
 * says something, the parent has ended. It never waits for a child, but at its own end, when all of them have been
 * killed.
 *
 * That the parent ended is seen at its socket or, where a process that the parent forked keeps a copy of that open, at
 * the parent itself. A death signal would not do here: it comes when the forking thread ends. The zygote's own children
 * are another matter, because its thread is its process.
 */
#define _GNU_SOURCE
#include "spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_EVERY_MS = 500, EXIT_BROKEN = 70 };

struct slot {
    pid_t pid; /* 0: none */
    uint64_t serial;
};

static struct {
    struct zygote z;
    int deaths;    /* readable when a child has died */
    int saying[2]; /* a pipe of packets that children write to */
    struct slot *slots;
    uint32_t n_slots;
} me;

/* ---- signals ---- */

/* Blocks all signals but those that a fault raises, and lets these end the process, here and in the children: a
 * handler of the program's might go on in a place that is the parent's alone. */
static void block_signals(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t set;
    sigfillset(&set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        sigdelset(&set, faults[i]);
        signal(faults[i], SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static int watch_deaths(void)
{
    signal(SIGCHLD, SIG_DFL); /* ignored, children would end unseen */
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* ---- the end ---- */

__attribute__((noreturn)) static void leave(int status)
{
    for (uint32_t i = 0; i < me.n_slots; i++) {
        if (me.slots[i].pid > 0) {
            kill(me.slots[i].pid, SIGKILL);
        }
    }
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
    _exit(status);
}

/* ---- news ---- */

/* With a descriptor, unless it is -1. Where nobody listens any more there is nothing left to do. */
static void send_news(struct news *n, int fd)
{
    struct iovec piece = {n, sizeof *n};
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } extra;
    struct msghdr m = {.msg_iov = &piece, .msg_iovlen = 1};
    if (fd >= 0) {
        memset(&extra, 0, sizeof extra);
        m.msg_control = extra.room;
        m.msg_controllen = sizeof extra.room;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    while (sendmsg(me.z.control, &m, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            leave(0);
        }
    }
}

static void tell(uint32_t kind, uint32_t slot, int32_t value, int fd)
{
    struct news n = {.kind = kind, .slot = slot, .value = value};
    send_news(&n, fd);
}

/* ---- children ---- */

__attribute__((noreturn)) static void be_child(pid_t zygote, const struct ask *a, int channel)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != zygote) {
        _exit(0); /* it ended before it could be watched */
    }
    close(me.z.control);
    close(me.deaths);
    close(me.saying[0]);
    if (me.z.parent >= 0) {
        close(me.z.parent);
    }
    me.z.hooks->child(me.z.context, a->what, channel);
    fflush(NULL);
    _exit(0); /* what the program registered for its own exit is not for this one */
}

static struct slot *slot_at(uint32_t i)
{
    if (i >= me.n_slots) {
        uint32_t n = i + 16u;
        struct slot *grown = realloc(me.slots, n * sizeof *grown);
        if (!grown) {
            return NULL;
        }
        memset(grown + me.n_slots, 0, (n - me.n_slots) * sizeof *grown);
        me.slots = grown;
        me.n_slots = n;
    }
    return &me.slots[i];
}

static void start(const struct ask *a)
{
    int pair[2];
    struct slot *slot = slot_at(a->slot);
    if (!slot || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        tell(NEWS_FAILED, a->slot, slot ? errno : ENOMEM, -1);
        return;
    }
    pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        close(pair[0]);
        be_child(self, a, pair[1]);
    }
    if (pid < 0) {
        tell(NEWS_FAILED, a->slot, errno, -1);
    } else {
        *slot = (struct slot){pid, a->serial};
        tell(NEWS_STARTED, a->slot, 0, pair[0]);
    }
    close(pair[0]);
    close(pair[1]);
}

static void kill_child(const struct ask *a)
{
    struct slot *slot = slot_at(a->slot);
    if (slot && slot->pid > 0 && slot->serial == a->serial) {
        kill(slot->pid, SIGKILL); /* it is ours until it is buried, so the number is no other's */
    }
}

static void bury(void)
{
    struct signalfd_siginfo ignored;
    while (read(me.deaths, &ignored, sizeof ignored) > 0) {
    }
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (uint32_t i = 0; i < me.n_slots; i++) {
            if (me.slots[i].pid == pid) {
                me.slots[i].pid = 0;
                tell(NEWS_DIED, i, status, -1);
                break;
            }
        }
    }
}

/* Passes on what a child says. One packet at a time, so that a child that says much does not keep others waiting. */
static void pass_on(void)
{
    struct news n = {.kind = NEWS_SAID};
    ssize_t got = read(me.saying[0], n.said, sizeof n.said);
    if (got > 0) {
        n.value = (int32_t)got;
        send_news(&n, -1);
    }
}

void motet__process_say(const void *what, size_t n)
{
    while (n <= MOTET__SAY_MOST && write(me.saying[1], what, n) < 0 && errno == EINTR) {
    }
}

void motet__process_name(const char *name)
{
    prctl(PR_SET_NAME, name);
}

/* ---- the loop ---- */

static void obey(void)
{
    struct ask a;
    ssize_t n = recv(me.z.control, &a, sizeof a, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n != (ssize_t)sizeof a || a.kind == ASK_QUIT) {
        leave(0);
    }
    if (a.kind == ASK_START) {
        start(&a);
    } else {
        kill_child(&a);
    }
}

void motet__zygote_main(const struct zygote *start_with)
{
    me.z = *start_with;
    prctl(PR_SET_NAME, "motet-spawner");
    block_signals();
    me.deaths = watch_deaths();
    if (me.deaths < 0 || pipe2(me.saying, O_DIRECT | O_CLOEXEC) != 0) {
        leave(EXIT_BROKEN);
    }
    for (;;) {
        struct pollfd fds[] = {{.fd = me.z.control, .events = POLLIN},
                               {.fd = me.deaths, .events = POLLIN},
                               {.fd = me.z.parent, .events = POLLIN},
                               {.fd = me.saying[0], .events = POLLIN}};
        if (poll(fds, 4, me.z.parent < 0 ? LOOK_EVERY_MS : -1) < 0 && errno != EINTR) {
            leave(EXIT_BROKEN);
        }
        if (fds[2].revents || (me.z.parent < 0 && getppid() != me.z.of)) {
            leave(0);
        }
        if (fds[1].revents) {
            bury();
        }
        if (fds[0].revents) {
            obey();
        }
        if (fds[3].revents) {
            pass_on();
        }
    }
}
