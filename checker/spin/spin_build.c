/* spin_build.c -- see spin_private.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "spin_private.h"
#include "watch.h"

enum { OUTPUT = 64 << 20 }; /* bytes kept of what a tool prints */

struct spin_result spin_answer_of(enum spin_answer what, const char *why)
{
    struct spin_result r = {0};
    r.answer = what;
    r.why = why;
    return r;
}

/* ---- the folder ---- */

static const char *make_folder(struct arena *a)
{
    const char *tmp = getenv("TMPDIR");
    char *path = arena_printf(a, "%s/motet-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(path);
}

static void remove_folder(struct arena *a, const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        const char *inner = arena_printf(a, "%s/%s", path, e->d_name);
        if (unlink(inner) != 0)
            remove_folder(a, inner);
    }
    if (d != NULL)
        closedir(d);
    rmdir(path);
}

static bool write_model(struct driver *d)
{
    FILE *f = fopen(arena_printf(d->a, "%s/%s", d->dir, SPIN_MODEL), "w");
    if (f == NULL)
        return false;
    bool ok = fputs(d->m->text, f) >= 0;
    return fclose(f) == 0 && ok;
}

const char *spin_set_up(struct driver *d)
{
    d->dir = make_folder(d->a);
    if (d->dir == NULL)
        return arena_printf(d->a, "no temporary folder: %s", strerror(errno));
    if (!write_model(d))
        return arena_printf(d->a, "the temporary folder cannot be written: %s", strerror(errno));
    return NULL;
}

void spin_tear_down(struct driver *d)
{
    if (d->dir != NULL)
        remove_folder(d->a, d->dir);
}

void spin_discard(struct driver *d, const char *file)
{
    unlink(arena_printf(d->a, "%s/%s", d->dir, file));
}

/* ---- tools ---- */

/* The first C compiler there is; $CC when it is one program. */
static const char *find_compiler(void)
{
    const char *wanted = getenv("CC");
    if (wanted != NULL && *wanted != '\0' && strpbrk(wanted, " \t'\"\\$;&|") == NULL && process_exists(wanted))
        return wanted;
    static const char *const usual[] = {"gcc", "cc", "clang"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (process_exists(usual[i]))
            return usual[i];
    return NULL;
}

bool spin_find_tools(struct driver *d)
{
    d->cc = find_compiler();
    d->quick_cc = process_exists("tcc") ? "tcc" : NULL;
    if (!process_exists("spin")) {
        d->missing = "spin";
        d->package = "spin";
    } else if (d->cc == NULL) {
        d->missing = "a C compiler";
        d->package = "gcc";
    }
    return d->missing == NULL;
}

void command_add(struct command *c, const char *word)
{
    if (word != NULL && c->n < SPIN_MAX_ARGS)
        c->argv[c->n++] = word;
}

static const char *define_of(const struct question *q)
{
    return q->claim ? "-DLTL" : q->define;
}

bool spin_on_cores(const struct driver *d, const struct question *q)
{
    return d->how.search == SPIN_EXHAUSTIVE && d->how.cores > 1 && q->claim == NULL && !q->count;
}

void command_add_property(struct driver *d, struct command *c, const struct question *q)
{
    if (d->quick_cc)
        command_add(c, arena_printf(d->a, "-P%s -E -xc", d->quick_cc));
    else
        command_add(c, arena_printf(d->a, "-P%s -std=gnu99 -E -x c", d->cc));
    command_add(c, define_of(q));
    command_add(c, spin_on_cores(d, q) ? "-Dhidden=" : NULL); /* hidden variables are not for several cores */
}

struct process_limits command_limits(const struct driver *d, const struct command *c, double deadline)
{
    struct process_limits limits = {0, ((uint64_t)d->megabytes * 2 + 1024) << 20, c->output ? c->output : OUTPUT};
    if (deadline != 0) {
        limits.seconds = deadline - process_clock();
        if (limits.seconds < 0.01)
            limits.seconds = 0.01;
    }
    return limits;
}

struct process_result command_run(struct driver *d, const struct command *c, double deadline)
{
    bool searches = strncmp(c->argv[0], "./", 2) == 0, translates = strcmp(c->argv[0], "spin") == 0;
    struct watch_news news = {.subject = semantics_model(d->s)->subject, .engine = "SPIN",
                              .doing = searches ? "searching" : translates ? "translating" : "compiling"};
    watch_tell(&news);
    struct process_limits limits = command_limits(d, c, deadline);
    return process_run(c->argv, d->dir, &limits);
}

struct spin_result spin_judge_tool(struct driver *d, const char *tool, const struct process_result *r)
{
    switch (r->end) {
    case PROCESS_EXITED:
        if (r->status == 0)
            return spin_answer_of(SPIN_HOLDS, NULL);
        break;
    case PROCESS_TIMEOUT: return spin_answer_of(SPIN_INCONCLUSIVE, "the time was up");
    case PROCESS_INTERRUPTED: return spin_answer_of(SPIN_INCONCLUSIVE, "interrupted");
    case PROCESS_NOT_FOUND:
    case PROCESS_FAILED:
        return spin_answer_of(SPIN_ERROR, arena_printf(d->a, "%s cannot be run: %s", tool, strerror(r->status)));
    case PROCESS_SIGNALED: break;
    }
    size_t n = r->output.n < 400 ? r->output.n : 400;
    return spin_answer_of(SPIN_ERROR, arena_printf(d->a, "%s failed: %.*s", tool, (int)n, buf_cstr(&r->output)));
}

void spin_remove_shared_memory(int creator)
{
    FILE *f = fopen("/proc/sysvipc/shm", "r");
    char line[512];
    int id, pid;
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "%*s %d %*s %*s %d", &id, &pid) == 2 && pid == creator)
            shmctl(id, IPC_RMID, NULL);
    if (f != NULL)
        fclose(f);
}

