/* isolate_test.c -- actors in processes of their own: every way in which such a process can end or go wrong is one more
 * failure, and nothing is left behind: no process, no descriptor, no session that nobody accounts for.
 */
#include "isolate_kit.h"

#include <fcntl.h>
#include <sys/resource.h>

/* The order makes b fail in the way that `how` counts; the next session finds a new b. */
static motet_stats fails_once(uint64_t order, motet_reason why)
{
    motet_system *sys = isolated_start();
    do_one(sys, DO_NOTHING);
    do_one(sys, order);
    await_restarts(sys, 1);
    do_one(sys, DO_NOTHING);
    assert_int_equal(atomic_load(&seen->reply), 1); /* its state is new */
    assert_int_equal(atomic_load(&seen->inits), 2);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(s.failures[why], 1);
    return s;
}

static void loses_one(uint64_t order, motet_reason why)
{
    motet_stats s = fails_once(order, why);
    assert_int_equal(s.completed, 2);
    assert_int_equal(s.aborted, 1);
}

/* ---- messages of a megabyte ---- */

struct big {
    uint64_t value;
    unsigned char more[BIG];
};

static motet_status big_receive(void *self, motet_session *s, uint16_t label, const void *payload)
{
    const struct big *m = payload;
    (void)self;
    (void)label;
    for (size_t i = 0; i < sizeof m->more; i += 997) {
        atomic_fetch_add(&seen->wrong, m->more[i] != (unsigned char)(i * 7u + motet_session_role(s).role));
    }
    atomic_fetch_add(&seen->received, 1);
    return MOTET_DONE;
}

static motet_status big_produce(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    struct big *m = out->payload;
    (void)self;
    for (size_t i = 0; i < sizeof m->more; i++) {
        m->more[i] = (unsigned char)(i * 7u + 1u - motet_session_role(s).role);
    }
    out->label = state;
    return MOTET_DONE;
}

static void make_big(void)
{
    for (int r = 0; r < 2; r++) {
        fx.messages[r].size = sizeof(struct big);
        fx.role_types[r].receive = big_receive;
        fx.role_types[r].produce = big_produce;
        fx.role_types[r].on_done = NULL;
        fx.role_types[r].on_abort = NULL;
    }
}

/* ---- how a process ends ---- */

static void a_segfault_is_a_restart(void **state)
{
    (void)state;
    loses_one(DO_SEGFAULT, MOTET_BY_ERROR);
    assert_int_equal(atomic_load(&seen->finis), 1); /* of the second one */
}

static void an_abort_is_a_restart(void **state)
{
    (void)state;
    loses_one(DO_ABORT, MOTET_BY_ERROR);
}

static void an_exit_is_a_restart_whatever_its_status(void **state)
{
    loses_one(DO_EXIT_0, MOTET_BY_ERROR);
    isolated_setup(state);
    loses_one(DO_EXIT_3, MOTET_BY_ERROR);
}

static void a_fault_in_a_maker_is_a_restart(void **state)
{
    (void)state;
    loses_one(DO_SEGFAULT_MAKE, MOTET_BY_ERROR);
}

static void a_fault_in_the_last_callback_is_a_restart(void **state)
{
    (void)state;
    motet_stats s = fails_once(DO_SEGFAULT_DONE, MOTET_BY_ERROR);
    assert_int_equal(s.opened, 3); /* that session may have been over for all */
}

static void a_handler_that_fails_is_told_so_in_its_process(void **state)
{
    (void)state;
    loses_one(DO_FAIL, MOTET_BY_ERROR);
    assert_int_equal(atomic_load(&seen->failure), 7); /* as the next one heard */
    assert_int_equal(atomic_load(&seen->aborted), 1);
    assert_int_equal(atomic_load(&seen->why[MOTET_ABORT_CRASH]), 1);
    assert_int_equal(atomic_load(&seen->finis), 2);
}

static void a_process_that_is_killed_while_nothing_happens_is_a_restart(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    kill((pid_t)atomic_load(&seen->pid), SIGKILL);
    await_restarts(sys, 1);
    do_one(sys, DO_NOTHING);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.completed, 1);
}

