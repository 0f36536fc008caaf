/* gen.c -- motet gen: C, Promela, drawings or JSON of one file. Nothing is written unless all of it can be. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "c.h"
#include "cli.h"
#include "domains.h"
#include "dot.h"
#include "json_ir.h"
#include "load.h"
#include "options.h"
#include "output.h"
#include "promela.h"

struct gen {
    const char *target, *dir, *subject;
    struct text_list folders; /* of modules */
    bool to_stdout;
    uint64_t capacity;
};

/* ---- promela: a file for each thing that check would check ---- */

static bool wanted(const struct gen *g, const char *subject) { return !g->subject || strcmp(g->subject, subject) == 0; }

static bool add_model(struct unit *u, struct outputs *out, const struct model *m, const char *file)
{
    struct promela p;
    if (!m)
        return false;
    if (!promela_render(u->a, m, &p)) {
        complain("%s: %s: %s", u->path, m->subject, p.problem);
        return false;
    }
    struct buf text = { 0 };
    buf_puts(&text, p.text);
    outputs_add(out, file, &text, false);
    buf_free(&text);
    return true;
}

static const char *model_name(struct unit *u, const char *subject, const char *kind, uint32_t nth)
{
    return nth ? arena_printf(u->a, "%s.%s-%u.pml", subject, kind, nth + 1) : arena_printf(u->a, "%s.%s.pml", subject, kind);
}

/* The models of a session or a system: one a verify block, or one without. */
static bool add_subject(struct unit *u, const struct gen *g, struct outputs *out, bool of_system, uint32_t subject)
{
    const struct ir *ir = u->ir;
    const char *title = of_system ? ir->systems[subject].name : ir->sessions[subject].name;
    uint32_t nth = 0;
    bool ok = true, imported = of_system ? ir->systems[subject].decl->imported : ir->sessions[subject].decl->imported;
    if (!wanted(g, title))
        return true;
    for (uint32_t i = 0; i <= ir->n_verifies; i++) {
        const struct verify *v = i < ir->n_verifies ? &ir->verifies[i] : NULL;
        if (v ? v->of_system != of_system || v->subject != subject : nth > 0 || (imported && !g->subject))
            continue;
        const struct model *m = domains_model(ir, of_system, subject, v, (uint32_t)g->capacity, u->diags);
        ok &= add_model(u, out, m, model_name(u, title, of_system ? "system" : "session", nth++));
    }
    return ok;
}

static bool gen_promela(struct unit *u, const struct gen *g, struct outputs *out)
{
    bool ok = true;
    for (uint32_t i = 0; i < u->ir->n_sessions; i++)
        ok &= add_subject(u, g, out, false, i);
    for (uint32_t i = 0; i < u->ir->n_systems; i++)
        ok &= add_subject(u, g, out, true, i);
    return ok;
}

/* ---- the other targets ---- */

static bool gen_dot(struct unit *u, const struct gen *g, struct outputs *out)
{
    if (!g->to_stdout) {
        dot_render(u->ir, out);
        return true;
    }
    struct buf text = { 0 };
    if (dot_document(u->ir, &(struct dot_selection){ .what = DOT_ALL }, &text))
        outputs_add(out, "all.dot", &text, false);
    buf_free(&text);
    return true;
}

static bool gen_json(struct unit *u, const struct gen *g, struct outputs *out)
{
    (void)g;
    json_ir_render(u->ir, out);
    return true;
}

static bool gen_c(struct unit *u, const struct gen *g, struct outputs *out)
{
    (void)g;
    return c_render(u->ir, out, u->diags);
}

static const struct target {
    const char *name;
    bool (*gen)(struct unit *u, const struct gen *g, struct outputs *out);
} targets[] = { { "c", gen_c }, { "promela", gen_promela }, { "dot", gen_dot }, { "json", gen_json } };
enum { N_TARGETS = sizeof targets / sizeof *targets };

static const struct target *find_target(const char *word)
{
    const char *names[N_TARGETS];
    for (int i = 0; i < N_TARGETS; i++) {
        names[i] = targets[i].name;
        if (strcmp(names[i], word) == 0)
            return &targets[i];
    }
    const char *near = diag_nearest(word, names, N_TARGETS);
    if (near)
        complain("gen: no target \"%s\"; did you mean \"%s\"?", word, near);
    else
        complain("gen: no target \"%s\"; there are c, promela, dot and json", word);
    return NULL;
}

