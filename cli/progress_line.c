/* progress_line.c -- see progress_line.h. Nothing is shown in the first half second, and then four times a second. */
#include "progress_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "watch.h"

#define FIRST_AFTER 0.5
#define EVERY 0.25

struct line {
    double next; /* when to show it again */
    bool shown;
};

static struct line line;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static const char *grouped(uint64_t n, char *text, size_t size)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t at = 0;
    for (int i = 0; i < len && at + 2 < size; i++) {
        if (i && (len - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

static void show(void *ctx, const struct watch_news *news)
{
    char states[32], rate[32];
    struct line *l = ctx;
    double t = now();
    if (t < l->next)
        return;
    l->next = t + EVERY;
    l->shown = true;
    fprintf(stderr, "\r\x1b[K%s%s%s: ", news->subject ? news->subject : "", news->subject ? ": " : "", news->engine);
    if (news->doing)
        fprintf(stderr, "%s", news->doing);
    else
        fprintf(stderr, "%s states, %s a second, %llu MB, depth %u", grouped(news->states, states, sizeof states),
                grouped((uint64_t)((double)news->states / (news->seconds > 0.001 ? news->seconds : 0.001)), rate,
                        sizeof rate),
                (unsigned long long)(news->bytes >> 20), news->depth);
    fflush(stderr);
}

static bool somebody_looks_on(void)
{
    const char *term = getenv("TERM"), *ci = getenv("CI");
    return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0 && !(ci && *ci);
}

void progress_line_start(void)
{
    if (!somebody_looks_on())
        return;
    line = (struct line){ now() + FIRST_AFTER, false };
    watch_set(show, &line);
}

void progress_line_erase(void)
{
    if (!line.shown)
        return;
    fputs("\r\x1b[K", stderr);
    fflush(stderr);
    line.shown = false;
}