static void a_process_that_is_killed_in_a_handler_is_a_restart(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    fx_open(sys, 1, DO_HANG);
    await(&seen->received, 1);
    kill((pid_t)atomic_load(&seen->pid), SIGKILL);
    await_restarts(sys, 1);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(s.crashes, 1);
}

static void a_process_that_leaves_one_behind_which_holds_its_channel_is_a_restart(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    do_one(sys, DO_FORK);
    await_restarts(sys, 1);
    assert_int_equal(children_of(getpid()).children, 2); /* the helper, and it */
    atomic_store(&seen->released, 1);
    for (int i = 0; i < MOST_WAITS && waitpid(-1, NULL, WNOHANG) == 0; i++) { /* that one becomes ours */
        nap();
    }
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.crashes, 1);
}

/* ---- deadlines ---- */

static void a_callback_past_its_deadline_is_a_timeout(void **state)
{
    (void)state;
    isolated_options.callback_ns = 300 * FX_MS;
    loses_one(DO_HANG, MOTET_BY_TIMEOUT);
}

static void a_last_callback_past_its_deadline_is_a_restart(void **state)
{
    (void)state;
    isolated_options.callback_ns = 300 * FX_MS;
    fails_once(DO_HANG_DONE, MOTET_BY_ERROR);
}

/* Neither reads nor writes: also what does not fit into a socket is not waited for. */
static void a_process_that_is_stopped_is_a_timeout(void **state)
{
    for (int big = 0; big < 2; big++) {
        isolated_setup(state);
        if (big) {
            make_big();
        }
        isolated_options.callback_ns = 300 * FX_MS;
        motet_system *sys = isolated_start();
        pid_t pid = (pid_t)atomic_load(&seen->pid);
        assert_int_equal(kill(pid, SIGSTOP), 0);
        do_one(sys, DO_NOTHING);
        await_restarts(sys, 1);
        do_one(sys, DO_NOTHING);
        motet_stats s = isolated_stop(sys);
        assert_int_equal(s.failures[MOTET_BY_TIMEOUT], 1);
        assert_int_equal(s.completed, 1);
    }
}

static void a_stop_does_not_wait_for_an_init_that_hangs(void **state)
{
    (void)state;
    fx.children[1].shutdown_ns = 50 * FX_MS;
    motet_system *sys = isolated_start();
    atomic_store(&seen->init_does, DO_HANG);
    fx_open(sys, 1, DO_SEGFAULT);
    await(&seen->inits, 2);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(s.crashes, 2);
}

static void a_stop_does_not_wait_for_a_handler_that_hangs(void **state)
{
    (void)state;
    fx.children[1].shutdown_ns = 50 * FX_MS;
    motet_system *sys = isolated_start();
    fx_open(sys, 1, DO_HANG);
    await(&seen->received, 1);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.aborted, 1);
}

static void a_fini_that_hangs_or_faults_leaves_nothing(void **state)
{
    static const uint64_t orders[] = {DO_HANG, DO_SEGFAULT, DO_EXIT_3, DO_CLOSE};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        isolated_setup(state);
        fx.children[1].shutdown_ns = 50 * FX_MS;
        motet_system *sys = isolated_start();
        do_one(sys, DO_NOTHING);
        atomic_store(&seen->fini_does, orders[i]);
        motet_stats s = isolated_stop(sys);
        assert_int_equal(s.completed, 1);
        assert_int_equal(s.crashes, 0);
        assert_int_equal(atomic_load(&seen->finis), 1);
    }
}

static void a_fini_that_hangs_after_a_failure_does_not_keep_the_restart(void **state)
{
    (void)state;
    fx.children[1].shutdown_ns = 50 * FX_MS;
    motet_system *sys = isolated_start();
    atomic_store(&seen->fini_does, DO_HANG);
    do_one(sys, DO_FAIL);
    await_restarts(sys, 1);
    do_one(sys, DO_NOTHING);
    assert_int_equal(isolated_stop(sys).completed, 1);
}

/* ---- starts ---- */

