/* process_test.c -- programs that end well, badly, late or not at all. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"

static struct process_result sh(const char *script, struct process_limits limits)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    return process_run(argv, NULL, &limits);
}

static const struct process_limits plenty = {30, 0, 0};

static void a_missing_program_is_not_found(void **state)
{
    (void)state;
    const char *argv[] = {"no-such-program-anywhere", NULL};
    struct process_result r = process_run(argv, NULL, &plenty);
    assert_int_equal(r.end, PROCESS_NOT_FOUND);
    buf_free(&r.output);
}

static void a_missing_folder_is_no_success(void **state)
{
    (void)state;
    const char *argv[] = {"true", NULL};
    struct process_result r = process_run(argv, "/no/such/folder", &plenty);
    assert_int_not_equal(r.end, PROCESS_EXITED);
    buf_free(&r.output);
}

static void the_exit_status_comes_back(void **state)
{
    (void)state;
    struct process_result r = sh("exit 7", plenty);
    assert_int_equal(r.end, PROCESS_EXITED);
    assert_int_equal(r.status, 7);
    buf_free(&r.output);
}

static void a_signal_is_not_an_exit(void **state)
{
    (void)state;
    struct process_result r = sh("kill -SEGV $$", plenty);
    assert_int_equal(r.end, PROCESS_SIGNALED);
    assert_int_equal(r.status, SIGSEGV);
    buf_free(&r.output);
}

static void both_outputs_come_back_in_order(void **state)
{
    (void)state;
    struct process_result r = sh("echo one; echo two >&2; echo three", plenty);
    assert_string_equal(buf_cstr(&r.output), "one\ntwo\nthree\n");
    assert_false(r.truncated);
    buf_free(&r.output);
}

static void output_past_the_limit_is_dropped_and_said(void **state)
{
    (void)state;
    struct process_result r = sh("yes | head -c 100000", (struct process_limits){30, 0, 1000});
    assert_int_equal(r.end, PROCESS_EXITED);
    assert_int_equal(r.output.n, 1000);
    assert_true(r.truncated);
    buf_free(&r.output);
}

static void it_reads_nothing_from_the_terminal(void **state)
{
    (void)state;
    struct process_result r = sh("cat; echo end", plenty);
    assert_string_equal(buf_cstr(&r.output), "end\n");
    buf_free(&r.output);
}

static void a_program_that_never_ends_is_ended(void **state)
{
    (void)state;
    struct process_result r = sh("while :; do sleep 1; done", (struct process_limits){0.1, 0, 0});
    assert_int_equal(r.end, PROCESS_TIMEOUT);
    buf_free(&r.output);
}

static void it_may_say_a_last_word_when_the_time_is_up(void **state)
{
    (void)state;
    struct process_result r =
        sh("trap 'echo so far; exit 0' INT; while :; do sleep 0.01; done", (struct process_limits){2, 0, 0});
    assert_int_equal(r.end, PROCESS_TIMEOUT);
    assert_non_null(strstr(buf_cstr(&r.output), "so far"));
    buf_free(&r.output);
}

static void one_that_ignores_the_question_is_killed(void **state)
{
    (void)state;
    struct process_result r = sh("trap '' INT TERM; while :; do sleep 0.1; done", (struct process_limits){0.1, 0, 0});
    assert_int_equal(r.end, PROCESS_TIMEOUT);
    buf_free(&r.output);
}

static bool alive(const char *text)
{
    long pid = strtol(text, NULL, 10);
    assert_true(pid > 1);
    for (int i = 0; i < 500; i++) { /* init needs a moment to bury an orphan */
        if (kill((pid_t)pid, 0) != 0)
            return false;
        char path[64], word[256] = "";
        snprintf(path, sizeof path, "/proc/%ld/stat", pid);
        FILE *f = fopen(path, "r");
        if (f != NULL) {
            size_t n = fread(word, 1, sizeof word - 1, f);
            word[n] = '\0';
            fclose(f);
            if (strstr(word, ") Z ") != NULL)
                return false;
        }
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    return true;
}

