/* solver_test.c -- what counts as an answer of the solver: with the real one, and with programs that pretend to be it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "solver.h"

struct world {
    struct arena *a;
    struct solver s;
    char folder[64];
    char *path; /* PATH as it was */
};

static int setup(void **state)
{
    struct world *w = test_calloc(1, sizeof *w);
    w->a = arena_new(0);
    solver_init(&w->s, w->a);
    w->path = getenv("PATH") ? strdup(getenv("PATH")) : strdup("/usr/bin:/bin");
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char file[96];
    setenv("PATH", w->path, 1);
    if (*w->folder) {
        snprintf(file, sizeof file, "%s/z3", w->folder);
        unlink(file);
        rmdir(w->folder);
    }
    solver_free(&w->s);
    arena_free(w->a);
    free(w->path);
    test_free(w);
    return 0;
}

/* From now on z3 is a shell script that says this. */
static void pretend(struct world *w, const char *script)
{
    char file[96];
    strcpy(w->folder, "/tmp/solver-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(file, sizeof file, "%s/z3", w->folder);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", script);
    fclose(f);
    chmod(file, 0755);
    setenv("PATH", arena_printf(w->a, "%s:%s", w->folder, w->path), 1);
}

static struct solver_result run(struct world *w) { return solver_run(&w->s, 30, 0); }

/* ---- the real one ---- */

static void nothing_asked_runs_nothing(void **state)
{
    struct world *w = *state;
    setenv("PATH", "/nowhere", 1);
    assert_int_equal(run(w).end, SOLVER_DONE);
}

static void answers_come_in_order(void **state)
{
    struct world *w = *state;
    buf_puts(&w->s.text, "(declare-const x Int)\n(declare-const b Bool)\n");
    uint32_t yes = solver_ask(&w->s, "(and b (< 3 x 5))", false, "x b");
    uint32_t no = solver_ask(&w->s, "(< 3 x 4)", false, NULL);
    uint32_t negative = solver_ask(&w->s, "(= (+ x 7) 0)", false, "b x");
    uint32_t all = solver_ask(&w->s, "(forall ((y Int)) (=> (<= 0 y 9) (<= y x)))", true, NULL);
    uint32_t never = solver_ask(&w->s, "(forall ((y Int)) (<= y x))", true, NULL);
    assert_int_equal(run(w).end, SOLVER_DONE);
    assert_int_equal(w->s.questions.at[yes].answer, ANSWER_SAT);
    assert_string_equal(solver_value(w->a, w->s.questions.at[yes].values, "x"), "4");
    assert_string_equal(solver_value(w->a, w->s.questions.at[yes].values, "b"), "true");
    assert_null(solver_value(w->a, w->s.questions.at[yes].values, "y"));
    assert_int_equal(w->s.questions.at[no].answer, ANSWER_UNSAT);
    assert_string_equal(solver_value(w->a, w->s.questions.at[negative].values, "x"), "-7");
    assert_int_equal(w->s.questions.at[all].answer, ANSWER_SAT);
    assert_int_equal(w->s.questions.at[never].answer, ANSWER_UNSAT);
}

static void division_rounds_toward_zero(void **state)
{
    struct world *w = *state;
    uint32_t holds = solver_ask(&w->s, "(and (= (quotient (- 7) 2) (- 3)) (= (remainder (- 7) 2) (- 1)) "
                                       "(= (quotient 7 2) 3) (= (remainder 7 2) 1))", false, NULL);
    assert_int_equal(run(w).end, SOLVER_DONE);
    assert_int_equal(w->s.questions.at[holds].answer, ANSWER_SAT);
}

static void values_of_what_cannot_be_are_no_error(void **state)
{
    struct world *w = *state;
    buf_puts(&w->s.text, "(declare-const x Int)\n");
    solver_ask(&w->s, "(< x x)", false, "x");
    uint32_t after = solver_ask(&w->s, "(= x 1)", false, "x");
    assert_int_equal(run(w).end, SOLVER_DONE);
    assert_int_equal(w->s.questions.at[0].answer, ANSWER_UNSAT);
    assert_null(w->s.questions.at[0].values);
    assert_string_equal(solver_value(w->a, w->s.questions.at[after].values, "x"), "1");
}