static void an_init_that_fails_is_tried_again(void **state)
{
    static const uint64_t orders[] = {DO_FAIL, DO_SEGFAULT, DO_EXIT_0, DO_BABBLE};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        isolated_setup(state);
        fx.children[1].backoff_min_ns = fx.children[1].backoff_max_ns = FX_MS;
        atomic_store(&seen->init_does, orders[i]);
        motet_system *sys = isolated_start();
        await(&seen->inits, 3);
        atomic_store(&seen->init_does, DO_NOTHING);
        do_one(sys, DO_NOTHING);
        motet_stats s = isolated_stop(sys);
        assert_int_equal(s.completed, 1);
        assert_true(s.crashes >= 2);
        assert_int_equal(s.restarts, 1);
        assert_int_equal(atomic_load(&seen->finis), 1); /* not after a failed init */
    }
}

static void an_init_that_hangs_is_a_timeout(void **state)
{
    (void)state;
    isolated_options.callback_ns = 200 * FX_MS;
    fx.supervisors[0].intensity = 1;
    atomic_store(&seen->init_does, DO_HANG);
    motet_system *sys = isolated_start();
    await_surrender(sys);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.failures[MOTET_BY_TIMEOUT], 2);
}

static void without_descriptors_a_start_fails_and_is_tried_again(void **state)
{
    (void)state;
    fx.children[1].backoff_min_ns = fx.children[1].backoff_max_ns = FX_MS;
    motet_system *sys = isolated_start();
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    kill((pid_t)atomic_load(&seen->pid), SIGKILL);
    motet_stats s = {0};
    for (int i = 0; i < MOST_WAITS && s.crashes < 3; i++) {
        motet_system_stats(sys, &s);
        nap();
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(s.crashes >= 3);
    await_restarts(sys, 1);
    do_one(sys, DO_NOTHING);
    assert_int_equal(isolated_stop(sys).completed, 1);
}

static void a_table_without_a_maker_is_refused(void **state)
{
    (void)state;
    motet_system *sys;
    fx.role_types[1].produce = NULL;
    assert_int_equal(motet_system_start(&fx.spec, &isolated_options, &sys), MOTET_EINVAL);
    assert_null(sys);
    assert_int_equal(children_of(getpid()).children, 0);
}

/* ---- a process that does not keep to what it has to say ---- */

static void what_is_no_frame_is_a_failure(void **state)
{
    loses_one(DO_BABBLE, MOTET_BY_ERROR);
    isolated_setup(state);
    loses_one(DO_BABBLE_SHORT, MOTET_BY_ERROR);
}

static void a_process_that_closes_its_channel_is_killed(void **state)
{
    (void)state;
    loses_one(DO_CLOSE, MOTET_BY_ERROR);
}

static void a_label_that_is_none_breaks_the_protocol(void **state)
{
    (void)state;
    loses_one(DO_WRONG_LABEL, MOTET_BY_PROTOCOL_VIOLATION);
}

/* ---- what works as in one process ---- */

static void handlers_run_in_a_process_of_their_own(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    pid_t other = (pid_t)atomic_load(&seen->pid);
    assert_int_not_equal(other, getpid());
    fx_open(sys, 100, DO_NOTHING);
    fx_idle(sys);
    assert_int_equal(atomic_load(&seen->replies), 100);
    assert_int_equal(atomic_load(&seen->pid), other);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.completed, 100);
    assert_int_equal(s.messages, 200);
    assert_int_equal(atomic_load(&seen->received), 100);
    assert_int_equal(atomic_load(&seen->done), 100);
    assert_int_equal(atomic_load(&seen->finis), 1);
}

static void a_maker_may_answer_later(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    uint64_t id;
    assert_int_equal(motet_session_open(sys, 0, DO_LATER, &id), MOTET_OK);
    await(&seen->produced, 1);
    assert_int_equal(motet_session_resume(sys, id, 1), MOTET_OK);
    fx_idle(sys);
    assert_int_equal(atomic_load(&seen->produced), 2);
    assert_int_equal(isolated_stop(sys).completed, 1);
}

static void a_thread_of_the_process_may_resume(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    atomic_store(&seen->other_status, -1);
    do_one(sys, DO_LATER_BY_THREAD);
    assert_int_equal(atomic_load(&seen->produced), 2);
    for (int i = 0; i < MOST_WAITS && atomic_load(&seen->other_status) == -1; i++) { /* the session may be over first */
        nap();
    }
    assert_int_equal(atomic_load(&seen->other_status), MOTET_OK);
    assert_int_equal(isolated_stop(sys).completed, 1);
}

