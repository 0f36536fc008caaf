/* simulate.c -- motet simulate: one walk through what a system or session can do, at random, by hand, or as told.
 *
 * A walk takes steps of the same relation that check explores, so that what it shows can happen and what can
 * happen it may show. It ends where nothing is possible, where a property of states is broken, or after --steps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cli.h"
#include "events.h"
#include "load.h"
#include "options.h"
#include "output.h"
#include "schedule.h"
#include "schedule_file.h"
#include "subject.h"

enum { MAX_LINE = 1000 };

struct walk {
    const char *subject, *follow, *save;
    uint64_t scope, seed, limit, capacity;
    bool interactive, plain;
    struct text_list folders;
    struct unit u;
    const struct semantics *s;
    const struct model *m;
    VEC(struct step) taken;
    VEC(uint8_t *) states; /* the one before each step taken, and the present one */
    struct step *enabled;
    uint32_t n_enabled, broken;
    uint64_t random;
};

/* ---- the walk ---- */

static uint8_t *present(const struct walk *w)
{
    return w->states.at[w->states.n - 1];
}

static void look(struct walk *w)
{
    uint32_t *codes = ARENA_ARRAY(w->u.a, uint32_t, semantics_max_steps(w->s));
    semantics_expand(w->s, present(w), codes, &w->broken);
    w->n_enabled = semantics_steps(w->s, present(w), w->enabled);
}

static const char *place_of(const struct walk *w, const struct step *t)
{
    const struct system *sys = w->m->system;
    struct span at = t->kind == STEP_CRASH ? sys->children[sys->instances[t->instance].child].at : step_edge(w->m, t)->at;
    return at.hi > at.lo ? source_where(w->u.sources, at) : "";
}

static void print_step(const struct walk *w, uint32_t number, const struct step *t)
{
    printf("%5u. %-48s  %s\n", number, step_text(w->u.a, w->m, t), place_of(w, t));
}

static void take(struct walk *w, struct step t)
{
    uint8_t *next = arena_alloc(w->u.a, semantics_size(w->s));
    semantics_apply(w->s, present(w), &t, next);
    vec_push(w->u.a, w->taken, t);
    vec_push(w->u.a, w->states, next);
    print_step(w, w->taken.n, &t);
    look(w);
}

static void take_back(struct walk *w)
{
    if (w->taken.n == 0)
        return;
    w->taken.n--;
    w->states.n--;
    look(w);
}

