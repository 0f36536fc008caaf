/* callbacks_fail_test.c -- motet_fail and MOTET_REQUIRE in any kind of callback: its actor fails, the books balance. */
#include "runtime_fixture.h"

enum { M0 };
enum where { NOWHERE, IN_INIT, IN_FINI, IN_RECEIVER, IN_MAKER, IN_DONE, IN_ABORT };
enum how { BY_FAIL, BY_REQUIRE };

static _Atomic int where, how, times;
static _Atomic int told; /* the failure that the last init of b heard of */

/* Fails here, in actor b (child 1), as often as `times` says. */
static void maybe(enum where here, motet_ctx *ctx, uint32_t child)
{
    if (child != 1 || atomic_load(&where) != (int)here || atomic_load(&times) == 0) {
        return;
    }
    atomic_fetch_sub(&times, 1);
    if (atomic_load(&how) == BY_FAIL) {
        motet_fail(ctx, MOTET_FAIL_TIMEOUT);
    }
    MOTET_REQUIRE(ctx == NULL);
}

static motet_status init(struct fx_instance *self, const motet_start *start)
{
    if (self->child == 1) {
        atomic_store(&told, start->failure);
    }
    maybe(IN_INIT, start->ctx, self->child);
    return MOTET_DONE;
}

static void fini(struct fx_instance *self)
{
    if (self->child == 1 && atomic_load(&where) == IN_FINI && atomic_load(&times) > 0) {
        atomic_fetch_sub(&times, 1);
        atomic_fetch_add(&fx.finis[1], 1); /* fx_fini does not come to it */
        MOTET_REQUIRE(self->child != 1);
    }
}

static motet_status receive(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)message;
    (void)value;
    maybe(IN_RECEIVER, motet_session_ctx(s), self->child);
    return MOTET_DONE;
}

static motet_status produce(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)message;
    (void)value;
    maybe(IN_MAKER, motet_session_ctx(s), self->child);
    return MOTET_DONE;
}

static void done(void *self, motet_session *s)
{
    fx_done(self, s);
    maybe(IN_DONE, motet_session_ctx(s), ((struct fx_instance *)self)->child);
}

static void aborted(void *self, motet_session *s, motet_abort_reason why)
{
    fx_abort(self, s, why);
    maybe(IN_ABORT, motet_session_ctx(s), ((struct fx_instance *)self)->child);
}

/* a asks, b answers, twice. */
static motet_system *begin(enum where at, enum how by, motet_directive directive)
{
    for (uint16_t i = 0; i < 2; i++) {
        fx_send(0, (uint16_t)(2 * i), 1, M0, (uint16_t)(2 * i + 1));
        fx_take(0, (uint16_t)(2 * i + 1), 1, M0, (uint16_t)(2 * i + 2));
        fx_take(1, (uint16_t)(2 * i), 0, M0, (uint16_t)(2 * i + 1));
        fx_send(1, (uint16_t)(2 * i + 1), 0, M0, (uint16_t)(2 * i + 2));
    }
    fx_ready(2, 1);
    fx.on_init = init;
    fx.on_fini = fini;
    fx.on_receive = receive;
    fx.on_produce = produce;
    fx.role_types[0].on_done = fx.role_types[1].on_done = done;
    fx.role_types[0].on_abort = fx.role_types[1].on_abort = aborted;
    fx.children[1].decide[by == BY_FAIL ? MOTET_BY_TIMEOUT : MOTET_BY_ERROR] = directive;
    atomic_store(&where, at);
    atomic_store(&how, by);
    atomic_store(&times, at == NOWHERE ? 0 : 1);
    atomic_store(&told, 0);
    return fx_start(2);
}

static motet_status expected(enum how by)
{
    return by == BY_FAIL ? MOTET_FAIL_TIMEOUT : MOTET_FAIL;
}

static void one_session(motet_system *sys, uint64_t arg)
{
    fx_open(sys, 1, arg);
    fx_idle(sys);
}

static void a_session_goes_well(motet_system *sys, uint64_t before)
{
    one_session(sys, 0);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.completed, before + 1);
}

static void nothing_fails_on_its_own(void **state)
{
    (void)state;
    motet_system *sys = begin(NOWHERE, BY_FAIL, MOTET_AS_USUAL);
    a_session_goes_well(sys, 0);
    assert_int_equal(fx_stop(sys).crashes, 0);
}

/* In a callback of a session: that one is lost, b is restarted and knows why, the next session goes well. */
static void in_a_session(enum where at, enum how by)
{
    fx_setup(NULL);
    motet_system *sys = begin(at, by, MOTET_AS_USUAL);
    one_session(sys, 0);
    assert_int_equal(atomic_load(&told), expected(by));
    a_session_goes_well(sys, 0);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(s.failures[motet_status_reason(expected(by))], 1);
}