static void a_handler_may_open_and_resume_sessions(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    do_one(sys, DO_OPEN);
    assert_int_equal(atomic_load(&seen->open_status), MOTET_OK);
    assert_int_not_equal(atomic_load(&seen->id), 0);
    atomic_store(&seen->resume_status, -1);
    do_one(sys, DO_RESUME);
    assert_int_equal(atomic_load(&seen->resume_status), MOTET_EGONE);
    assert_int_equal(isolated_stop(sys).completed, 3);
}

static void an_init_may_open_sessions(void **state)
{
    (void)state;
    atomic_store(&seen->init_does, DO_OPEN);
    motet_system *sys = isolated_start();
    fx_idle(sys);
    assert_int_equal(atomic_load(&seen->open_status), MOTET_OK);
    assert_int_equal(isolated_stop(sys).completed, 1);
}

static void what_cannot_be_asked_from_there_is_refused(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    do_one(sys, DO_OPEN_ELSEWHERE);
    assert_int_equal(atomic_load(&seen->other_status), MOTET_EINVAL); /* another thread */
    assert_int_equal(atomic_load(&seen->open_status), MOTET_EINVAL);  /* another system */
    assert_int_equal(atomic_load(&seen->resume_status), MOTET_OK);    /* NULL is its own */
    do_one(sys, DO_START);
    assert_int_equal(atomic_load(&seen->open_status), MOTET_EINVAL);
    do_one(sys, DO_WAIT);
    assert_int_equal(atomic_load(&seen->open_status), MOTET_EINVAL);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.crashes, 0);
    assert_int_equal(s.completed, 4);
}

static void what_a_handler_must_not_call_fails_it(void **state)
{
    loses_one(DO_STOP, MOTET_BY_ERROR);
    isolated_setup(state);
    loses_one(DO_STATS, MOTET_BY_ERROR);
}

static void resume_does_not_keep_an_actor_whose_process_is_gone(void **state)
{
    for (motet_reason r = 0; r < MOTET_REASONS; r++) {
        fx.children[1].decide[r] = MOTET_RESUME;
    }
    isolated_options.callback_ns = 300 * FX_MS;
    loses_one(DO_SEGFAULT, MOTET_BY_ERROR);
    isolated_setup(state);
    fx.children[1].decide[MOTET_BY_TIMEOUT] = MOTET_RESUME;
    isolated_options.callback_ns = 300 * FX_MS;
    loses_one(DO_HANG, MOTET_BY_TIMEOUT);
}

static void resume_keeps_an_actor_whose_handler_failed(void **state)
{
    (void)state;
    fx.children[1].decide[MOTET_BY_ERROR] = MOTET_RESUME;
    motet_system *sys = isolated_start();
    fx_open(sys, 1, DO_FAIL);
    await(&seen->received, 1);
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.resumed, 1);
    assert_int_equal(s.crashes, 0);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(atomic_load(&seen->inits), 1);
}

/* ---- large messages ---- */

static void messages_of_a_megabyte_pass_whole(void **state)
{
    (void)state;
    make_big();
    isolated_options.callback_ns = 60 * FX_SECOND; /* and through the path that polls */
    motet_system *sys = isolated_start();
    fx_open(sys, 10, 0);
    fx_idle(sys);
    assert_int_equal(isolated_stop(sys).completed, 10);
    assert_int_equal(atomic_load(&seen->received), 20);
}

/* ---- what is left behind ---- */

static void two_hundred_kills_leave_nothing(void **state)
{
    (void)state;
    const char *text = getenv("MOTET_KILLS");
    uint64_t kills = text ? strtoull(text, NULL, 10) : 200;
    motet_system *sys = isolated_start();
    pid_t helper = children_of(getpid()).first, last = 0;
    uint32_t files = open_files();
    uint64_t opened = 0;
    for (uint64_t i = 1; i <= kills; i++) {
        for (int k = 0; k < MOST_WAITS && atomic_load(&seen->pid) == last; k++) {
            nap();
        }
        last = (pid_t)atomic_load(&seen->pid);
        if (i % 2 == 0) { /* also with work on its way */
            fx_open(sys, 3, DO_NOTHING);
            opened += 3;
        }
        assert_int_equal(kill(last, SIGKILL), 0);
        motet_stats s = {0};
        for (int k = 0; k < MOST_WAITS && s.crashes < i; k++) {
            motet_system_stats(sys, &s);
            if (s.crashes < i) {
                nap();
            }
        }
        assert_int_equal(s.crashes, i);
    }
    await_up(sys, 2); /* a kill may have met an init, after which the next start is no restart */
    assert_int_equal(open_files(), files);
    assert_int_equal(children_of(getpid()).children, 1);
    assert_int_equal(children_of(helper).children, 1);
    assert_int_equal(children_of(helper).zombies, 0);
    do_one(sys, DO_NOTHING);
    motet_stats s = isolated_stop(sys);
    assert_int_equal(s.opened, opened + 1);
    assert_int_equal(s.crashes, kills);
}

