/* isolate_kit.h -- an actor in a process of its own, for tests: what it is told to do is the session's arg.
 *
 * One session type: a sends m0 to b, b answers m1 with what it has found out. b is isolated; what happens in its
 * process is counted in memory that the processes share. The test is the subreaper, so what is left behind by anybody
 * becomes its child, and is seen.
 */
#ifndef MOTET_TESTS_ISOLATE_KIT_H
#define MOTET_TESTS_ISOLATE_KIT_H
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime_fixture.h"

enum { MOST_WAITS = 30000, BIG = 1 << 20 }; /* 30 s, by the ms */

/* What b does: in its receiver, unless it says otherwise. */
enum order {
    DO_NOTHING,
    DO_SEGFAULT,
    DO_ABORT,
    DO_EXIT_0,
    DO_EXIT_3,
    DO_HANG,
    DO_FAIL,          /* returns 7 */
    DO_BABBLE,        /* writes what is no frame to its channel */
    DO_BABBLE_SHORT,  /* a header that promises what does not come */
    DO_CLOSE,         /* closes its channel, and lives on */
    DO_SEGFAULT_MAKE, /* in its maker */
    DO_WRONG_LABEL,   /* its maker answers with a label that is none of the state's */
    DO_LATER,         /* its maker asks to be resumed */
    DO_LATER_BY_THREAD, /* and another thread of the process resumes it */
    DO_SEGFAULT_DONE, /* in on_done */
    DO_HANG_DONE,
    DO_OPEN,          /* opens a session, whose id is answered */
    DO_RESUME,        /* resumes nothing known */
    DO_OPEN_ELSEWHERE, /* from another thread; and of another system */
    DO_START,
    DO_STOP,
    DO_STATS,
    DO_WAIT,
    DO_COUNT_SOCKETS,
    DO_PRINT,
    DO_FORK           /* leaves a process behind that keeps the channel */
};

struct isolated_counts { /* shared by all processes */
    _Atomic uint64_t inits, finis, received, produced, done, aborted, why[8], wrong, stray;
    _Atomic int64_t pid, open_status, resume_status, other_status;
    _Atomic uint64_t reply, replies, id;
    _Atomic uint64_t init_does, fini_does; /* orders */
    _Atomic uint64_t failure;
    _Atomic uint64_t released;              /* 1: what DO_FORK left behind may end */
};

static struct isolated_counts *seen;

struct isolated_state {
    uint64_t zero, calls;
    const motet_start *unsafe;
    motet_system *system;
};

/* ---- looking at processes ---- */

struct look {
    uint32_t children, zombies;
    pid_t first;
};

/* The processes whose parent is that one. */
static inline struct look children_of(pid_t parent)
{
    struct look l = {0};
    DIR *d = opendir("/proc");
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[300], text[512] = "", state;
        int pid = atoi(e->d_name), ppid;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *f = pid > 0 ? fopen(path, "r") : NULL;
        if (!f) {
            continue;
        }
        size_t n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = '\0';
        const char *rest = strrchr(text, ')');
        if (rest && sscanf(rest, ") %c %d", &state, &ppid) == 2 && ppid == parent) {
            l.first = l.children == 0 ? pid : l.first;
            l.children++;
            l.zombies += state == 'Z';
        }
    }
    closedir(d);
    return l;
}

static inline uint32_t open_files(void)
{
    uint32_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d)) {
        n++;
    }
    closedir(d);
    return n;
}

static inline void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Waits until the counter is at least n. */
static inline void await(_Atomic uint64_t *counter, uint64_t n)
{
    for (int i = 0; i < MOST_WAITS && atomic_load(counter) < n; i++) {
        nap();
    }
    assert_true(atomic_load(counter) >= n);
}

static inline void await_restarts(motet_system *sys, uint64_t n)
{
    motet_stats s = {0};
    for (int i = 0; i < MOST_WAITS; i++) {
        motet_system_stats(sys, &s);
        if (s.restarts >= n) {
            break;
        }
        nap();
    }
    assert_int_equal(s.restarts, n);
    fx_idle(sys);
}

static inline void await_up(motet_system *sys, uint32_t n)
{
    motet_stats s = {0};
    for (int i = 0; i < MOST_WAITS && s.actors < n; i++) {
        motet_system_stats(sys, &s);
        nap();
    }
    assert_int_equal(s.actors, n);
    fx_idle(sys);
}

static inline void await_surrender(motet_system *sys)
{
    motet_stats s = {0};
    for (int i = 0; i < MOST_WAITS && !s.gave_up; i++) {
        motet_system_stats(sys, &s);
        nap();
    }
    assert_true(s.gave_up);
}

/* ---- what b does ---- */

__attribute__((noinline)) static void fault(void)
{
    raise(SIGSEGV);
}