/* ---- from the model to its verifier ---- */

static struct spin_result run_spin(struct driver *d, const struct question *q, double deadline)
{
    struct command c = {0};
    command_add(&c, "spin");
    command_add_property(d, &c, q);
    command_add(&c, q->count ? "-o2" : NULL); /* else what is only written does not tell states apart */
    command_add(&c, "-a");
    command_add(&c, SPIN_MODEL);
    spin_discard(d, "pan.c");
    struct process_result r = command_run(d, &c, deadline);
    struct spin_result result = spin_judge_tool(d, "spin", &r);
    if (result.answer == SPIN_HOLDS && strstr(buf_cstr(&r.output), "Error:") != NULL)
        result = spin_answer_of(SPIN_ERROR, arena_printf(d->a, "spin refuses the model: %.400s", buf_cstr(&r.output)));
    buf_free(&r.output);
    return result;
}

struct spin_result spin_translate(struct driver *d, const struct question *q, double deadline)
{
    const char *define = define_of(q) ? define_of(q) : "";
    if (d->translated != NULL && strcmp(d->translated, define) == 0)
        return spin_answer_of(SPIN_HOLDS, NULL);
    d->translated = NULL;
    d->compiled = false;
    struct spin_result r = run_spin(d, q, deadline);
    if (r.answer == SPIN_ERROR && d->quick_cc != NULL) { /* perhaps it cannot preprocess */
        d->quick_cc = NULL;
        r = run_spin(d, q, deadline);
    }
    if (r.answer == SPIN_HOLDS)
        d->translated = define;
    return r;
}

static bool same_verifier(const struct attempt *a, const struct attempt *b)
{
    return a->optimised == b->optimised && a->compressed == b->compressed && a->partial == b->partial &&
           a->random == b->random && a->cores == b->cores;
}

/* Bytes of a state, at least as many as it has: too few is an error when it runs, too many only waste. */
static uint32_t vector_size(const struct model *m)
{
    uint32_t n = 2048 + 64 * m->n_participants + 8 * m->n_crashes;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        n += (m->phased ? 5 : 1) * m->lanes[l].capacity + 32;
    if (m->system != NULL)
        n += 8 * (m->system->n_instances + m->system->n_supervisors);
    return n;
}

static void add_ways(struct command *c, struct driver *d, const struct attempt *t)
{
    command_add(c, t->compressed ? "-DCOLLAPSE" : NULL);
    command_add(c, t->partial ? "-DBITSTATE" : NULL);
    command_add(c, t->random ? "-DT_RAND" : NULL);
    command_add(c, t->random ? "-DP_RAND" : NULL);
    if (t->cores > 1) {
        command_add(c, arena_printf(d->a, "-DNCORE=%u", t->cores));
        command_add(c, "-DFULL_TRAIL");
        command_add(c, arena_printf(d->a, "-DPMAX=%u", d->m->n_processes + 2));
        command_add(c, arena_printf(d->a, "-DQMAX=%u", semantics_model(d->s)->n_lanes + 2));
    }
}

static struct spin_result run_compiler(struct driver *d, const char *cc, const struct question *q,
                                       const struct attempt *t, double deadline)
{
    struct command c = {0};
    command_add(&c, cc);
    command_add(&c, "-w");
    command_add(&c, t->optimised ? "-O2" : "-O0");
    command_add(&c, arena_printf(d->a, "-DMEMLIM=%u", d->megabytes));
    command_add(&c, arena_printf(d->a, "-DVECTORSZ=%u", vector_size(semantics_model(d->s))));
    if (q->claim != NULL) {
        command_add(&c, arena_printf(d->a, "-DNFAIR=%u", (d->m->n_processes + 2) / 4 + 1));
        command_add(&c, "-DNOREDUCE"); /* every step writes ev: there is nothing to reduce, and X would forbid it */
    } else {
        command_add(&c, "-DSAFETY");
        command_add(&c, "-DNOCLAIM");
        command_add(&c, q->count || model_is_entangled(semantics_model(d->s)) ? "-DNOREDUCE" : NULL);
    }
    add_ways(&c, d, t);
    command_add(&c, "-o");
    command_add(&c, "pan");
    command_add(&c, "pan.c");
    spin_discard(d, "pan");
    struct process_result r = command_run(d, &c, deadline);
    struct spin_result result = spin_judge_tool(d, "the C compiler", &r);
    buf_free(&r.output);
    return result;
}

struct spin_result spin_compile(struct driver *d, const struct question *q, const struct attempt *t, double deadline)
{
    if (d->compiled && same_verifier(&d->made_for, t))
        return spin_answer_of(SPIN_HOLDS, NULL);
    bool quick = d->quick_cc != NULL && !t->optimised;
    struct spin_result r = run_compiler(d, quick ? d->quick_cc : d->cc, q, t, deadline);
    if (quick && r.answer == SPIN_ERROR) {
        d->quick_cc = NULL;
        r = run_compiler(d, d->cc, q, t, deadline);
    }
    d->compiled = r.answer == SPIN_HOLDS;
    d->made_for = *t;
    return r;
}