static void a_system_leaves_no_descriptor(void **state)
{
    (void)state;
    uint32_t files = open_files();
    for (int i = 0; i < 5; i++) {
        motet_system *sys = isolated_start();
        do_one(sys, DO_NOTHING);
        isolated_stop(sys);
        assert_int_equal(open_files(), files);
    }
}

static void a_process_has_its_own_channel_and_no_other(void **state)
{
    (void)state;
    fx.children[1].count = 4;
    fx.children[1].family = true;
    fx.bind[1].any = true;
    motet_system *sys = isolated_start();
    fx_open(sys, 4, DO_COUNT_SOCKETS);
    fx_idle(sys);
    assert_int_equal(isolated_stop(sys).completed, 4);
    assert_int_equal(atomic_load(&seen->stray), 4);
}

static void nobody_isolated_no_process(void **state)
{
    (void)state;
    fx.actors[1].isolated = false;
    motet_system *sys = isolated_start();
    assert_int_equal(children_of(getpid()).children, 0);
    do_one(sys, DO_NOTHING);
    assert_int_equal(atomic_load(&seen->pid), getpid());
    assert_int_equal(isolated_stop(sys).completed, 1);
}

static void a_program_that_ignores_its_children_has_them_all_the_same(void **state)
{
    (void)state;
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);
    loses_one(DO_SEGFAULT, MOTET_BY_ERROR);
    signal(SIGCHLD, before);
}

static void two_systems_do_not_meet(void **state)
{
    (void)state;
    motet_system *first = isolated_start(), *second = isolated_start();
    do_one(first, DO_NOTHING);
    do_one(second, DO_SEGFAULT);
    await_restarts(second, 1);
    motet_system_stop(first, NULL);
    do_one(second, DO_NOTHING);
    assert_int_equal(isolated_stop(second).completed, 1);
}

/* Buries what has become ours; all of it within the bound. */
static void bury_all(void)
{
    pid_t pid = 0;
    for (int i = 0; i < MOST_WAITS && pid >= 0; i++) {
        pid = waitpid(-1, NULL, WNOHANG);
        if (pid == 0) {
            nap();
        }
    }
    assert_int_equal(pid, -1);
    assert_int_equal(errno, ECHILD);
}

static void when_the_helper_is_killed_all_starts_fail(void **state)
{
    (void)state;
    fx.supervisors[0].intensity = 2;
    motet_system *sys = isolated_start();
    fx_open(sys, 1, DO_HANG); /* and sees nothing of it */
    await(&seen->received, 1);
    kill(children_of(getpid()).first, SIGKILL);
    await_surrender(sys);
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.crashes, 3);
    bury_all();
}

/* In a process that is to be killed: a system with some sessions in flight. With `hold`, a process that it forks keeps
 * copies of all that it has open, until that pipe is closed. */
static void run_until_killed(int ready, const int *hold)
{
    fx.children[1].count = 3;
    fx.children[1].family = true;
    fx.bind[1].any = true;
    motet_system *sys = isolated_start();
    fx_open(sys, 1, DO_HANG);
    await(&seen->received, 1);
    char c;
    if (hold && fork() == 0) {
        close(hold[1]);
        _exit((int)read(hold[0], &c, 1));
    }
    ssize_t n = write(ready, "r", 1);
    (void)n;
    for (;;) {
        pause();
    }
}