static inline int channel_here(void)
{
    int found = -1;
    for (int fd = 3; fd < 1024; fd++) {
        struct stat st;
        if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode)) {
            found = fd;
            atomic_fetch_add(&seen->stray, 1);
        }
    }
    return found;
}

static inline void babble(bool shortly)
{
    unsigned char text[256];
    memset(text, 0xff, sizeof text);
    if (shortly) {
        uint32_t size = 56;
        memset(text, 0, sizeof text);
        memcpy(text, &size, sizeof size);
        text[4] = 7; /* an answer */
    }
    ssize_t n = write(channel_here(), text, shortly ? 50 : sizeof text);
    (void)n;
    if (shortly) {
        _exit(0);
    }
}

static inline void *open_from_a_thread(void *system)
{
    atomic_store(&seen->other_status, motet_session_open(system, 0, DO_NOTHING, NULL));
    return NULL;
}

static inline void open_elsewhere(motet_system *system)
{
    pthread_t t;
    if (pthread_create(&t, NULL, open_from_a_thread, system) == 0) {
        pthread_join(t, NULL);
    }
    atomic_store(&seen->open_status, motet_session_open((motet_system *)(void *)&t, 0, DO_NOTHING, NULL));
    uint64_t id = 0;
    atomic_store(&seen->resume_status, motet_session_open(NULL, 0, DO_NOTHING, &id)); /* the one that it is in */
}

static inline motet_status carry_out(struct isolated_state *self, uint64_t order)
{
    motet_stats stats;
    motet_system *sys = NULL;
    uint64_t id = 0;
    switch (order) {
    case DO_SEGFAULT: fault(); break;
    case DO_ABORT: abort();
    case DO_EXIT_0: _exit(0);
    case DO_EXIT_3: _exit(3);
    case DO_HANG: for (;;) { pause(); }
    case DO_FAIL: return 7;
    case DO_BABBLE: babble(false); break;
    case DO_BABBLE_SHORT: babble(true); break;
    case DO_CLOSE: close(channel_here()); for (;;) { pause(); }
    case DO_OPEN:
        atomic_store(&seen->open_status, motet_session_open(self->system, 0, DO_NOTHING, &id));
        atomic_store(&seen->id, id);
        break;
    case DO_RESUME:
        atomic_store(&seen->resume_status, motet_session_resume(self->system, UINT64_MAX, 0));
        break;
    case DO_OPEN_ELSEWHERE: open_elsewhere(self->system); break;
    case DO_START: atomic_store(&seen->open_status, motet_system_start(&fx.spec, NULL, &sys)); break;
    case DO_STOP: motet_system_stop(self->system, NULL); break;
    case DO_STATS: motet_system_stats(self->system, &stats); break;
    case DO_WAIT: atomic_store(&seen->open_status, motet_system_wait_idle(self->system, FX_SECOND)); break;
    case DO_COUNT_SOCKETS: channel_here(); break;
    case DO_PRINT: printf("said once\n"); break;
    case DO_FORK:
        if (fork() == 0) {
            for (int i = 0; i < 2 * MOST_WAITS && atomic_load(&seen->released) == 0; i++) {
                nap();
            }
            _exit(0);
        }
        _exit(5);
    default: break;
    }
    return MOTET_DONE;
}

static inline motet_status isolated_init(void *self, const motet_start *start)
{
    struct isolated_state *me = self;
    atomic_fetch_add(&seen->wrong, me->zero != 0);
    atomic_fetch_add(&seen->inits, 1);
    atomic_store(&seen->pid, getpid());
    atomic_store(&seen->failure, (uint64_t)start->failure);
    me->zero = 1;
    me->system = start->system;
    return carry_out(me, atomic_load(&seen->init_does));
}

static inline void isolated_fini(void *self)
{
    atomic_fetch_add(&seen->finis, 1);
    carry_out(self, atomic_load(&seen->fini_does));
}

struct resumption {
    motet_system *system;
    uint64_t id;
};

static inline void *resume_in_a_thread(void *arg)
{
    struct resumption *r = arg;
    motet_err e = motet_session_resume(r->system, UINT64_MAX, 1); /* of nobody: lost without a trace */
    atomic_store(&seen->other_status, e == MOTET_OK ? motet_session_resume(r->system, r->id, 1) : e);
    free(r);
    return NULL;
}

static inline void resume_by_thread(motet_system *system, uint64_t id)
{
    pthread_t t;
    struct resumption *r = malloc(sizeof *r);
    *r = (struct resumption){system, id};
    if (pthread_create(&t, NULL, resume_in_a_thread, r) == 0) {
        pthread_detach(t);
    }
}