/* ---- delivery ---- */

static int print_one(const struct gen *g, const struct outputs *out)
{
    if (out->n != 1) {
        complain("gen: %s makes %u files here: give a folder with -o%s", g->target, out->n,
                 strcmp(g->target, "promela") == 0 ? ", or one session or system with --subject" : "");
        return EXIT_WRONG;
    }
    fwrite(out->at[0].text, 1, out->at[0].size, stdout);
    return EXIT_HOLDS;
}

static int write_all(const struct gen *g, const struct outputs *out)
{
    static const char *const words[] = { [OUTPUT_WRITTEN] = "wrote", [OUTPUT_UNCHANGED] = "same", [OUTPUT_KEPT] = "kept" };
    enum output_fate *fates = calloc(out->n ? out->n : 1, sizeof *fates);
    if (!fates || !output_write_all(out, g->dir, fates)) {
        free(fates);
        return EXIT_WRONG;
    }
    for (uint32_t i = 0; i < out->n; i++)
        printf("%-5s %s%s\n", words[fates[i]], out->at[i].name, fates[i] == OUTPUT_KEPT ? " (yours)" : "");
    free(fates);
    return EXIT_HOLDS;
}

static int generate(struct unit *u, const struct gen *g, const struct target *t)
{
    struct outputs *out = outputs_new(u->a);
    bool ok = u->ir && u->diags->n_errors == 0 && t->gen(u, g, out);
    unit_print_diags(u, isatty(STDERR_FILENO) == 1);
    if (!ok || u->diags->n_errors)
        return EXIT_WRONG;
    if (!out->n && g->subject)
        complain("gen: %s has no session or system %s", u->path, g->subject);
    else if (!out->n)
        complain("gen: there is nothing in %s to make %s of", u->path, t->name);
    if (!out->n)
        return EXIT_WRONG;
    return g->to_stdout ? print_one(g, out) : write_all(g, out);
}

/* Which options go together. */
static bool consistent(const struct gen *g)
{
    if (!g->dir && !g->to_stdout)
        complain("gen: where to? Give a folder with -o, or --stdout");
    else if (g->dir && g->to_stdout)
        complain("gen: -o and --stdout exclude each other");
    else if (g->dir && !*g->dir)
        complain("gen: -o needs the name of a folder");
    else if (g->subject && strcmp(g->target, "promela") != 0)
        complain("gen: --subject goes with promela alone");
    else
        return true;
    return false;
}

int cmd_gen(int argc, char **argv)
{
    struct gen g = { .capacity = 2 };
    const struct option_spec options[] = {
        { "output", 'o', OPTION_TEXT, "DIR", &g.dir, 0, 0, "write the files into this folder" },
        { "stdout", 0, OPTION_FLAG, NULL, &g.to_stdout, 0, 0, "print instead, where it is one text" },
        { "subject", 0, OPTION_TEXT, "NAME", &g.subject, 0, 0, "promela: only this session or system" },
        { "capacity", 0, OPTION_NUMBER, "N", &g.capacity, 1, 65535, "promela: room in a lane into a role that no actor plays (2)" },
        IMPORT_OPTION(&g.folders),
    };
    const struct command_line c = {
        .verb = "gen",
        .synopsis = "c|promela|dot|json FILE -o DIR",
        .about = "c        actors, codecs and a supervision tree for libmotet, with skeletons of your handlers\n"
                 "promela  a model for SPIN of each session and system, in the scope of its verify block\n"
                 "dot      drawings of global types, roles and systems, for Graphviz; --stdout: all in one\n"
                 "json     the automata and all that is known about them\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 2,
        .max_operands = 2,
        .footer = "Files that are right already are not touched. Skeletons are yours: they are made once and never replaced.\n",
    };
    uint32_t n;
    enum options_result r = options_parse(&c, argc, argv, &n);
    if (r != OPTIONS_OK)
        return r == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    g.target = argv[1];
    const struct target *t = find_target(g.target);
    if (!t || !consistent(&g))
        return EXIT_WRONG;
    struct unit u;
    unit_load(&u, argv[2], &g.folders);
    int status = generate(&u, &g, t);
    unit_free(&u);
    return status;
}
