/* paths.h -- where the files are that a file imports. Paths are text here: nothing is asked of a disk but through the
 * loader. Of this language and of others alike. */
#ifndef MOTET_DSL_PATHS_H
#define MOTET_DSL_PATHS_H
#include "arena.h"
#include "diag.h"
#include "loader.h"

/* "a/b" of "a/b/c.txt", "" of "c.txt", "/" of "/c.txt". */
const char *path_folder(struct arena *a, const char *path);
/* "folder/rest" without "." and, where it can be seen what it goes back from, without "..". */
const char *path_join(struct arena *a, const char *folder, const char *rest);

struct place_list {
    VEC(const char *) paths; /* to try, in this order */
};
/* Where the module called `dotted` may be, seen from the file at `from`, which calls itself `own` (or NULL): below the
 * folder that `own` starts from, below the file's own folder, below the loader's. */
struct place_list module_places(struct arena *a, const char *from, const char *own, const char *dotted,
                                const char *extension, const struct loader *loader);
/* The first of the places that has a file, read into `out`; NULL after an error that names the import at `at`. */
const char *module_read(const struct place_list *places, const char *what, struct span at,
                        const struct loader *loader, struct diags *d, struct loaded *out);

#endif
