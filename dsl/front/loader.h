/* loader.h -- how the front end gets at the files that a file imports: through its caller, as it does no I/O itself. */
#ifndef MOTET_DSL_LOADER_H
#define MOTET_DSL_LOADER_H
#include <stddef.h>
#include <stdint.h>

enum load_answer {
    LOAD_OK,
    LOAD_MISSING, /* there is no such file: another place may have it */
    LOAD_FAILED   /* there is one, and `why` says why it cannot be read */
};

struct loaded {
    const char *text; /* need not live longer than until the next call */
    size_t size;
    const char *id;  /* equal for two paths of one file; NULL: the path. Must live as long as the loader */
    const char *why; /* LOAD_FAILED */
};

struct loader {
    void *ctx;
    enum load_answer (*read)(void *ctx, const char *path, struct loaded *out);
    const char *const *folders; /* where to look for modules, behind the places that a file itself suggests */
    uint32_t n_folders;
};

enum {
    LOAD_MAX_FILES = 256,            /* of one compilation */
    LOAD_MAX_DEPTH = 64,             /* files that import each other in a row */
    LOAD_MAX_TOTAL = 64 * (1 << 20), /* bytes of all files together */
    LOAD_MAX_NAMES = 1 << 18         /* that their imports bring, counted in each file */
};

#endif