static void a_receiver(void **state)
{
    (void)state;
    in_a_session(IN_RECEIVER, BY_FAIL);
    in_a_session(IN_RECEIVER, BY_REQUIRE);
}

static void a_maker(void **state)
{
    (void)state;
    in_a_session(IN_MAKER, BY_FAIL);
    in_a_session(IN_MAKER, BY_REQUIRE);
}

/* b's part is complete when its on_done fails, but the session may not be: it is lost with b, unless a was done too. */
static void on_done_by(enum how by)
{
    fx_setup(NULL);
    motet_system *sys = begin(IN_DONE, by, MOTET_AS_USUAL);
    one_session(sys, 0);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.completed + s.aborted, 1);
    assert_int_equal(atomic_load(&told), expected(by));
    a_session_goes_well(sys, s.completed);
    assert_int_equal(fx_stop(sys).restarts, 1);
}

static void on_done(void **state)
{
    (void)state;
    on_done_by(BY_FAIL);
    on_done_by(BY_REQUIRE);
}

/* a fails in the session 99 after b began: b hears of the abort, and fails in turn. */
static motet_status fail_later(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    return self->child == 0 && motet_session_arg(s) == 99 && fx_slot(s)->n++ > 0 ? MOTET_FAIL
                                                                              : produce(self, s, message, value);
}

static void on_abort_by(enum how by)
{
    fx_setup(NULL);
    motet_system *sys = begin(IN_ABORT, by, MOTET_AS_USUAL);
    fx.on_produce = fail_later;
    fx_open(sys, 1, 99);
    fx_idle(sys);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.aborted, 1);
    a_session_goes_well(sys, s.completed);
    s = fx_stop(sys);
    assert_int_equal(s.crashes, s.restarts);
    assert_in_range(s.crashes, 1, 2); /* 2 when b had begun */
}

static void on_abort(void **state)
{
    (void)state;
    on_abort_by(BY_FAIL);
    on_abort_by(BY_REQUIRE);
}

static void init_by(enum how by)
{
    fx_setup(NULL);
    motet_system *sys = begin(IN_INIT, by, MOTET_RESUME); /* which no init can be */
    a_session_goes_well(sys, 0);
    assert_int_equal(atomic_load(&told), expected(by));
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.resumed, 0);
}

static void an_init(void **state)
{
    (void)state;
    init_by(BY_FAIL);
    init_by(BY_REQUIRE);
}

/* It ends its actor no more than it would have without. */
static void a_fini(void **state)
{
    (void)state;
    motet_system *sys = begin(IN_FINI, BY_REQUIRE, MOTET_AS_USUAL);
    a_session_goes_well(sys, 0);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.crashes, 0);
}

/* ---- decisions ---- */

static void resume_passes_over_it(void **state)
{
    (void)state;
    for (int by = BY_FAIL; by <= BY_REQUIRE; by++) {
        fx_setup(NULL);
        motet_system *sys = begin(IN_RECEIVER, (enum how)by, MOTET_RESUME);
        fx_open(sys, 1, 0); /* its message is dropped: the session waits for ever, and b stays */
        assert_int_equal(motet_system_wait_idle(sys, 20 * FX_MS), MOTET_ETIME);
        motet_stats s;
        motet_system_stats(sys, &s);
        assert_int_equal(s.resumed, 1);
        assert_int_equal(s.crashes, 0);
        fx_open(sys, 1, 0);
        for (int i = 0; i < 2000 && s.completed == 0; i++) {
            (void)!motet_system_wait_idle(sys, FX_MS);
            motet_system_stats(sys, &s);
        }
        assert_int_equal(s.completed, 1);
        fx_stop(sys);
    }
}

static void stop_is_for_good(void **state)
{
    (void)state;
    motet_system *sys = begin(IN_MAKER, BY_FAIL, MOTET_STOP);
    one_session(sys, 0);
    assert_int_equal(motet_session_open(sys, 0, 0, NULL), MOTET_EGONE);
    assert_int_equal(fx_stop(sys).restarts, 0);
}

static void escalate_ends_the_supervisor(void **state)
{
    (void)state;
    motet_system *sys = begin(IN_RECEIVER, BY_REQUIRE, MOTET_ESCALATE);
    one_session(sys, 0);
    assert_true(fx_stop(sys).gave_up);
}

#define TEST(f) cmocka_unit_test_setup(f, fx_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_fails_on_its_own),
        TEST(a_receiver),
        TEST(a_maker),
        TEST(on_done),
        TEST(on_abort),
        TEST(an_init),
        TEST(a_fini),
        TEST(resume_passes_over_it),
        TEST(stop_is_for_good),
        TEST(escalate_ends_the_supervisor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
