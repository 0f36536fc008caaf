/* import.c -- motet import: a protocol written for another tool, as text in this language. */
#include <string.h>

#include "ast_print.h"
#include "buf.h"
#include "cli.h"
#include "format.h"
#include "load.h"
#include "options.h"
#include "output.h"

struct import {
    const char *out;
    struct text_list folders; /* of modules */
};

static enum options_result parse(struct import *m, int argc, char **argv)
{
    const struct option_spec options[] = {
        { "output", 'o', OPTION_TEXT, "OUT", &m->out, 0, 0, "write it there instead of printing it" },
        IMPORT_OPTION(&m->folders),
    };
    const struct command_line c = {
        .verb = "import",
        .synopsis = "FILE [-o OUT]",
        .about = "Translates a protocol that was written for another tool. The extension says what FILE is:\n"
                 "  .scr .nuscr  global protocols of Scribble and nuScr\n"
                 "  .txt         communicating automata, as the k-multiparty compatibility checker reads them\n"
                 "Names that are keywords or numbers here are changed. What cannot be translated is an error.\n"
                 "The other commands take such files as they are.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = 1,
        .footer = "exit status: 0 translated; 2 wrong file or command line\n",
    };
    uint32_t n_files;
    return options_parse(&c, argc, argv, &n_files);
}

/* The protocol as text, laid out as fmt does; false: it is no text of this language, which is a bug. */
static bool render(struct unit *u, struct buf *out)
{
    struct buf text = { 0 };
    ast_print(u->file, &text);
    uint32_t source = sources_add(u->sources, u->path, buf_cstr(&text), text.n);
    bool ok = !text.failed && format_file(u->a, u->names, u->sources, source, out) && !out->failed;
    buf_free(&text);
    return ok;
}

static enum exit_status put(const struct import *m, struct unit *u)
{
    struct buf text = { 0 };
    enum exit_status status = EXIT_HOLDS;
    if (!render(u, &text)) {
        complain("import: internal error: %s does not become a text that can be read back", u->path);
        status = EXIT_INTERNAL;
    } else if (!m->out) {
        fputs(buf_cstr(&text), stdout);
    } else if (!output_write_file(m->out, buf_cstr(&text), text.n)) {
        status = EXIT_WRONG;
    }
    buf_free(&text);
    return status;
}

int cmd_import(int argc, char **argv)
{
    struct import m = { 0 };
    switch (parse(&m, argc, argv)) {
    case OPTIONS_HELP:
        return EXIT_HOLDS;
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_OK:
        break;
    }
    if (!unit_is_imported(argv[1])) {
        complain("import: the name of the file must end in .scr, .nuscr or .txt, to say what it is: %s", argv[1]);
        return EXIT_WRONG;
    }
    if (m.out && unit_is_imported(m.out)) {
        complain("import: what is written is in the language of .proto-session files: %s cannot be its name", m.out);
        return EXIT_WRONG;
    }
    struct unit u;
    unit_read(&u, argv[1], &m.folders);
    enum exit_status status = EXIT_WRONG;
    if (u.diags->n_errors == 0)
        status = put(&m, &u);
    unit_print_diags(&u, false);
    unit_free(&u);
    return status;
}
