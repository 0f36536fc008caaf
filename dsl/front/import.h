/* import.h -- protocols written for other tools, as the AST that the same protocol has in this language.
 *
 * The spans of the AST point into the imported file, so that diagnostics and counterexamples speak of what the user
 * wrote; ast_print makes the text in this language. Names that this language cannot have (keywords, numbers, a
 * message and a role called the same) are changed, always in the same way; what cannot be expressed is an error and
 * never left out.
 */
#ifndef MOTET_DSL_IMPORT_H
#define MOTET_DSL_IMPORT_H
#include "ast.h"
#include "diag.h"
#include "loader.h"

enum import_format {
    IMPORT_NONE,     /* a file in this language */
    IMPORT_AUTOMATA, /* .txt: communicating automata, as the k-multiparty compatibility checker reads them */
    IMPORT_SCRIBBLE  /* .scr, .nuscr: global protocols of Scribble and nuScr */
};

/* By the file's extension. */
enum import_format import_format_of(const char *path);

/* The AST of file `source`, with what it needs of the files that it imports, which are added to `s`. Never NULL;
 * `damaged`, and worth nothing, when `d` got an error. The result lives in `a`. */
struct file *import_file_with(struct arena *a, struct interner *names, struct sources *s, uint32_t source,
                              enum import_format format, const struct loader *loader, struct diags *d);
/* The same of a file that is alone: what it imports is not there. */
struct file *import_file(struct arena *a, struct interner *names, struct sources *s, uint32_t source,
                         enum import_format format, struct diags *d);

#endif