static void a_wrong_term_is_an_error(void **state)
{
    struct world *w = *state;
    solver_ask(&w->s, "(< nobody 3)", false, NULL);
    struct solver_result r = run(w);
    assert_int_equal(r.end, SOLVER_FAILED);
    assert_non_null(strstr(r.why, "nobody"));
}

/* ---- others ---- */

static void without_it_is_said(void **state)
{
    struct world *w = *state;
    solver_ask(&w->s, "true", false, NULL);
    setenv("PATH", "/nowhere", 1);
    assert_int_equal(run(w).end, SOLVER_MISSING);
}

#define ANSWERS(name, script, ending)                                                                                  \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        struct world *w = *state;                                                                                      \
        solver_ask(&w->s, "true", false, NULL);                                                                        \
        solver_ask(&w->s, "true", false, NULL);                                                                        \
        pretend(w, script);                                                                                            \
        assert_int_equal(run(w).end, ending);                                                                          \
    }

ANSWERS(both_answers_are_answers, "cat >/dev/null; echo @0; echo unknown; echo @1; echo unsat", SOLVER_DONE)
ANSWERS(an_answer_too_few, "cat >/dev/null; echo @0; echo unsat", SOLVER_FAILED)
ANSWERS(no_answer_at_all, "exit 0", SOLVER_FAILED)
ANSWERS(another_word, "cat >/dev/null; echo @0; echo unsatisfiable; echo @1; echo unsat", SOLVER_FAILED)
ANSWERS(an_answer_without_its_question, "cat >/dev/null; echo unsat; echo unsat", SOLVER_FAILED)
ANSWERS(answers_in_the_wrong_order, "cat >/dev/null; echo @1; echo unsat; echo @0; echo unsat", SOLVER_FAILED)
ANSWERS(an_error_before_the_answer, "cat >/dev/null; echo '(error \"no\")'; echo @0; echo sat; echo @1; echo sat", SOLVER_FAILED)
ANSWERS(a_crash, "kill -SEGV $$", SOLVER_FAILED)

static void when_the_time_is_up_the_rest_is_unknown(void **state)
{
    struct world *w = *state;
    solver_ask(&w->s, "true", false, NULL);
    solver_ask(&w->s, "true", false, NULL);
    pretend(w, "echo @0; echo unsat; echo @1; exec sleep 60");
    assert_int_equal(solver_run(&w->s, 0.3, 0).end, SOLVER_DONE);
    assert_int_equal(w->s.questions.at[0].answer, ANSWER_UNSAT);
    assert_int_equal(w->s.questions.at[1].answer, ANSWER_UNKNOWN);
}

static void without_memory_the_rest_is_unknown(void **state)
{
    struct world *w = *state;
    solver_ask(&w->s, "true", false, NULL);
    solver_ask(&w->s, "true", false, NULL);
    pretend(w, "cat >/dev/null; echo @0; echo unsat; echo '(error \"out of memory\")'; exit 101");
    assert_int_equal(run(w).end, SOLVER_DONE);
    assert_int_equal(w->s.questions.at[0].answer, ANSWER_UNSAT);
    assert_int_equal(w->s.questions.at[1].answer, ANSWER_UNKNOWN);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_asked_runs_nothing), T(answers_come_in_order), T(division_rounds_toward_zero),
        T(values_of_what_cannot_be_are_no_error), T(a_wrong_term_is_an_error), T(without_it_is_said),
        T(both_answers_are_answers), T(an_answer_too_few), T(no_answer_at_all), T(another_word),
        T(an_answer_without_its_question), T(answers_in_the_wrong_order), T(an_error_before_the_answer), T(a_crash),
        T(when_the_time_is_up_the_rest_is_unknown), T(without_memory_the_rest_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