static void grandchildren_go_with_it(void **state)
{
    (void)state;
    struct process_result r = sh("sleep 1000 & echo $!; exit 0", plenty);
    assert_int_equal(r.end, PROCESS_EXITED);
    assert_false(alive(buf_cstr(&r.output)));
    buf_free(&r.output);
}

static void grandchildren_go_when_the_time_is_up(void **state)
{
    (void)state;
    struct process_result r = sh("sleep 1000 & echo $!; wait", (struct process_limits){0.2, 0, 0});
    assert_int_equal(r.end, PROCESS_TIMEOUT);
    assert_false(alive(buf_cstr(&r.output)));
    buf_free(&r.output);
}

static void memory_is_limited(void **state)
{
    (void)state;
    struct process_limits little = {30, 256 << 20, 0};
    struct process_result r = sh("dd if=/dev/zero of=/dev/null bs=512M count=1", little);
    assert_false(r.end == PROCESS_EXITED && r.status == 0);
    buf_free(&r.output);
}

static int caught;
static void note(int sig)
{
    caught = sig;
}

static void a_signal_ends_the_program_and_then_counts(void **state)
{
    (void)state;
    caught = 0;
    signal(SIGTERM, note);
    process_guard_begin();
    struct process_result r = sh("kill -TERM $PPID; while :; do sleep 1; done", plenty);
    assert_int_equal(r.end, PROCESS_INTERRUPTED);
    assert_true(process_guard_interrupted());
    assert_int_equal(caught, 0);
    process_guard_end();
    assert_int_equal(caught, SIGTERM);
    signal(SIGTERM, SIG_DFL);
    buf_free(&r.output);
}

static void an_ignored_signal_stays_ignored(void **state)
{
    (void)state;
    signal(SIGHUP, SIG_IGN);
    process_guard_begin();
    struct process_result r = sh("kill -HUP $PPID; echo done", plenty);
    process_guard_end();
    assert_int_equal(r.end, PROCESS_EXITED);
    signal(SIGHUP, SIG_DFL);
    buf_free(&r.output);
}

/* ---- input ---- */

enum { MUCH = 3 << 20 }; /* more than any pipe or socket holds */

static struct process_result sh_with(const char *script, const char *input, size_t n)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    return process_run_with(argv, NULL, &plenty, input, n);
}

static void what_goes_in_is_read_whole_while_the_answer_comes_out(void **state)
{
    (void)state;
    char *much = test_malloc(MUCH);
    for (size_t i = 0; i < MUCH; i++)
        much[i] = (char)('a' + i % 26);
    struct process_result r = sh_with("cat", much, MUCH);
    assert_int_equal(r.end, PROCESS_EXITED);
    assert_int_equal(r.output.n, MUCH);
    assert_memory_equal(r.output.p, much, MUCH);
    test_free(much);
    buf_free(&r.output);
}

static void the_input_ends(void **state)
{
    (void)state;
    struct process_result r = sh_with("wc -c; echo $?", "", 0);
    assert_int_equal(r.end, PROCESS_EXITED);
    assert_string_equal(r.output.p, "0\n0\n");
    buf_free(&r.output);
}

static void a_program_need_not_read_its_input(void **state)
{
    (void)state;
    char *much = test_calloc(MUCH, 1);
    struct process_result r = sh_with("exit 3", much, MUCH);
    assert_int_equal(r.end, PROCESS_EXITED);
    assert_int_equal(r.status, 3);
    test_free(much);
    buf_free(&r.output);
}

/* ---- several at once ---- */

static void run_two(const char *first, const char *second, struct process_result *r, process_enough *enough, void *ctx)
{
    const char *one[] = {"sh", "-c", first, NULL}, *two[] = {"sh", "-c", second, NULL};
    const struct process_job jobs[] = {{one, NULL, plenty, NULL, 0, &r[0]}, {two, NULL, plenty, NULL, 0, &r[1]}};
    process_run_all(jobs, 2, enough, ctx);
}

