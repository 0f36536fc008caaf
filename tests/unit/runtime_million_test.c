/* runtime_million_test.c -- a million actors: what an idle one takes, and a timer for each. Fewer under a sanitizer,
 * where memory is not measured. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "runtime_fixture.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
enum { ACTORS = 20000, MEASURED = 0 };
#else
enum { ACTORS = 1000000, MEASURED = 1 };
#endif

static struct {
    _Atomic uint64_t spawned, fired, wrong;
    const motet_actor_type *type;
    uint64_t delay_ns;
} at;

static size_t resident(void)
{
    long pages = 0, ignored = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &ignored, &pages), 2);
    fclose(f);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void until(_Atomic uint64_t *counter, uint64_t n)
{
    for (int i = 0; i < 300000 && atomic_load(counter) < n; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    assert_true(atomic_load(counter) >= n);
}

static motet_status idles(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    atomic_fetch_add(m->kind == MOTET_TIMER ? &at.fired : &at.wrong, 1);
    return MOTET_DONE;
}

/* Fills its state, so that the memory is there. */
static motet_status fills(void *self, const motet_start *start)
{
    (void)start;
    memset(self, 0xff, at.type->state_size);
    return MOTET_DONE;
}

static motet_status arms(void *self, const motet_start *start)
{
    (void)self;
    uint64_t id, n = atomic_load(&at.spawned) + 1;
    return motet_timer_start(start->ctx, at.delay_ns * n / ACTORS, 0, 0, &id) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
}

static motet_status spawns(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    for (uint32_t i = 0; i < ACTORS; i++) {
        motet_ref ref;
        if (motet_spawn(ctx, at.type, NULL, &ref) != MOTET_OK) {
            atomic_fetch_add(&at.wrong, 1);
        }
        atomic_fetch_add(&at.spawned, 1);
    }
    return MOTET_DONE;
}

static const motet_actor_type spawner = {.name = "spawner", .receive = spawns};

static motet_system *spawn_all(const motet_actor_type *type)
{
    motet_system *sys;
    motet_options o = {.workers = 1};
    memset(&at, 0, offsetof(__typeof__(at), delay_ns));
    at.type = type;
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    motet_ref ref;
    assert_int_equal(motet_system_spawn(sys, &spawner, NULL, &ref), MOTET_OK);
    assert_int_equal(motet_send(sys, ref, 1, NULL, 0, 0), MOTET_OK);
    return sys;
}

static motet_stats stop(motet_system *sys)
{
    motet_stats s;
    motet_system_stop(sys, &s);
    const motet_leaks *l = &s.leaks;
    assert_int_equal(l->actors + l->timers + l->mail + l->blocks + l->states + l->sessions + l->messages, 0);
    assert_int_equal(atomic_load(&at.wrong), 0);
    assert_int_equal(s.spawned, ACTORS + 1);
    assert_int_equal(s.ended, ACTORS + 1);
    return s;
}

static void an_idle_actor_takes_160_bytes_at_most(void **state)
{
    (void)state;
    static const size_t sizes[] = {8, 24, 32, 40, 64};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        motet_actor_type type = {.name = "idle", .state_size = sizes[i], .init = fills, .receive = idles};
        size_t before = resident();
        motet_system *sys = spawn_all(&type);
        until(&at.spawned, ACTORS);
        size_t each = (resident() - before) / ACTORS;
        if (MEASURED) {
            printf("state of %zu bytes: %zu bytes an actor\n", sizes[i], each);
            assert_true(each >= 128 + sizes[i] - 1);
            assert_true(each <= 160 + sizes[i]);
        }
        stop(sys);
    }
}

static void each_of_a_million_has_a_timer(void **state)
{
    (void)state;
    motet_actor_type type = {.name = "timed", .init = arms, .receive = idles};
    at.delay_ns = 3600 * FX_SECOND;
    motet_system *sys = spawn_all(&type);
    until(&at.spawned, ACTORS);
    stop(sys); /* with all of them armed */
    at.delay_ns = FX_SECOND / 10;
    sys = spawn_all(&type);
    until(&at.fired, ACTORS);
    stop(sys);
    assert_int_equal(atomic_load(&at.fired), ACTORS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_actor_takes_160_bytes_at_most),
        cmocka_unit_test(each_of_a_million_has_a_timer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