/* The slot holds what the first callback put there. */
static inline void check_slot(motet_session *s, bool last)
{
    uint64_t **slot = (uint64_t **)(void *)motet_session_slot(s);
    if (!*slot) {
        *slot = malloc(sizeof **slot);
        **slot = motet_session_id(s);
    }
    atomic_fetch_add(&seen->wrong, **slot != motet_session_id(s) || motet_session_role(s).role != 1);
    if (last) {
        free(*slot);
    }
}

static inline motet_status isolated_receive(void *self, motet_session *s, uint16_t label, const void *payload)
{
    uint64_t order = motet_session_arg(s);
    const struct fx_payload *m = payload;
    atomic_fetch_add(&seen->received, 1);
    atomic_fetch_add(&seen->wrong, fx.roles[1].labels[label].dir != MOTET_RECEIVE || m->value != order);
    check_slot(s, false);
    ((struct isolated_state *)self)->calls++;
    return carry_out(self, order);
}

static inline motet_status isolated_produce(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    struct isolated_state *me = self;
    struct fx_payload *m = out->payload;
    uint64_t order = motet_session_arg(s);
    (void)state;
    check_slot(s, false);
    atomic_fetch_add(&seen->wrong, m->value != 0);
    atomic_fetch_add(&seen->produced, 1);
    if ((order == DO_LATER || order == DO_LATER_BY_THREAD) && atomic_fetch_add(&seen->id, 1) == 0) {
        if (order == DO_LATER_BY_THREAD) {
            resume_by_thread(me->system, motet_session_id(s));
        }
        return MOTET_LATER;
    }
    if (order == DO_SEGFAULT_MAKE) {
        fault();
    }
    out->label = order == DO_WRONG_LABEL ? 0 : 1;
    m->value = order == DO_NOTHING ? me->calls : (uint64_t)getpid();
    return MOTET_DONE;
}

static inline void isolated_done(void *self, motet_session *s)
{
    uint64_t order = motet_session_arg(s);
    check_slot(s, true);
    atomic_fetch_add(&seen->done, 1);
    carry_out(self, order == DO_SEGFAULT_DONE ? DO_SEGFAULT : order == DO_HANG_DONE ? DO_HANG : DO_NOTHING);
}

static inline void isolated_abort(void *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    check_slot(s, true);
    atomic_fetch_add(&seen->aborted, 1);
    atomic_fetch_add(&seen->why[why], 1);
}

/* ---- what a does ---- */

static inline motet_status a_sends(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)message;
    *value = motet_session_arg(s);
    return MOTET_DONE;
}

static inline motet_status a_hears(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    (void)s;
    (void)message;
    atomic_store(&seen->reply, value);
    atomic_fetch_add(&seen->replies, 1);
    return MOTET_DONE;
}

/* ---- the system ---- */

static motet_options isolated_options;

static inline int isolated_setup(void **state)
{
    (void)fx_setup(state);
    memset(seen, 0, sizeof *seen);
    fx_send(0, 0, 1, 0, 1);
    fx_take(0, 1, 1, 1, 2);
    fx_take(1, 0, 0, 0, 1);
    fx_send(1, 1, 0, 1, 2);
    fx_ready(2, 2);
    fx.on_produce = a_sends;
    fx.on_receive = a_hears;
    fx.role_types[1].receive = isolated_receive;
    fx.role_types[1].produce = isolated_produce;
    fx.role_types[1].on_done = isolated_done;
    fx.role_types[1].on_abort = isolated_abort;
    fx.actors[1].state_size = sizeof(struct isolated_state);
    fx.actors[1].init = isolated_init;
    fx.actors[1].fini = isolated_fini;
    fx.actors[1].isolated = true;
    fx.supervisors[0].intensity = 1000000;
    const char *workers = getenv("MOTET_WORKERS");
    isolated_options = (motet_options){.workers = workers ? (uint32_t)atoi(workers) : 2};
    return 0;
}

static inline motet_system *isolated_start(void)
{
    motet_system *sys = NULL;
    assert_int_equal(motet_system_start(&fx.spec, &isolated_options, &sys), MOTET_OK);
    return sys;
}

/* Stops, and closes the books; no process is left. */
static inline motet_stats isolated_stop(motet_system *sys)
{
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.open + s.waiting, 0);
    assert_int_equal(s.opened, s.completed + s.aborted);
    assert_int_equal(fx_get(&fx.wrong), 0);
    assert_int_equal(atomic_load(&seen->wrong), 0);
    assert_int_equal(fx_get(&fx.touched), fx_sum(fx.done) + fx_sum(fx.aborted)); /* those of a */
    assert_int_equal(children_of(getpid()).children, 0);
    return s;
}

/* Opens one session with that order, and waits until everything is over. */
static inline void do_one(motet_system *sys, uint64_t order)
{
    fx_open(sys, 1, order);
    fx_idle(sys);
}

static inline int isolated_group(void **state)
{
    (void)state;
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(seen != MAP_FAILED);
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

#endif
