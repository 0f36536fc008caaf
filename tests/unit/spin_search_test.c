/* spin_search_test.c -- how SPIN searches: with which compiler, on how many cores, and how much of the states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "spin_kit.h"
#include "spin_private.h"
#include "spin_random.h"
#include "tools_kit.h"

static struct engines two_phase_commit(struct world *w, uint32_t n)
{
    kit_two_phase_commit(w->k, n);
    return engines_new(w->a, kit_model(w->k, 1, 1));
}

/* ---- compilers ---- */

static void a_quick_compiler_that_fails_is_passed_over(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 2);
    tool(w, "tcc", "exit 1");
    prefer_own_tools(w);
    assert_int_equal(spin_check(w->a, e.s, &e.spin, &plenty)->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

static void a_quick_compiler_that_only_preprocesses_is_passed_over(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 2);
    tool(w, "tcc", "case \" $* \" in *' -E '*) exec gcc -E -x c \"$3\";; esac; echo no; exit 1");
    prefer_own_tools(w);
    assert_int_equal(spin_check(w->a, e.s, &e.spin, &plenty)->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

/* States as counted by the verifier that the compilers on PATH make, for some random models; 0 where there are many. */
static void count_random(struct world *w, uint64_t *states, uint32_t n)
{
    enum { FEW = 3000 };
    for (uint32_t i = 0; i < n; i++) {
        struct engines e = engines_new(w->a, random_model(kit_new(w->a), 100 + i));
        struct exploration *x = explore(w->a, e.s, &(struct budget){10, 1 << 22});
        struct spin_result r = {0};
        if (x->complete && x->states <= FEW)
            r = spin_count(w->a, e.s, &e.spin, &plenty);
        states[i] = r.answer == SPIN_HOLDS ? r.states : 0;
    }
}

static void all_compilers_count_the_same(void **ctx)
{
    enum { MODELS = 12 };
    struct world *w = *ctx;
    uint64_t quick[MODELS], usual[MODELS], counted = 0;
    count_random(w, quick, MODELS);
    tool(w, "tcc", "exit 1");
    prefer_own_tools(w);
    count_random(w, usual, MODELS);
    for (uint32_t i = 0; i < MODELS; i++) {
        assert_int_equal(quick[i], usual[i]);
        counted += quick[i] > 0;
    }
    assert_true(counted > MODELS / 3);
}

/* A chain of more steps than the first search can follow. */
static void long_runs_are_followed_to_their_end(void **ctx)
{
    struct world *w = *ctx;
    const char *a = "0 B!x 1, 1 C!x 0", *b = "0 A?x 0", *c = "0 A?x 0";
    kit_role(w->k, "A", a);
    kit_role(w->k, "B", b);
    kit_role(w->k, "C", c);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 200));
    struct spin_result r = spin_count(w->a, e.s, &e.spin, &plenty);
    assert_int_equal(r.answer, SPIN_HOLDS);
    assert_int_equal(r.states, explore(w->a, e.s, &plenty)->states);
}

/* ---- some bits a state, and swarms ---- */

static struct spin_check *how(struct world *w, const struct engines *e, enum spin_search search, uint32_t cores)
{
    return spin_check_how(w->a, e->s, &e->spin, &plenty, &(struct spin_how){search, cores});
}

/* Two that wait for each other, behind `steps` exchanges; beside them pairs that talk for ever. */
static struct engines late_deadlock(struct world *w, uint32_t steps, uint32_t pairs)
{
    struct buf a = {0}, b = {0};
    for (uint32_t i = 0; i < steps; i++) {
        buf_printf(&a, "%u B!x %u, %u B?x %u, ", 2 * i, 2 * i + 1, 2 * i + 1, 2 * i + 2);
        buf_printf(&b, "%u A?x %u, %u A!x %u, ", 2 * i, 2 * i + 1, 2 * i + 1, 2 * i + 2);
    }
    buf_printf(&a, "%u B?y %u", 2 * steps, 2 * steps + 1);
    buf_printf(&b, "%u A?y %u", 2 * steps, 2 * steps + 1);
    kit_role(w->k, "A", buf_cstr(&a));
    kit_role(w->k, "B", buf_cstr(&b));
    buf_free(&a);
    buf_free(&b);
    for (uint32_t i = 0; i < pairs; i++) { /* each three times: nothing else can go on for ever beside a deadlock */
        kit_role(w->k, arena_printf(w->a, "C%u", i), arena_printf(w->a, "0 D%u!x 1, 1 D%u!x 2, 2 D%u!x 3", i, i, i));
        kit_role(w->k, arena_printf(w->a, "D%u", i), arena_printf(w->a, "0 C%u?x 1, 1 C%u?x 2, 2 C%u?x 3", i, i, i));
    }
    w->k->verify.loss = 1; /* so that nothing is reduced */
    return engines_new(w->a, kit_model(w->k, 1, 2));
}