static void two_run_at_the_same_time(void **state)
{
    (void)state;
    char dir[] = "/tmp/motet-process-test-XXXXXX", first[200], second[200];
    struct process_result r[2];
    assert_non_null(mkdtemp(dir));
    assert_int_equal(mkfifo(strcat(strcpy(first, dir), "/there"), 0600), 0);
    assert_int_equal(mkfifo(strcat(strcpy(first, dir), "/back"), 0600), 0);
    snprintf(first, sizeof first, "echo ping >%s/there; cat %s/back", dir, dir);
    snprintf(second, sizeof second, "cat %s/there; echo pong >%s/back; exit 4", dir, dir);
    run_two(first, second, r, NULL, NULL); /* each waits for the other */
    assert_string_equal(buf_cstr(&r[0].output), "pong\n");
    assert_string_equal(buf_cstr(&r[1].output), "ping\n");
    assert_int_equal(r[0].status, 0);
    assert_int_equal(r[1].status, 4);
    buf_free(&r[0].output);
    buf_free(&r[1].output);
    snprintf(first, sizeof first, "rm -r %s", dir);
    assert_int_equal(system(first), 0);
}

static bool says_enough(void *ctx, const struct process_result *r)
{
    (void)ctx;
    return strcmp(buf_cstr(&r->output), "enough\n") == 0;
}

static void the_others_are_stopped_when_it_is_enough(void **state)
{
    (void)state;
    struct process_result r[2];
    run_two("trap 'echo last words; exit' INT; while :; do sleep 0.01; done", "echo enough", r, says_enough, NULL);
    assert_int_equal(r[0].end, PROCESS_TIMEOUT);
    assert_string_equal(buf_cstr(&r[0].output), "last words\n");
    assert_int_equal(r[1].end, PROCESS_EXITED);
    buf_free(&r[0].output);
    buf_free(&r[1].output);
}

static void one_that_does_not_start_takes_none_with_it(void **state)
{
    (void)state;
    struct process_result r[2];
    const char *one[] = {"no-such-program-anywhere", NULL}, *two[] = {"sh", "-c", "echo here", NULL};
    const struct process_job jobs[] = {{one, NULL, plenty, NULL, 0, &r[0]}, {two, NULL, plenty, NULL, 0, &r[1]}};
    process_run_all(jobs, 2, says_enough, NULL);
    assert_int_equal(r[0].end, PROCESS_NOT_FOUND);
    assert_int_equal(r[1].end, PROCESS_EXITED);
    assert_string_equal(buf_cstr(&r[1].output), "here\n");
    buf_free(&r[0].output);
    buf_free(&r[1].output);
}

static void a_program_is_found_where_path_says(void **state)
{
    (void)state;
    char path[100];
    assert_true(process_find("sh", path, sizeof path) && path[0] == '/');
    assert_true(process_find("/bin/sh", path, sizeof path));
    assert_string_equal(path, "/bin/sh");
    assert_false(process_find("sh", path, 3));
    assert_false(process_find("no-such-program-anywhere", path, sizeof path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_program_is_not_found),
        cmocka_unit_test(a_missing_folder_is_no_success),
        cmocka_unit_test(the_exit_status_comes_back),
        cmocka_unit_test(a_signal_is_not_an_exit),
        cmocka_unit_test(both_outputs_come_back_in_order),
        cmocka_unit_test(output_past_the_limit_is_dropped_and_said),
        cmocka_unit_test(it_reads_nothing_from_the_terminal),
        cmocka_unit_test(a_program_that_never_ends_is_ended),
        cmocka_unit_test(it_may_say_a_last_word_when_the_time_is_up),
        cmocka_unit_test(one_that_ignores_the_question_is_killed),
        cmocka_unit_test(grandchildren_go_with_it),
        cmocka_unit_test(grandchildren_go_when_the_time_is_up),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(a_signal_ends_the_program_and_then_counts),
        cmocka_unit_test(an_ignored_signal_stays_ignored),
        cmocka_unit_test(what_goes_in_is_read_whole_while_the_answer_comes_out),
        cmocka_unit_test(the_input_ends),
        cmocka_unit_test(a_program_need_not_read_its_input),
        cmocka_unit_test(two_run_at_the_same_time),
        cmocka_unit_test(the_others_are_stopped_when_it_is_enough),
        cmocka_unit_test(one_that_does_not_start_takes_none_with_it),
        cmocka_unit_test(a_program_is_found_where_path_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
