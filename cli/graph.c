/* graph.c -- motet graph: the drawings of a file as a picture. */
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cli.h"
#include "dot.h"
#include "load.h"
#include "options.h"
#include "picture.h"

static bool has_role(const struct session_type *s, const char *role)
{
    for (uint32_t i = 0; i < s->n_roles; i++)
        if (strcmp(s->roles[i].name, role) == 0 || strcmp(s->roles[i].base, role) == 0)
            return true;
    return false;
}

static int nothing_selected(const struct unit *u, const struct dot_selection *sel)
{
    bool session = !sel->session, role = !sel->role;
    for (uint32_t i = 0; i < u->ir->n_sessions; i++) {
        bool here = !sel->session || strcmp(u->ir->sessions[i].name, sel->session) == 0;
        session |= here;
        role |= here && sel->role && has_role(&u->ir->sessions[i], sel->role);
    }
    if (!session)
        complain("graph: %s has no session %s", u->path, sel->session);
    else if (!role)
        complain("graph: no role %s in %s", sel->role, sel->session ? sel->session : u->path);
    else
        complain("graph: %s has nothing of that kind to draw", u->path);
    return EXIT_WRONG;
}

static int draw(struct unit *u, const struct dot_selection *sel, const struct picture_format *f, const char *path)
{
    unit_print_diags(u, isatty(STDERR_FILENO) == 1);
    if (!u->ir || u->diags->n_errors)
        return EXIT_WRONG;
    struct buf text = { 0 };
    int status = dot_document(u->ir, sel, &text) ? picture_write("graph", f, &text, path) : nothing_selected(u, sel);
    buf_free(&text);
    return status;
}

int cmd_graph(int argc, char **argv)
{
    const char *path = NULL;
    int what = 0;
    struct dot_selection sel = { .what = DOT_ALL };
    struct text_list folders = { .n = 0 };
    const struct option_spec options[] = {
        { "output", 'o', OPTION_TEXT, "NAME", &path, 0, 0, "the picture: .svg, .png, .pdf, or .dot for the text itself" },
        { "what", 0, OPTION_CHOICE, "all|global|local|system", &what, 0, 0, "draw only drawings of this kind" },
        { "session", 0, OPTION_TEXT, "NAME", &sel.session, 0, 0, "only of this session" },
        { "role", 0, OPTION_TEXT, "NAME", &sel.role, 0, 0, "only this role or family" },
        IMPORT_OPTION(&folders),
    };
    const struct command_line c = {
        .verb = "graph",
        .synopsis = "FILE -o OUT.svg",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = 1,
        .footer = "Solid arrows are sends (P!Yes) or the order of interactions, dashed ones receives (C?Prepare).\n"
                  "Dotted arrows leave the body of a try by an event; a bar begins the branches of a par.\n",
    };
    uint32_t n;
    enum options_result r = options_parse(&c, argc, argv, &n);
    if (r != OPTIONS_OK)
        return r == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    if (!path) {
        complain("graph: where to? Give a picture with -o, such as -o protocol.svg");
        return EXIT_WRONG;
    }
    const struct picture_format *f = picture_format_of("graph", path);
    if (!f)
        return EXIT_WRONG;
    static const enum dot_what kinds[] = { DOT_ALL, DOT_GLOBAL, DOT_LOCAL, DOT_SYSTEM };
    sel.what = kinds[what];
    struct unit u;
    unit_load(&u, argv[1], &folders);
    int status = draw(&u, &sel, f, path);
    unit_free(&u);
    return status;
}