static void says(const struct spin_result *r, const char *part)
{
    assert_int_equal(r->answer, SPIN_INCONCLUSIVE);
    assert_non_null(strstr(r->why, part));
    assert_non_null(strstr(r->why, "not exhaustive"));
    assert_true(r->states > 0);
}

static void what_holds_is_never_said_to(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 2);
    struct spin_check *bits = how(w, &e, SPIN_BITSTATE, 0), *swarm = how(w, &e, SPIN_SWARM, 2);
    for (int k = 0; k < SAFETY_KINDS; k++) {
        says(&bits->safety[k], "bitstate search: covered ");
        says(&swarm->safety[k], "swarm of 6 bitstate searches: covered at least ");
    }
    assert_int_equal(spin_check(w->a, e.s, &e.spin, &plenty)->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

static void is_late_deadlock(struct world *w, const struct engines *e, const struct spin_result *r, uint32_t steps)
{
    assert_int_equal(r->answer, SPIN_VIOLATED);
    assert_true(r->trail.n >= 4 * steps);
    struct replay again = replay(w->a, e->s, r->trail.steps, r->trail.n);
    assert_true(again.ok && again.broken[SAFETY_DEADLOCK]);
}

static void a_deep_deadlock_is_found_with_bits(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = late_deadlock(w, 12, 2);
    struct spin_check *c = how(w, &e, SPIN_BITSTATE, 0);
    is_late_deadlock(w, &e, &c->safety[SAFETY_DEADLOCK], 12);
    says(&c->safety[SAFETY_FIDELITY], "bitstate search: covered ");
}

static void a_deep_deadlock_is_found_by_a_swarm(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = late_deadlock(w, 12, 2);
    const char *tmp = own_tmp(w);
    struct spin_check *c = how(w, &e, SPIN_SWARM, 3);
    is_late_deadlock(w, &e, &c->safety[SAFETY_DEADLOCK], 12);
    says(&c->safety[SAFETY_FIDELITY], "swarm of 9 bitstate searches: covered at least ");
    assert_int_equal(entries(tmp), 0);
}

static void formulas_are_searched_so_too(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B!y 0");
    kit_role(w->k, "B", "0 A?x 1, 1 A?y 0");
    struct model *m = kit_model(w->k, 1, 1);
    struct ltl *received = ltl_op(w->k, LTL_EVENTUALLY, ltl_event(w->k, LTL_RECEIVED, "B", "y"), NULL);
    kit_ltl(w->k, m, received);
    kit_ltl(w->k, m, ltl_op(w->k, LTL_NOT, received, NULL));
    struct engines e = engines_new(w->a, m);
    for (enum spin_search search = SPIN_BITSTATE; search <= SPIN_SWARM; search++) {
        struct spin_check *c = how(w, &e, search, 2);
        says(&c->ltl[0], "not exhaustive");
        assert_int_equal(c->ltl[1].answer, SPIN_VIOLATED);
    }
}

/* A system that does not fit: the last resort is labelled as well. */
static void what_is_too_large_is_covered_in_part(void **ctx)
{
    struct world *w = *ctx;
    for (uint32_t i = 0; i < 6; i++) {
        kit_role(w->k, arena_printf(w->a, "C%u", i),
                 arena_printf(w->a, "0 D%u!x 1, 1 D%u?x 2, 2 D%u!y 3, 3 D%u?y 0", i, i, i, i));
        kit_role(w->k, arena_printf(w->a, "D%u", i),
                 arena_printf(w->a, "0 C%u?x 1, 1 C%u!x 2, 2 C%u?y 3, 3 C%u!y 0", i, i, i, i));
    }
    w->k->verify.loss = 1;
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 2));
    struct spin_check *c = spin_check(w->a, e.s, &e.spin, &(struct budget){300, 16 << 20});
    says(&c->safety[SAFETY_FIDELITY], "bitstate search: covered ");
}

