/* lint_file.h -- every warning about a file that is not part of reading it. */
#ifndef MOTET_CLI_LINT_FILE_H
#define MOTET_CLI_LINT_FILE_H
#include "load.h"

/* Adds them to u->diags, by place. Files of other tools get none: their text is not ours to improve. `explore`: also those
 * that take a small search; `capacity` as for check. */
void lint_file(const struct unit *u, bool explore, uint32_t capacity);

#endif
