/* bounds.c -- motet bounds: the smallest mailboxes with which a system or session is safe.
 *
 * First all mailboxes have the same size, 1, 2, ... up to --upto: safety is not monotone in it, so each size is
 * explored and what a larger one breaks is said. Where one more place makes no new state, no lane ever holds more; and
 * where the rule of capacity.h applies, what a larger one lets through can happen with this one, too: in both cases
 * every larger size is as safe, which is said, too. Then, from the smallest size that is safe, each actor's mailbox is
 * made smaller alone, in the order of the file, as long as all stays safe: the result is minimal, though another one
 * may be, too.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capacity.h"
#include "cli.h"
#include "explorer.h"
#include "jobs.h"
#include "load.h"
#include "options.h"
#include "subject.h"

struct bounds {
    const char *subject;
    uint64_t scope, upto, seconds, mib;
    bool plain;
    struct text_list folders;
    struct unit u;
    struct ir ir;       /* a copy of the unit's, whose actors have other mailboxes */
    bool *takes_part;   /* [actors] it is played in the subject */
    bool in_system;     /* else the session's lanes all have one capacity */
    const char *title;
};

struct trial {
    bool made;  /* else: a limit, and a diagnostic says which */
    bool waits; /* a sender without room waits: more room takes no run away */
    const struct exploration *found;
};

/* ---- one size ---- */

static int64_t scope_of(const struct bounds *b)
{
    return b->scope ? (int64_t)b->scope - 1 : b->plain ? SCOPE_NONE : SCOPE_FIRST;
}

static struct model *model_with(struct bounds *b, uint32_t capacity, const char **problem)
{
    struct unit u = b->u;
    u.ir = &b->ir;
    return subject_model(&u, b->subject, scope_of(b), capacity, problem);
}

static bool senders_wait(const struct model *m)
{
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].policy == POLICY_DROP_NEWEST || m->lanes[l].policy == POLICY_DROP_OLDEST)
            return false;
    return true;
}

static struct trial try_with(struct bounds *b, uint32_t capacity)
{
    const char *problem;
    struct model *m = model_with(b, capacity, &problem);
    const struct budget budget = { (double)b->seconds, b->mib << 20 };
    if (!m)
        return (struct trial){ 0 };
    /* In full: how many states there are is compared. */
    const struct explore_options o = { .workers = jobs_cores() };
    return (struct trial){ true, senders_wait(m), explore_with(b->u.a, semantics_new(b->u.a, m), &budget, &o) };
}

/* Does what was found with `capacity` hold with all larger ones, by the rule of capacity.h? */
static bool is_enough(struct bounds *b, uint32_t capacity)
{
    const char *problem;
    struct model *m = model_with(b, capacity, &problem);
    const struct budget budget = { (double)b->seconds, b->mib << 20 };
    struct state_graph *g = NULL;
    struct capacity c;
    if (!m || capacity_unsuited(b->u.a, m))
        return false;
    explore_graph(b->u.a, semantics_new(b->u.a, m), &budget, &g);
    bool enough = g && capacity_check(b->u.a, g, &c) && c.answer == CAPACITY_ENOUGH;
    state_graph_free(g);
    return enough;
}

/* Whether supervisors give up is no matter of mailboxes. */
enum { KINDS = SAFETY_GAVE_UP };

static bool is_safe(const struct trial *t)
{
    for (uint32_t k = 0; k < KINDS; k++)
        if (!t->made || t->found->result[k] != VERDICT_HOLDS)
            return false;
    return true;
}

static bool is_unsure(const struct trial *t)
{
    for (uint32_t k = 0; k < KINDS; k++)
        if (t->made && t->found->result[k] == VERDICT_VIOLATED)
            return false;
    return !is_safe(t);
}

static void set_all(struct bounds *b, uint32_t size)
{
    for (uint32_t i = 0; i < b->ir.n_actors; i++)
        if (b->takes_part[i])
            b->ir.actors[i].mailbox = size;
}

/* ---- the same size for all ---- */

