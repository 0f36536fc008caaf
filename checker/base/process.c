#include "process.h"

#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 1000 }; /* between being asked to stop and being killed */

/* ---- signals ---- */

static const int guarded[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_GUARDED = sizeof guarded / sizeof guarded[0] };
static struct sigaction guard_saved[N_GUARDED];
static volatile sig_atomic_t guard_signal; /* the first that came, or 0 */

static void on_signal(int sig)
{
    if (guard_signal == 0)
        guard_signal = sig;
}

void process_guard_begin(void)
{
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_handler = on_signal; /* without SA_RESTART: poll returns at once */
    sigemptyset(&act.sa_mask);
    guard_signal = 0;
    for (int i = 0; i < N_GUARDED; i++) {
        sigaction(guarded[i], NULL, &guard_saved[i]);
        if (guard_saved[i].sa_handler != SIG_IGN) /* nohup stays nohup */
            sigaction(guarded[i], &act, NULL);
    }
}

bool process_guard_interrupted(void)
{
    return guard_signal != 0;
}

void process_guard_end(void)
{
    for (int i = 0; i < N_GUARDED; i++)
        sigaction(guarded[i], &guard_saved[i], NULL);
    int sig = guard_signal;
    guard_signal = 0;
    if (sig != 0)
        raise(sig);
}

/* ---- time ---- */

double process_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

uint32_t process_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (uint32_t)n;
}

/* ---- finding programs ---- */

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool process_find(const char *program, char *path, size_t size)
{
    const char *dirs = getenv("PATH");
    if (strchr(program, '/') != NULL) {
        int len = snprintf(path, size, "%s", program);
        return len < (int)size && is_program(program);
    }
    for (const char *p = dirs ? dirs : "/usr/bin:/bin"; *p != '\0';) {
        size_t n = strcspn(p, ":");
        int len = snprintf(path, size, "%.*s/%s", n ? (int)n : 1, n ? p : ".", program);
        if (n < size && len < (int)size && is_program(path))
            return true;
        p += n + (p[n] == ':');
    }
    return false;
}

bool process_exists(const char *program)
{
    char path[4096];
    return process_find(program, path, sizeof path);
}

/* ---- the child's side ---- */

struct ends { /* the descriptors that one side holds */
    int input; /* -1: there is no input */
    int output, report;
};

