/* find.h -- the protocol files that a command line names: files as given, folders with all that is below them. */
#ifndef MOTET_CLI_FIND_H
#define MOTET_CLI_FIND_H
#include <stdbool.h>

#include "arena.h"

typedef VEC(const char *) path_vec;

/* Appends `path`, or when it is a folder every `.proto-session` file below it, by name. Hidden folders and symbolic
 * links to folders are not entered, and what is no file (a pipe) is passed over. False after a message on stderr: a folder
 * cannot be read or holds no such file. */
bool find_protocols(struct arena *a, const char *path, path_vec *out);

#endif
