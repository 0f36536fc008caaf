/* check.c -- motet check: decide what holds of each file, and say so in the format that is asked for. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "check_cache.h"
#include "check_file.h"
#include "cli.h"
#include "explorer.h"
#include "find.h"
#include "jobs.h"
#include "options.h"
#include "output.h"
#include "progress_line.h"
#include "process.h"
#include "report_document.h"
#include "schedule_file.h"
#include "subject.h"

enum { CHART_WIDTH = 100, MAX_WORKERS = 256 };
enum engines { ENGINES_BOTH, ENGINES_EXPLORER, ENGINES_SPIN, ENGINES_NONE };
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum reduction { REDUCTION_AUTO, REDUCTION_NONE, REDUCTION_ORDER, REDUCTION_SYMMETRY, REDUCTION_ALL };
static const uint32_t reductions[] = {
    [REDUCTION_AUTO] = REDUCE_ORDER | REDUCE_SYMMETRY, [REDUCTION_NONE] = 0, [REDUCTION_ORDER] = REDUCE_ORDER,
    [REDUCTION_SYMMETRY] = REDUCE_SYMMETRY, [REDUCTION_ALL] = REDUCE_ORDER | REDUCE_SYMMETRY
};

struct check {
    int format, engines, color, reduce; /* enum report_format, and the enums above */
    uint64_t workers;
    uint64_t any_capacity, capacity, seconds, mib, jobs;
    int choices; /* fair, unfair */
    int spin;    /* enum spin_search */
    uint64_t spin_cores;
    bool ascii, progress, early;
    struct text_list folders; /* of modules */
    const char *save; /* a folder for counterexamples, or NULL */
    const char *cache_folder;
    bool no_cache;
    const struct check_cache *cache;
    path_vec files;
    VEC(bool) named; /* of each file: on the command line, not found in a folder */
    enum exit_status worst;
    uint32_t parts; /* of the document, so far */
    uint32_t ended[EXIT_INCONCLUSIVE + 1]; /* how many files have this status */
};