/* splitmix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014). */
static uint64_t next_random(struct walk *w)
{
    uint64_t z = w->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* ---- how it ends ---- */

static bool has_ended(const struct walk *w)
{
    return w->n_enabled == 0 || w->broken & ((1u << SAFETY_KINDS) - 1);
}

static const char *broken_words(uint32_t broken)
{
    if (broken & 1u << SAFETY_DEADLOCK)
        return "deadlock";
    if (broken & 1u << SAFETY_FIDELITY)
        return "unexpected message";
    if (broken & 1u << SAFETY_ORPHAN)
        return "orphan message";
    return "the root supervisor gave up";
}

static void print_waits(const struct walk *w, enum safety k)
{
    struct reasons r = reasons_of(w->u.a, w->s, present(w), k);
    for (uint32_t i = 0; i < r.n; i++)
        printf("  %s %s: %s\n", r.at[i].participant, r.at[i].what, r.at[i].why);
}

static int print_end(const struct walk *w)
{
    for (uint32_t k = 0; k < SAFETY_KINDS; k++)
        if (w->broken & 1u << k) {
            printf("%s after %u steps\n", broken_words(1u << k), w->taken.n);
            print_waits(w, (enum safety)k);
            return EXIT_VIOLATED;
        }
    if (w->n_enabled == 0)
        printf("complete after %u steps\n", w->taken.n);
    else
        printf("stopped after %u steps; %u are possible\n", w->taken.n, w->n_enabled);
    return EXIT_HOLDS;
}

/* ---- as told ---- */

static bool follow_line(struct walk *w, const char *line, uint32_t number)
{
    struct step t;
    if (step_named(w->u.a, w->s, present(w), line, &t)) {
        take(w, t);
        return true;
    }
    complain("simulate: %s:%u: not possible here: %s", w->follow, number, line);
    for (uint32_t i = 0; i < w->n_enabled; i++)
        fprintf(stderr, "%s%s\n", i ? "                  " : "  possible are:   ",
                step_text(w->u.a, w->m, &w->enabled[i]));
    return false;
}

/* The text of a line without blanks around it; NULL for an empty one or a comment. */
static char *trim(char *line)
{
    size_t n = strlen(line);
    while (n > 0 && strchr(" \t\r\n", line[n - 1]))
        line[--n] = '\0';
    while (*line == ' ' || *line == '\t')
        line++;
    return *line == '\0' || *line == '#' ? NULL : line;
}

static bool follow(struct walk *w)
{
    char line[MAX_LINE];
    FILE *f = strcmp(w->follow, "-") == 0 ? stdin : fopen(w->follow, "r");
    bool ok = f != NULL;
    if (!f)
        complain("simulate: %s: %s", w->follow, strerror(errno));
    for (uint32_t number = 1; ok && fgets(line, sizeof line, f); number++) {
        char *text = trim(line);
        ok = !text || follow_line(w, text, number);
    }
    if (f && f != stdin)
        fclose(f);
    return ok;
}

/* ---- by hand ---- */

static void print_state(const struct walk *w)
{
    const uint8_t *state = present(w);
    for (uint32_t p = 0; p < w->m->n_participants; p++) {
        uint32_t at = semantics_at(w->s, state, p);
        printf("  %-16s %s", w->m->participants[p].name,
               at == SEMANTICS_GONE ? "gone" : semantics_is_final(w->s, state, p) ? "done" : "");
        if (at != SEMANTICS_GONE && !semantics_is_final(w->s, state, p))
            printf("state %u", at);
        for (uint32_t l = 0; l < w->m->n_lanes; l++) {
            uint32_t n = semantics_lane_length(w->s, state, l);
            if (w->m->lanes[l].to != p || n == 0)
                continue;
            printf("; from %s:", w->m->participants[w->m->lanes[l].from].name);
            for (uint32_t i = 0; i < n; i++)
                printf(" %s", w->m->ir->messages[semantics_lane_message(w->s, state, l, i)].name);
        }
        printf("\n");
    }
}

static void print_choices(const struct walk *w)
{
    for (uint32_t i = 0; i < w->n_enabled; i++)
        printf("  [%u] %s\n", i + 1, step_text(w->u.a, w->m, &w->enabled[i]));
    printf("a number, or r (random), u (undo), s (show the state), q (quit)> ");
    fflush(stdout);
}

/* False: the walk is over. */
static bool obey(struct walk *w, const char *word)
{
    char *end;
    unsigned long k = strtoul(word, &end, 10);
    struct step t;
    if (strcmp(word, "q") == 0)
        return false;
    if (strcmp(word, "u") == 0)
        take_back(w);
    else if (strcmp(word, "s") == 0)
        print_state(w);
    else if (strcmp(word, "r") == 0 && w->n_enabled)
        take(w, w->enabled[next_random(w) % w->n_enabled]);
    else if (*end == '\0' && k >= 1 && k <= w->n_enabled)
        take(w, w->enabled[k - 1]);
    else if (step_named(w->u.a, w->s, present(w), word, &t))
        take(w, t);
    else
        printf("there is no `%s` here\n", word);
    return true;
}

static void converse(struct walk *w)
{
    char line[MAX_LINE];
    for (bool on = true; on;) {
        if (has_ended(w))
            print_end(w);
        print_choices(w);
        if (!fgets(line, sizeof line, stdin)) {
            printf("\n");
            return;
        }
        const char *word = trim(line);
        on = !word || obey(w, word);
    }
}

/* ---- the verb ---- */

static bool prepare(struct walk *w)
{
    const char *problem = NULL;
    int64_t scope = w->scope ? (int64_t)w->scope - 1 : w->plain ? SCOPE_NONE : SCOPE_FIRST;
    w->m = subject_model(&w->u, w->subject, scope, (uint32_t)w->capacity, &problem);
    if (problem)
        complain("simulate: %s", problem);
    if (!w->m)
        return false;
    w->s = semantics_new(w->u.a, w->m);
    w->enabled = ARENA_ARRAY(w->u.a, struct step, semantics_max_steps(w->s));
    w->random = w->seed;
    uint8_t *first = arena_alloc(w->u.a, semantics_size(w->s));
    semantics_initial(w->s, first);
    vec_push(w->u.a, w->states, first);
    look(w);
    return true;
}

static bool save(struct walk *w)
{
    struct schedule about = { .file = w->u.path, .subject = w->m->subject, .capacity = (uint32_t)w->capacity };
    struct story story = { w->s, { w->taken.n, w->taken.at }, IR_NONE, SAFETY_KINDS };
    static const char *const titles[SAFETY_KINDS] = { "deadlock-free", "fidelity", "no-orphans", "recovery" };
    struct buf text = { 0 };
    about.scope = subject_scope(&w->u, w->m);
    for (uint32_t k = 0; k < SAFETY_KINDS && !about.property; k++)
        about.property = w->broken & 1u << k ? titles[k] : NULL;
    schedule_write(&text, w->u.a, &about, &story);
    bool ok = output_write_file(w->save, buf_cstr(&text), text.n);
    buf_free(&text);
    return ok;
}

static int walk(struct walk *w)
{
    int status = EXIT_HOLDS;
    if (w->follow && !follow(w))
        return EXIT_WRONG;
    if (w->interactive) {
        converse(w);
    } else {
        while (!w->follow && !has_ended(w) && w->taken.n < w->limit)
            take(w, w->enabled[next_random(w) % w->n_enabled]);
        status = print_end(w);
    }
    return w->save && !save(w) ? EXIT_WRONG : status;
}

static enum options_result parse(struct walk *w, int argc, char **argv, uint32_t *n)
{
    const struct option_spec options[] = {
        { "subject", 0, OPTION_TEXT, "NAME", &w->subject, 0, 0, "a system or session (the first system, or session)" },
        { "scope", 0, OPTION_NUMBER, "N", &w->scope, 1, UINT32_MAX, "its Nth verify block: crashes, sessions, ... (1)" },
        { "no-scope", 0, OPTION_FLAG, NULL, &w->plain, 0, 0, "without a verify block: one session, no crash" },
        { "capacity", 0, OPTION_NUMBER, "N", &w->capacity, 1, 255, "of lanes into a role that no actor plays (2)" },
        { "seed", 0, OPTION_NUMBER, "N", &w->seed, 0, UINT64_MAX / 2, "of the random walk; the same seed, the same walk (1)" },
        { "steps", 0, OPTION_NUMBER, "N", &w->limit, 0, 1000000, "at most so many (100)" },
        { "follow", 0, OPTION_TEXT, "FILE", &w->follow, 0, 0, "take these steps, one a line as they are printed; - is stdin" },
        { "interactive", 'i', OPTION_FLAG, NULL, &w->interactive, 0, 0, "ask for each step; with --follow: after those" },
        { "save", 0, OPTION_TEXT, "NAME", &w->save, 0, 0, "write the walk to a file for motet replay" },
        IMPORT_OPTION(&w->folders),
    };
    const struct command_line c = {
        .verb = "simulate",
        .synopsis = "[OPTION...] FILE",
        .about = "Walks through what a system or session can do, one step at a time.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = 1,
        .footer = "exit status: 0 the walk ended well; 1 it came to a deadlock, an unexpected or an orphan message;\n"
                  "2 wrong file or command line, or a step that is not possible.\n",
    };
    return options_parse(&c, argc, argv, n);
}

int cmd_simulate(int argc, char **argv)
{
    struct walk w = { .seed = 1, .limit = 100, .capacity = 2 };
    uint32_t n;
    enum options_result o = parse(&w, argc, argv, &n);
    if (o != OPTIONS_OK)
        return o == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    unit_load(&w.u, argv[1], &w.folders);
    bool ready = w.u.ir && prepare(&w);
    unit_print_diags(&w.u, isatty(STDERR_FILENO) == 1);
    int status = ready ? walk(&w) : EXIT_WRONG;
    unit_free(&w.u);
    return status;
}