static void killed_parent(bool held)
{
    int ready[2], hold[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(hold), 0);
    pid_t parent = fork();
    if (parent == 0) {
        run_until_killed(ready[1], held ? hold : NULL);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(children_of(parent).children, held ? 2 : 1);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    for (int i = 0; i < MOST_WAITS && children_of(getpid()).children > held; i++) {
        waitpid(-1, NULL, WNOHANG);
        nap();
    }
    assert_int_equal(children_of(getpid()).children, held); /* the one that holds the copies lives on */
    close(hold[0]);
    close(hold[1]);
    close(ready[0]);
    close(ready[1]);
    bury_all();
}

static void a_parent_that_is_killed_leaves_nothing(void **state)
{
    (void)state;
    killed_parent(false);
    killed_parent(true);
}

static void what_a_handler_prints_is_printed_once(void **state)
{
    (void)state;
    char name[] = "/tmp/motet-isolate-XXXXXX", text[200] = "";
    int file = mkstemp(name), out = dup(1);
    assert_true(file >= 0);
    fflush(stdout);
    dup2(file, 1);
    printf("begun\n");
    motet_system *sys = isolated_start();
    do_one(sys, DO_PRINT);
    motet_stats s = isolated_stop(sys);
    fflush(stdout);
    dup2(out, 1);
    close(out);
    ssize_t n = pread(file, text, sizeof text - 1, 0);
    close(file);
    unlink(name);
    assert_true(n > 0);
    assert_string_equal(text, "begun\nsaid once\n");
    assert_int_equal(s.completed, 1);
}

#define TEST(f) cmocka_unit_test_setup(f, isolated_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_segfault_is_a_restart),
        TEST(an_abort_is_a_restart),
        TEST(an_exit_is_a_restart_whatever_its_status),
        TEST(a_fault_in_a_maker_is_a_restart),
        TEST(a_fault_in_the_last_callback_is_a_restart),
        TEST(a_handler_that_fails_is_told_so_in_its_process),
        TEST(a_process_that_is_killed_while_nothing_happens_is_a_restart),
        TEST(a_process_that_is_killed_in_a_handler_is_a_restart),
        TEST(a_process_that_leaves_one_behind_which_holds_its_channel_is_a_restart),
        TEST(a_callback_past_its_deadline_is_a_timeout),
        TEST(a_last_callback_past_its_deadline_is_a_restart),
        TEST(a_process_that_is_stopped_is_a_timeout),
        TEST(a_stop_does_not_wait_for_an_init_that_hangs),
        TEST(a_stop_does_not_wait_for_a_handler_that_hangs),
        TEST(a_fini_that_hangs_or_faults_leaves_nothing),
        TEST(a_fini_that_hangs_after_a_failure_does_not_keep_the_restart),
        TEST(an_init_that_fails_is_tried_again),
        TEST(an_init_that_hangs_is_a_timeout),
        TEST(without_descriptors_a_start_fails_and_is_tried_again),
        TEST(a_table_without_a_maker_is_refused),
        TEST(what_is_no_frame_is_a_failure),
        TEST(a_process_that_closes_its_channel_is_killed),
        TEST(a_label_that_is_none_breaks_the_protocol),
        TEST(what_cannot_be_asked_from_there_is_refused),
        TEST(what_a_handler_must_not_call_fails_it),
        TEST(resume_does_not_keep_an_actor_whose_process_is_gone),
        TEST(resume_keeps_an_actor_whose_handler_failed),
        TEST(handlers_run_in_a_process_of_their_own),
        TEST(a_maker_may_answer_later),
        TEST(a_thread_of_the_process_may_resume),
        TEST(a_handler_may_open_and_resume_sessions),
        TEST(an_init_may_open_sessions),
        TEST(messages_of_a_megabyte_pass_whole),
        TEST(two_hundred_kills_leave_nothing),
        TEST(a_system_leaves_no_descriptor),
        TEST(a_process_has_its_own_channel_and_no_other),
        TEST(nobody_isolated_no_process),
        TEST(a_program_that_ignores_its_children_has_them_all_the_same),
        TEST(two_systems_do_not_meet),
        TEST(when_the_helper_is_killed_all_starts_fail),
        TEST(a_parent_that_is_killed_leaves_nothing),
        TEST(what_a_handler_prints_is_printed_once),
    };
    return cmocka_run_group_tests(tests, isolated_group, NULL);
}