static enum options_result parse(struct check *k, int argc, char **argv, uint32_t *n_files)
{
    const struct option_spec options[] = {
        { "format", 0, OPTION_CHOICE, "text|json|sarif|junit|github", &k->format, 0, 0,
          "text for people, the others for programs" },
        { "engine", 0, OPTION_CHOICE, "both|explorer|spin|none", &k->engines, 0, 0,
          "who decides; both must agree; none: projection alone" },
        { "capacity", 0, OPTION_NUMBER, "N", &k->capacity, 1, 255, "of lanes into a role that no actor plays (2)" },
        { "time", 0, OPTION_NUMBER, "SECONDS", &k->seconds, 1, 1000000, "for each engine and search (60)" },
        { "memory", 0, OPTION_NUMBER, "MB", &k->mib, 1, 1 << 20, "for each engine and search (1024)" },
        { "spin", 0, OPTION_CHOICE, "exhaustive|bitstate|swarm", &k->spin, 0, 0,
          "how SPIN searches; bitstate, swarm: too large systems, never enough for \"holds\"" },
        { "spin-cores", 0, OPTION_NUMBER, "N", &k->spin_cores, 1, PROCESS_MOST,
          "for one search by SPIN (1), or for a swarm (all)" },
        { "progress", 0, OPTION_FLAG, NULL, &k->progress, 0, 0, "decide whether everything can still go on, too" },
        { "choices", 0, OPTION_CHOICE, "fair|unfair", &k->choices, 0, 0,
          "with --progress; unfair: one branch may be taken for ever" },
        { "any-capacity", 0, OPTION_NUMBER, "N", &k->any_capacity, 1, 255,
          "find room up to N with which sessions are as safe as with any more, too" },
        { "early", 0, OPTION_FLAG, NULL, &k->early, 0, 0,
          "decide whether roles know at once which branch of a choice a message belongs to, too" },
        { "jobs", 'j', OPTION_NUMBER, "N", &k->jobs, 1, 1024, "files that are checked at the same time (cores)" },
        { "workers", 0, OPTION_NUMBER, "N", &k->workers, 1, MAX_WORKERS,
          "threads of the explorer, shared by the files ($MOTET_WORKERS, or the cores)" },
        { "reduce", 0, OPTION_CHOICE, "auto|none|order|symmetry|all", &k->reduce, 0, 0,
          "leave out orders of steps, and places of sessions, that do not matter; auto: from a million states on" },
        IMPORT_OPTION(&k->folders),
        { "save", 0, OPTION_TEXT, "DIR", &k->save, 0, 0, "write each counterexample there: a page, and steps for replay" },
        { "cache", 0, OPTION_TEXT, "DIR", &k->cache_folder, 0, 0,
          "where answers are kept for models that do not change ($MOTET_CACHE, or motet in the user's cache folder)" },
        { "no-cache", 0, OPTION_FLAG, NULL, &k->no_cache, 0, 0, "keep no answers and use none that were kept" },
        { "ascii", 0, OPTION_FLAG, NULL, &k->ascii, 0, 0, "draw charts without UTF-8" },
        { "color", 0, OPTION_CHOICE, "auto|always|never", &k->color, 0, 0, "auto: on a terminal without NO_COLOR" },
    };
    const struct command_line c = {
        .verb = "check",
        .synopsis = "[OPTION...] FILE|FOLDER...",
        .about = "Decides for each session and system of each file what holds: implementable, deadlock-free,\n"
                 "fidelity, no-orphans, with crashes recovery, and the formulas of its verify blocks. What is\n"
                 "violated comes with a counterexample: a solid arrow sends into a lane, a dotted one takes from\n"
                 "it. Of a folder all *.proto-session files are checked.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = UINT32_MAX,
        .footer = "exit status: 0 all holds; 1 something is violated; 2 wrong file or command line, or a tool is\n"
                  "missing; 3 inconclusive; 101 internal error. Of several files the worst: 101, 2, 1, 3, 0.\n",
    };
    return options_parse(&c, argc, argv, n_files);
}