/* Becomes the program, or writes errno to `report` and ends. Only calls that are safe after fork. */
_Noreturn static void become(const char *const *argv, const char *dir, uint64_t memory, const struct ends *ends)
{
    setpgid(0, 0);
    for (int i = 0; i < N_GUARDED; i++)
        signal(guarded[i], SIG_DFL);
    int in = ends->input >= 0 ? ends->input : open("/dev/null", O_RDONLY), output = ends->output;
    bool ok = in >= 0 && dup2(in, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0;
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (ok && memory != 0) {
        struct rlimit most = {(rlim_t)memory, (rlim_t)memory};
        ok = setrlimit(RLIMIT_AS, &most) == 0;
    }
    if (ok && (dir == NULL || chdir(dir) == 0))
        execvp(argv[0], (char *const *)(uintptr_t)argv);
    int why = errno;
    ssize_t n = write(ends->report, &why, sizeof why);
    (void)n;
    _exit(127);
}

/* ---- the parent's side ---- */

struct run {
    pid_t pid;
    int output; /* read end; -1 once closed */
    int input;  /* -1: there is none, or all is written */
    const char *feed;
    size_t feed_left;
    double deadline; /* 0: none. Once it was asked to stop: when it is killed */
    bool asked, reaped, over;
    int wait_status;
    size_t keep; /* bytes of output still kept */
    double start;
    struct process_result *r;
};

static void take_output(struct run *run, const char *p, size_t n)
{
    size_t kept = n < run->keep ? n : run->keep;
    buf_putn(&run->r->output, p, kept);
    run->keep -= kept;
    if (kept < n)
        run->r->truncated = true;
}

/* Reads what is there, without waiting. */
static void drain(struct run *run)
{
    char chunk[16384];
    while (run->output >= 0) {
        ssize_t n = read(run->output, chunk, sizeof chunk);
        if (n > 0) {
            take_output(run, chunk, (size_t)n);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(run->output);
            run->output = -1;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

/* Writes what the program takes, without waiting. A socket, no pipe: a program that ends early is no signal. */
static void feed(struct run *run)
{
    while (run->input >= 0) {
        ssize_t n = run->feed_left ? send(run->input, run->feed, run->feed_left, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) { /* all is written, or nobody reads it */
            close(run->input);
            run->input = -1;
            return;
        }
        run->feed += n;
        run->feed_left -= (size_t)n;
    }
}

static void reap(struct run *run)
{
    if (!run->reaped && waitpid(run->pid, &run->wait_status, WNOHANG) == run->pid)
        run->reaped = true;
}

static void kill_group(struct run *run)
{
    kill(-run->pid, SIGKILL);
    if (!run->reaped) {
        kill(run->pid, SIGKILL);
        while (waitpid(run->pid, &run->wait_status, 0) < 0 && errno == EINTR)
            ;
        run->reaped = true;
    }
    drain(run);
    if (run->output >= 0)
        close(run->output);
    if (run->input >= 0)
        close(run->input);
    run->output = run->input = -1;
}

static void finish(struct run *run)
{
    bool ended = run->reaped;
    kill_group(run);
    run->over = true;
    run->r->seconds = process_clock() - run->start;
    if (process_guard_interrupted()) {
        run->r->end = PROCESS_INTERRUPTED;
    } else if (run->asked || !ended) {
        run->r->end = PROCESS_TIMEOUT;
    } else if (WIFEXITED(run->wait_status)) {
        run->r->end = PROCESS_EXITED;
        run->r->status = WEXITSTATUS(run->wait_status);
    } else {
        run->r->end = PROCESS_SIGNALED;
        run->r->status = WTERMSIG(run->wait_status);
    }
}

/* A verifier that is asked to stop still says how far it came. */
static void ask_to_stop(struct run *run)
{
    run->asked = true;
    run->deadline = process_clock() + GRACE_MS / 1000.0;
    kill(-run->pid, SIGINT);
}

/* What can be done for the program without waiting. */
static void attend(struct run *run)
{
    feed(run);
    drain(run);
    reap(run);
    bool late = run->deadline != 0 && process_clock() >= run->deadline;
    if (run->reaped || process_guard_interrupted() || (late && run->asked))
        finish(run);
    else if (late)
        ask_to_stop(run);
}

/* Waits until some program has something to say, or some time. */
static void wait_for_some(const struct run *runs, uint32_t n, struct pollfd *polls)
{
    double now = process_clock(), left = 0.05;
    nfds_t k = 0;
    bool silent = false;
    for (uint32_t i = 0; i < n; i++) {
        const struct run *r = &runs[i];
        if (r->over)
            continue;
        if (r->deadline != 0 && r->deadline - now < left)
            left = r->deadline - now;
        silent = silent || r->output < 0; /* it closed its output and lives on */
        polls[k++] = (struct pollfd){r->output, POLLIN, 0}; /* one below 0 is passed over */
        polls[k++] = (struct pollfd){r->input, POLLOUT, 0};
    }
    if (k != 0)
        poll(polls, k, left <= 0 ? 0 : silent ? 1 : (int)(left * 1000) + 1);
    watch_again();
}

/* Until all are over; when `enough` says so of one, the others are asked to stop. */
static void attend_all(struct run *runs, uint32_t n, struct pollfd *polls, process_enough *enough, void *ctx)
{
    for (bool some = true; some;) {
        some = false;
        for (uint32_t i = 0; i < n; i++) {
            if (runs[i].over)
                continue;
            attend(&runs[i]);
            some = some || !runs[i].over;
            for (uint32_t k = 0; runs[i].over && enough && enough(ctx, runs[i].r) && k < n; k++)
                if (!runs[k].over && !runs[k].asked)
                    ask_to_stop(&runs[k]);
        }
        wait_for_some(runs, n, polls);
    }
}

/* The errno of a failed start, or 0: the report pipe closes without a word when the program runs. */
static int start_error(int report)
{
    int why = 0;
    ssize_t n;
    do
        n = read(report, &why, sizeof why);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof why ? why : 0;
}

struct pipes { /* [0] is this side's, [1] the program's */
    int input[2], output[2], report[2];
};

static bool open_pipes(struct pipes *p, bool input)
{
    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    if (pipe(p->output) != 0 || pipe(p->report) != 0)
        return false;
    if (input && socketpair(AF_UNIX, SOCK_STREAM, 0, p->input) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(p->output[i], F_SETFD, FD_CLOEXEC);
        fcntl(p->report[i], F_SETFD, FD_CLOEXEC);
        if (input)
            fcntl(p->input[i], F_SETFD, FD_CLOEXEC);
    }
    return fcntl(p->output[0], F_SETFL, O_NONBLOCK) == 0;
}

static void close_some(const int *fds, int n)
{
    for (int i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static void close_all(const struct pipes *p)
{
    close_some(p->input, 2);
    close_some(p->output, 2);
    close_some(p->report, 2);
}

/* What cannot be started is over at once, and the result says why. */
static void launch(struct run *run, const struct process_job *j)
{
    struct pipes p;
    *run = (struct run){.start = process_clock(), .input = -1, .output = -1, .r = j->result, .over = true};
    *j->result = (struct process_result){.end = PROCESS_FAILED};
    pid_t pid = open_pipes(&p, j->input != NULL) ? fork() : -1;
    if (pid == 0)
        become(j->argv, j->dir, j->limits.memory, &(struct ends){p.input[1], p.output[1], p.report[1]});
    if (pid < 0) {
        j->result->status = errno;
        close_all(&p);
        return;
    }
    setpgid(pid, pid); /* both sides do it: neither may be late */
    close_some((int[]){p.input[1], p.output[1], p.report[1]}, 3);
    run->pid = pid;
    j->result->pid = (int)pid;
    run->output = p.output[0];
    run->input = p.input[0];
    run->feed = j->input;
    run->feed_left = j->n_input;
    run->keep = j->limits.output ? j->limits.output : SIZE_MAX;
    run->deadline = j->limits.seconds > 0 ? run->start + j->limits.seconds : 0;
    int why = start_error(p.report[0]);
    close(p.report[0]);
    if (why == 0) {
        run->over = false;
        return;
    }
    kill_group(run);
    j->result->end = why == ENOENT || why == EACCES || why == ENOTDIR ? PROCESS_NOT_FOUND : PROCESS_FAILED;
    j->result->status = why;
}

void process_run_all(const struct process_job *jobs, uint32_t n, process_enough *enough, void *ctx)
{
    struct run runs[PROCESS_MOST];
    struct pollfd polls[2 * PROCESS_MOST];
    for (uint32_t i = 0; i < n; i++)
        launch(&runs[i], &jobs[i]);
    attend_all(runs, n, polls, enough, ctx);
}

struct process_result process_run_with(const char *const *argv, const char *dir, const struct process_limits *limits,
                                       const char *input, size_t n)
{
    struct process_result r;
    struct process_job job = {argv, dir, *limits, input, n, &r};
    process_run_all(&job, 1, NULL, NULL);
    return r;
}

struct process_result process_run(const char *const *argv, const char *dir, const struct process_limits *limits)
{
    return process_run_with(argv, dir, limits, NULL, 0);
}