static const char *column(const struct trial *t, enum safety k)
{
    static const char *const words[] = { [VERDICT_HOLDS] = "holds", [VERDICT_VIOLATED] = "violated",
                                         [VERDICT_INCONCLUSIVE] = "unknown" };
    return t->made ? words[t->found->result[k]] : "unknown";
}

struct sizes { /* by size; [0] unused */
    uint32_t smallest; /* that is safe; 0: none is */
    uint32_t broken;   /* the first above it that is not; 0: none is */
    uint32_t enough;   /* with more than this nothing changes; 0: not known */
    bool by_rule;      /* which the rule says; else: no lane ever holds more */
    bool unsure;       /* some search did not end */
};

/* The states with one place less are among those with one more, so that equally many are the same. */
static bool changes_nothing(const struct trial *before, const struct trial *t)
{
    return before->made && t->made && t->waits && before->found->complete && t->found->complete &&
           before->found->states == t->found->states;
}

static struct sizes try_sizes(struct bounds *b)
{
    struct sizes z = { 0 };
    struct trial before = { 0 };
    printf("%s\n  mailbox  deadlock-free  fidelity  no-orphans  states\n", b->title);
    for (uint32_t size = 1; size <= b->upto && !z.enough; size++) {
        set_all(b, size);
        struct trial t = try_with(b, size);
        printf("  %7u  %-13s  %-8s  %-10s  %llu%s\n", size, column(&t, SAFETY_DEADLOCK), column(&t, SAFETY_FIDELITY),
               column(&t, SAFETY_ORPHAN), t.made ? (unsigned long long)t.found->states : 0ull,
               t.made && !t.found->complete ? "+" : "");
        fflush(stdout);
        z.unsure |= is_unsure(&t);
        if (is_safe(&t) && !z.smallest)
            z.smallest = size;
        else if (z.smallest && !is_safe(&t) && !is_unsure(&t) && !z.broken)
            z.broken = size;
        if (changes_nothing(&before, &t))
            z.enough = size - 1;
        else if (t.made && !is_unsure(&t) && is_enough(b, size))
            z.enough = size, z.by_rule = true;
        before = t;
        if (!t.made)
            break;
    }
    return z;
}

/* ---- each alone ---- */

static void shrink(struct bounds *b, uint32_t from)
{
    set_all(b, from);
    for (uint32_t i = 0; i < b->ir.n_actors; i++)
        while (b->takes_part[i] && b->ir.actors[i].mailbox > 1) {
            b->ir.actors[i].mailbox--;
            struct trial t = try_with(b, from);
            if (is_safe(&t))
                continue;
            b->ir.actors[i].mailbox++;
            break;
        }
}

static void suggest(const struct bounds *b)
{
    printf("smallest mailboxes:\n");
    for (uint32_t i = 0; i < b->ir.n_actors; i++) {
        if (!b->takes_part[i])
            continue;
        uint32_t now = b->u.ir->actors[i].mailbox, best = b->ir.actors[i].mailbox;
        printf("  actor %s { mailbox %u%s; }", b->ir.actors[i].name, best, b->ir.actors[i].shared ? " shared" : "");
        if (now != best)
            printf("  // %u in the file", now);
        printf("\n");
    }
}

static void put_larger(const struct sizes *z)
{
    if (z->smallest)
        printf("any larger mailbox is as %s as %u: ", z->broken ? "unsafe" : "safe", z->enough);
    else
        printf("no size is safe: ");
    if (z->by_rule)
        printf("all that %s lets through can happen with %u as well\n", z->smallest ? "it" : "a larger one", z->enough);
    else
        printf("no lane ever holds more than %u\n", z->enough);
}

