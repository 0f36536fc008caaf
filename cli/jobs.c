/* jobs.c -- see jobs.h. A child writes a frame to its pipe (status, sizes, output, errors); the parent reads all pipes
 * and hands frames on in order. A frame that is cut short is a child that broke down. */
#include "jobs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

struct frame_head {
    int32_t status;
    uint64_t out, err;
};

struct slot { /* of one input */
    pid_t pid;
    int fd; /* -1: not running */
    bool over;
    struct buf frame;
    struct job job;
};

struct pool {
    struct slot *slots;
    uint32_t n, started, running, handed_on;
    int broken;
    job_work *work;
    job_done *done;
    void *ctx;
};

uint32_t jobs_cores(void)
{
    return process_cores();
}

/* ---- the child ---- */

static void write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            _exit(EXIT_FAILURE);
        p += k;
        n -= (size_t)k;
    }
}

static void run_child(struct pool *p, uint32_t i, int fd)
{
    struct job j = { 0 };
    p->work(p->ctx, i, &j);
    struct frame_head h = { j.status, j.out.n, j.err.n };
    if (j.out.failed || j.err.failed)
        _exit(EXIT_FAILURE);
    write_all(fd, (const char *)&h, sizeof h);
    write_all(fd, buf_cstr(&j.out), j.out.n);
    write_all(fd, buf_cstr(&j.err), j.err.n);
    _exit(EXIT_SUCCESS);
}

/* ---- the parent ---- */

static void break_down(struct pool *p, struct slot *s, const char *why)
{
    s->job.status = p->broken;
    buf_printf(&s->job.err, "motet: this check broke down: %s\n", why);
    s->over = true;
}

static void start(struct pool *p, uint32_t i)
{
    int fds[2];
    struct slot *s = &p->slots[i];
    if (pipe(fds) != 0) {
        break_down(p, s, strerror(errno));
        return;
    }
    s->pid = fork();
    if (s->pid == 0) {
        close(fds[0]);
        run_child(p, i, fds[1]);
    }
    close(fds[1]);
    if (s->pid < 0) {
        close(fds[0]);
        break_down(p, s, strerror(errno));
        return;
    }
    s->fd = fds[0];
    p->running++;
}

static void unpack(struct pool *p, struct slot *s)
{
    struct frame_head h = { 0 };
    if (s->frame.n >= sizeof h)
        memcpy(&h, s->frame.p, sizeof h);
    if (s->frame.failed || s->frame.n < sizeof h || s->frame.n - sizeof h != h.out + h.err) {
        break_down(p, s, "its process ended before it was done");
        return;
    }
    s->job.status = h.status;
    buf_putn(&s->job.out, s->frame.p + sizeof h, h.out);
    buf_putn(&s->job.err, s->frame.p + sizeof h + h.out, h.err);
    s->over = true;
}

static void finish(struct pool *p, struct slot *s)
{
    close(s->fd);
    s->fd = -1;
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    unpack(p, s);
    buf_free(&s->frame);
    p->running--;
}

static void read_some(struct pool *p, struct slot *s)
{
    char chunk[1 << 16];
    ssize_t k = read(s->fd, chunk, sizeof chunk);
    if (k > 0)
        buf_putn(&s->frame, chunk, (size_t)k);
    else if (k == 0 || errno != EINTR)
        finish(p, s);
}

static void wait_for_output(struct pool *p, struct pollfd *polls, uint32_t *which)
{
    nfds_t n = 0;
    for (uint32_t i = p->handed_on; i < p->started; i++)
        if (p->slots[i].fd >= 0) {
            polls[n] = (struct pollfd){ p->slots[i].fd, POLLIN, 0 };
            which[n++] = i;
        }
    if (n == 0 || poll(polls, n, -1) < 0)
        return;
    for (nfds_t k = 0; k < n; k++)
        if (polls[k].revents)
            read_some(p, &p->slots[which[k]]);
}

static void hand_on(struct pool *p)
{
    for (; p->handed_on < p->started && p->slots[p->handed_on].over; p->handed_on++) {
        struct slot *s = &p->slots[p->handed_on];
        p->done(p->ctx, p->handed_on, &s->job);
        buf_free(&s->job.out);
        buf_free(&s->job.err);
    }
}

static void run_here(struct pool *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        struct job j = { 0 };
        p->work(p->ctx, i, &j);
        p->done(p->ctx, i, &j);
        buf_free(&j.out);
        buf_free(&j.err);
    }
}

static void run_children(struct pool *p, uint32_t parallel)
{
    struct pollfd *polls = calloc(parallel, sizeof *polls);
    uint32_t *which = calloc(parallel, sizeof *which);
    p->slots = calloc(p->n, sizeof *p->slots);
    if (!polls || !which || !p->slots) {
        run_here(p);
    } else {
        for (uint32_t i = 0; i < p->n; i++)
            p->slots[i].fd = -1;
        while (p->handed_on < p->n) {
            while (p->running < parallel && p->started < p->n)
                start(p, p->started++);
            wait_for_output(p, polls, which);
            hand_on(p);
        }
    }
    free(polls);
    free(which);
    free(p->slots);
}

void jobs_run(uint32_t n, uint32_t parallel, int broken, job_work *work, job_done *done, void *ctx)
{
    struct pool p = { .n = n, .broken = broken, .work = work, .done = done, .ctx = ctx };
    if (n < 2 || parallel < 2)
        run_here(&p);
    else
        run_children(&p, parallel < n ? parallel : n);
}
