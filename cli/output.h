/* output.h -- writing generated files: whole or not at all.
 *
 * Every file is first written beside its place, under a name of its own, and then renamed into it; nothing is renamed
 * before all of a run are written. A file that holds the right bytes already is not touched, so that `make` sees no change.
 * What belongs to the user is written only where it does not exist.
 */
#ifndef MOTET_CLI_OUTPUT_H
#define MOTET_CLI_OUTPUT_H
#include <stdbool.h>
#include <stddef.h>

#include "backend.h"

enum output_fate { OUTPUT_WRITTEN, OUTPUT_UNCHANGED, OUTPUT_KEPT /* the user's */ };

/* Writes all into folder `dir`, which is created with those above it. fates[i] tells about out->at[i]; may be NULL.
 * False after a message on stderr; the folder is then as it was, but for a disk that fails between two renames. */
bool output_write_all(const struct outputs *out, const char *dir, enum output_fate *fates);
/* One file, at a path whose folder exists. */
bool output_write_file(const char *path, const char *bytes, size_t size);

#endif