static int conclude(struct bounds *b, const struct sizes *z)
{
    if (!z->smallest && z->enough && !z->unsure) {
        put_larger(z);
        return EXIT_VIOLATED;
    }
    if (!z->smallest) {
        printf(z->unsure ? "no size up to %llu was found to be safe, and not all searches ended\n"
                         : "no size up to %llu is safe\n",
               (unsigned long long)b->upto);
        return z->unsure ? EXIT_INCONCLUSIVE : EXIT_VIOLATED;
    }
    if (b->in_system) {
        shrink(b, z->smallest);
        suggest(b);
    } else {
        printf("smallest lanes: %u\n", z->smallest);
    }
    if (z->broken)
        printf("not monotone: %u is safe and %u is not; a larger mailbox lets through what a smaller one holds back\n",
               z->smallest, z->broken);
    if (z->enough)
        put_larger(z);
    else if (!z->unsure)
        printf("sizes above %llu were not tried\n", (unsigned long long)b->upto);
    if (z->unsure)
        printf("not all searches ended: give more with --time and --memory\n");
    return z->unsure ? EXIT_INCONCLUSIVE : EXIT_HOLDS;
}

/* ---- the verb ---- */

/* The actors whose mailboxes matter, found in a first model. */
static bool prepare(struct bounds *b)
{
    const char *problem = NULL;
    b->ir = *b->u.ir;
    b->ir.actors = ARENA_ARRAY(b->u.a, struct actor, b->ir.n_actors);
    memcpy(b->ir.actors, b->u.ir->actors, b->ir.n_actors * sizeof *b->ir.actors);
    b->takes_part = ARENA_ARRAY(b->u.a, bool, b->ir.n_actors);
    const struct model *m = model_with(b, 1, &problem);
    if (problem)
        complain("bounds: %s", problem);
    if (!m)
        return false;
    b->in_system = m->system != NULL;
    b->title = m->subject;
    for (uint32_t p = 0; p < m->n_participants && b->in_system; p++)
        b->takes_part[m->system->children[m->system->instances[m->participants[p].instance].child].actor] = true;
    /* A session alone takes the mailboxes of the actors that play it; here they all are of one size. */
    for (uint32_t i = 0; i < b->ir.n_actors && !b->in_system; i++)
        for (uint32_t k = 0; k < b->ir.actors[i].n_plays; k++)
            b->takes_part[i] |= b->ir.actors[i].plays[k].session == m->runs[0].session;
    return true;
}

static enum options_result parse(struct bounds *b, int argc, char **argv, uint32_t *n)
{
    const struct option_spec options[] = {
        { "subject", 0, OPTION_TEXT, "NAME", &b->subject, 0, 0, "a system or session (the first system, or session)" },
        { "scope", 0, OPTION_NUMBER, "N", &b->scope, 1, UINT32_MAX, "its Nth verify block: crashes, sessions, ... (1)" },
        { "no-scope", 0, OPTION_FLAG, NULL, &b->plain, 0, 0, "without a verify block: one session, no crash" },
        { "upto", 0, OPTION_NUMBER, "N", &b->upto, 1, 255, "the largest size to try (5)" },
        { "time", 0, OPTION_NUMBER, "SECONDS", &b->seconds, 1, 1000000, "for each size (60)" },
        { "memory", 0, OPTION_NUMBER, "MB", &b->mib, 1, 1 << 20, "for each size (1024)" },
        IMPORT_OPTION(&b->folders),
    };
    const struct command_line c = {
        .verb = "bounds",
        .synopsis = "[OPTION...] FILE",
        .about = "Finds the smallest mailboxes with which a system, or a session alone, is deadlock-free, without\n"
                 "unexpected and orphan messages; tells whether a larger one breaks that.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = 1,
        .footer = "exit status: 0 found; 1 no size up to --upto is safe; 2 wrong file or command line;\n"
                  "3 inconclusive.\n",
    };
    return options_parse(&c, argc, argv, n);
}

int cmd_bounds(int argc, char **argv)
{
    struct bounds b = { .upto = 5, .seconds = 60, .mib = 1024 };
    uint32_t n;
    enum options_result o = parse(&b, argc, argv, &n);
    if (o != OPTIONS_OK)
        return o == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    int status = EXIT_WRONG;
    unit_load(&b.u, argv[1], &b.folders);
    bool ready = b.u.ir && prepare(&b);
    if (ready) {
        struct sizes z = try_sizes(&b);
        status = conclude(&b, &z);
    }
    unit_print_diags(&b.u, isatty(STDERR_FILENO) == 1);
    unit_free(&b.u);
    return status;
}
