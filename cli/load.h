/* load.h -- a file, through all passes that every verb needs. */
#ifndef MOTET_CLI_LOAD_H
#define MOTET_CLI_LOAD_H
#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "intern.h"
#include "ir.h"
#include "options.h"
#include "source.h"

/* A compilation. Whatever is wrong with the file, reading it included, is in `diags`. */
struct unit {
    const char *path; /* as given; "<stdin>" for "-", the standard input */
    struct arena *a;  /* owns all below */
    struct interner *names;
    struct sources *sources; /* the file is number 0, others are what it imports */
    struct diags *diags;
    struct file *file; /* NULL when it could not be read */
    const struct text_list *folders; /* to look for modules in */
    struct ir *ir;     /* NULL when there is an error before the automata; its sessions may still be unusable */
};

/* The option that says where else modules are. `list` is a struct text_list *. */
#define IMPORT_OPTION(list)                                                                                            \
    {                                                                                                                  \
        "import-path", 'I', OPTION_LIST, "DIR", (list), 0, 0, "another folder to look for imported modules in"        \
    }

/* Was the file written for another tool? Says its extension. Such files are translated as they are read. */
bool unit_is_imported(const char *path);
/* The first part of unit_load: the text and its AST, names unresolved, and of protocols of other tools what they
 * import. `folders` may be NULL. */
void unit_read(struct unit *u, const char *path, const struct text_list *folders);
/* Never fails by itself; look at u->diags->n_errors and u->ir. */
void unit_load(struct unit *u, const char *path, const struct text_list *folders);
void unit_free(struct unit *u);
/* All diagnostics, by place, as text with carets on stderr. */
void unit_print_diags(const struct unit *u, bool color);

#endif