static bool want_color(const struct check *k, int fd)
{
    if (k->color != COLOR_AUTO)
        return k->color == COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static void put_internal(const struct report *r, struct buf *err)
{
    for (uint32_t i = 0; i < r->properties.n; i++) {
        const struct property *p = &r->properties.at[i];
        if (p->error)
            buf_printf(err, "motet: internal error: %s: %s of %s: %s\n", r->path, p->title, p->subject, p->error);
    }
    buf_printf(err, "motet: this is a bug in motet %s and no verdict on the file; please report it with the file\n",
               MOTET_VERSION);
}

static enum exit_status status_of(const struct report *r)
{
    if (r->internal)
        return EXIT_INTERNAL;
    switch (report_verdict(r)) {
    case REPORT_HOLDS:
        return EXIT_HOLDS;
    case REPORT_INCONCLUSIVE:
        return EXIT_INCONCLUSIVE;
    case REPORT_VIOLATED:
        return EXIT_VIOLATED;
    case REPORT_ERROR:
        return EXIT_WRONG;
    }
    return EXIT_INTERNAL;
}

/* In text, diagnostics belong on stderr, and a file that could not be read has no report. */
static void put_report(const struct check *k, const struct unit *u, const struct report *r, struct job *j)
{
    struct chart_style style = { k->ascii, want_color(k, STDOUT_FILENO), CHART_WIDTH, "      " };
    bool text = k->format == REPORT_TEXT;
    if (text) {
        diags_sort(u->diags);
        diags_render_text(u->diags, u->sources, &j->err, want_color(k, STDERR_FILENO));
    }
    if (!text || u->ir)
        document_part((enum report_format)k->format, r, &style, &j->out);
    if (r->internal)
        put_internal(r, &j->err);
}

/* ---- counterexamples ---- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "store" of "a/store.proto-session"; where another of the files is called so, "a/store". */
static const char *file_title(const struct check *k, struct arena *a, const char *path)
{
    const char *base = base_of(path), *dot = strchr(base, '.'), *end = dot && dot > base ? dot : base + strlen(base);
    uint32_t same = 0;
    for (uint32_t i = 0; i < k->files.n; i++)
        same += strcmp(base_of(k->files.at[i]), base) == 0;
    const char *from = same > 1 ? path + strspn(path, "./") : base;
    return arena_strndup(a, from, (size_t)(end - from));
}

/* "store.Store.2.ltl-decides": the file, the subject, its scope when it has one, the property. */
static const char *save_name(const struct check *k, const struct report *r, const struct property *p, int64_t scope)
{
    char *text = arena_printf(r->a, "%s.%s", file_title(k, r->a, r->path), p->subject);
    if (scope >= 0)
        text = arena_printf(r->a, "%s.%lld", text, (long long)scope + 1);
    text = arena_printf(r->a, "%s.%s", text, p->title);
    for (char *s = text; *s; s++)
        if (*s == ' ' || *s == '/')
            *s = '-';
    return text;
}

static void add_saved(const struct check *k, const struct unit *u, const struct report *r, const struct property *p,
                      struct outputs *out)
{
    struct schedule about = { .file = r->path, .subject = p->subject, .capacity = (uint32_t)k->capacity,
                              .property = p->title };
    struct buf text = { 0 };
    about.scope = subject_scope(u, semantics_model(p->story->s));
    const char *base = save_name(k, r, p, about.scope);
    schedule_write(&text, r->a, &about, p->story);
    outputs_add(out, arena_printf(r->a, "%s.json", base), &text, false);
    buf_free(&text);
    story_html(&text, r->a, p->story, arena_printf(r->a, "%s of %s: %s", p->title, p->subject, r->path));
    outputs_add(out, arena_printf(r->a, "%s.html", base), &text, false);
    buf_free(&text);
}

/* False after a message on stderr. */
static bool save_counterexamples(const struct check *k, const struct unit *u, const struct report *r)
{
    struct outputs *out = outputs_new(r->a);
    for (uint32_t i = 0; i < r->properties.n; i++)
        if (r->properties.at[i].story && !r->properties.at[i].elsewhere)
            add_saved(k, u, r, &r->properties.at[i], out);
    return out->n == 0 || output_write_all(out, k->save, NULL);
}

/* The cores are shared with the files that are checked at the same time. */
static uint64_t workers_of(const struct check *k)
{
    uint64_t files = k->jobs < k->files.n ? k->jobs : k->files.n;
    return k->workers > files ? k->workers / files : 1;
}

static void check_one(void *ctx, uint32_t i, struct job *j)
{
    const struct check *k = ctx;
    const struct check_options o = {
        .explorer = k->engines == ENGINES_BOTH || k->engines == ENGINES_EXPLORER,
        .spin = k->engines == ENGINES_BOTH || k->engines == ENGINES_SPIN,
        .progress = k->progress, .unfair = k->choices != 0, .early = k->early, .any_capacity = k->any_capacity,
        .may_be_for_others = !k->named.at[i], .capacity = k->capacity, .seconds = k->seconds, .mib = k->mib,
        .how = { (enum spin_search)k->spin, (uint32_t)k->spin_cores }, .cache = k->cache,
        .workers = workers_of(k), .reduce = reductions[k->reduce],
        .reduce_at_once = k->reduce != REDUCTION_AUTO
    };
    struct unit u;
    struct report r;
    unit_load(&u, k->files.at[i], &k->folders);
    check_file(&u, &o, &r);
    put_report(k, &u, &r, j);
    j->status = status_of(&r);
    if (k->save && !save_counterexamples(k, &u, &r))
        j->status = exit_worse((enum exit_status)j->status, EXIT_WRONG);
    unit_free(&u);
}

static void print_part(void *ctx, uint32_t i, const struct job *j)
{
    struct check *k = ctx;
    (void)i;
    progress_line_erase();
    fputs(buf_cstr(&j->err), stderr);
    if (j->out.n && k->parts++)
        fputs(document_between((enum report_format)k->format), stdout);
    fputs(buf_cstr(&j->out), stdout);
    fflush(stdout); /* before the next file's diagnostics */
    k->worst = exit_worse(k->worst, (enum exit_status)j->status);
    if (j->status <= EXIT_INCONCLUSIVE)
        k->ended[j->status]++;
}

static void print_frame(const struct check *k, bool head)
{
    struct buf text = { 0 };
    if (head)
        document_head((enum report_format)k->format, MOTET_VERSION, &text);
    else
        document_foot((enum report_format)k->format, &text);
    fputs(buf_cstr(&text), stdout);
    buf_free(&text);
}

static void print_summary(const struct check *k)
{
    static const enum exit_status order[] = { EXIT_HOLDS, EXIT_VIOLATED, EXIT_INCONCLUSIVE, EXIT_WRONG };
    static const char *const words[] = { "hold", "violated", "inconclusive", "with errors" };
    uint32_t rest = k->files.n;
    printf("\n%u files:", k->files.n);
    for (uint32_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (k->ended[order[i]])
            printf("%s %u %s", rest < k->files.n ? "," : "", k->ended[order[i]], words[i]);
        rest -= k->ended[order[i]];
    }
    if (rest)
        printf("%s %u without a verdict", rest < k->files.n ? "," : "", rest);
    printf("\n");
}

static void open_cache(struct check *k, struct arena *a)
{
    const char *problem = NULL;
    if (!k->no_cache && k->engines != ENGINES_NONE)
        k->cache = check_cache_open(a, k->cache_folder, &problem);
    if (problem)
        complain("check: %s", problem);
}

static enum exit_status check_all(struct check *k)
{
    print_frame(k, true);
    fflush(stdout); /* what is buffered would be written by each child again */
    if (k->files.n < 2 || k->jobs < 2) /* else they would write over each other */
        progress_line_start();
    jobs_run(k->files.n, (uint32_t)k->jobs, EXIT_INTERNAL, check_one, print_part, k);
    print_frame(k, false);
    if (k->format == REPORT_TEXT && k->files.n > 1)
        print_summary(k);
    return k->worst;
}

/* 0 after a message. */
static uint64_t default_workers(void)
{
    const char *text = getenv("MOTET_WORKERS");
    char *end = NULL;
    unsigned long n = text && *text ? strtoul(text, &end, 10) : jobs_cores();
    if ((end && *end) || n < 1 || n > MAX_WORKERS) {
        complain("MOTET_WORKERS is a whole number from 1 to %d, not \"%s\"", MAX_WORKERS, text ? text : "");
        return 0;
    }
    return n;
}

int cmd_check(int argc, char **argv)
{
    struct check k = { .capacity = 2, .seconds = 60, .mib = 1024, .jobs = jobs_cores(),
                       .workers = default_workers(), .worst = EXIT_HOLDS };
    uint32_t n_operands;
    if (k.workers == 0)
        return EXIT_WRONG;
    switch (parse(&k, argc, argv, &n_operands)) {
    case OPTIONS_HELP:
        return EXIT_HOLDS;
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_OK:
        break;
    }
    struct arena *a = arena_new(0);
    bool found = true;
    for (uint32_t i = 0; i < n_operands; i++) {
        found &= find_protocols(a, argv[1 + i], &k.files);
        for (uint32_t f = k.named.n; f < k.files.n; f++)
            vec_push(a, k.named, k.files.at[f] == argv[1 + i]);
    }
    if (found)
        open_cache(&k, a);
    enum exit_status status = found ? check_all(&k) : EXIT_WRONG;
    arena_free(a);
    return status;
}