/* A verifier that says of a search by bits that it was exhaustive is not believed. */
static void a_bitstate_search_that_claims_all_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 1);
    false_verifier(w, "printf 'Full statespace search for:\n\tnever claim\t- (none)\n\tassertion violations\t+\n"
                      "\tinvalid end states\t+\n\nState-vector 1 byte, depth reached 1, errors: 0\n"
                      "  5 states, stored\npan: elapsed time 0 seconds\n'");
    assert_int_equal(how(w, &e, SPIN_BITSTATE, 0)->safety[SAFETY_DEADLOCK].answer, SPIN_ERROR);
    assert_int_equal(how(w, &e, SPIN_SWARM, 2)->safety[SAFETY_DEADLOCK].answer, SPIN_ERROR);
}

/* ---- several cores ---- */

/* The first search gets nowhere, so that the one on several cores must do. Compilations are noted in the file "log". */
static void slow_at_first(struct world *w, const char *instead)
{
    tool(w, "nowhere", "exec sleep 1000");
    tool(w, "tcc", "exit 1");
    tool(w, "noting-cc", arena_printf(w->a, "case \" $* \" in *' -E '*) exec gcc \"$@\";; "
                                            "*' -O0 '*) cp %s/nowhere pan; exit;; esac\n"
                                            "echo \"$*\" >>%s/log\n%s\nexec gcc \"$@\"", w->dir, w->dir, instead));
    prefer_own_tools(w);
    setenv("CC", "noting-cc", 1);
}

static bool noted(struct world *w, const char *what)
{
    return system(arena_printf(w->a, "grep -q -- '%s' %s/log", what, w->dir)) == 0;
}

static void several_cores_see_the_same_states(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 0"); /* nothing to reduce: what reduction leaves differs a little */
    kit_role(w->k, "B", "0 A?x 1, 1 A!y 0");
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    uint64_t states = spin_check(w->a, e.s, &e.spin, &plenty)->safety[SAFETY_DEADLOCK].states;
    slow_at_first(w, "");
    struct spin_check *c = how(w, &e, SPIN_EXHAUSTIVE, 2);
    assert_true(noted(w, "-DNCORE=2"));
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].states, states);
}

static void several_cores_find_what_one_finds(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = late_deadlock(w, 3, 1);
    slow_at_first(w, "");
    struct spin_check *c = how(w, &e, SPIN_EXHAUSTIVE, 2);
    assert_true(noted(w, "-DNCORE=2"));
    is_late_deadlock(w, &e, &c->safety[SAFETY_DEADLOCK], 3);
    assert_int_equal(c->safety[SAFETY_FIDELITY].answer, SPIN_HOLDS);
}

static void crashes_can_be_searched_on_several_cores(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 0");
    kit_role(w->k, "B", "0 A?x 1, 1 A!y 0");
    kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 3);
    kit_child(w->k, 0, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, 0, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, IR_NONE);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    slow_at_first(w, "");
    struct spin_check *c = how(w, &e, SPIN_EXHAUSTIVE, 2);
    assert_true(noted(w, "-DNCORE=2"));
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

static void without_shared_memory_one_core_does(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 2);
    tool(w, "no-memory", "echo 'shmget shared queues: No space left on device'; exit 1");
    slow_at_first(w, arena_printf(w->a, "case \"$*\" in *NCORE*) cp %s/no-memory pan; exit;; esac", w->dir));
    struct spin_check *c = how(w, &e, SPIN_EXHAUSTIVE, 2);
    assert_true(noted(w, "-DNCORE=2"));
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

static void shared_memory_of_a_dead_verifier_goes(void **ctx)
{
    (void)ctx;
    int fds[2], id = -1;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        id = shmget(IPC_PRIVATE, 4096, 0600 | IPC_CREAT);
        _exit(write(fds[1], &id, sizeof id) == sizeof id ? 0 : 1);
    }
    assert_int_equal(read(fds[0], &id, sizeof id), sizeof id);
    waitpid(pid, NULL, 0);
    struct shmid_ds ds;
    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    spin_remove_shared_memory((int)pid);
    assert_int_equal(shmctl(id, IPC_STAT, &ds), -1);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_quick_compiler_that_fails_is_passed_over),
        T(a_quick_compiler_that_only_preprocesses_is_passed_over),
        T(all_compilers_count_the_same),
        T(long_runs_are_followed_to_their_end),
        T(what_holds_is_never_said_to),
        T(a_deep_deadlock_is_found_with_bits),
        T(a_deep_deadlock_is_found_by_a_swarm),
        T(formulas_are_searched_so_too),
        T(what_is_too_large_is_covered_in_part),
        T(a_bitstate_search_that_claims_all_is_an_error),
        T(several_cores_see_the_same_states),
        T(several_cores_find_what_one_finds),
        T(crashes_can_be_searched_on_several_cores),
        T(without_shared_memory_one_core_does),
        T(shared_memory_of_a_dead_verifier_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
