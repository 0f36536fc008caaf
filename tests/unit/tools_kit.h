/* tools_kit.h -- a folder of the test's own, an environment that is put back, and false tools on PATH. */
#ifndef MOTET_TESTS_TOOLS_KIT_H
#define MOTET_TESTS_TOOLS_KIT_H
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model_kit.h"

struct world {
    struct arena *a;
    struct kit *k;
    char *path, *tmp, *cc; /* the environment before the test, NULL where unset */
    char dir[64];          /* a folder of the test's own */
};

static inline char *saved(const char *variable)
{
    const char *v = getenv(variable);
    return v ? strdup(v) : NULL;
}

static inline int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->k = kit_new(w->a);
    w->path = saved("PATH");
    w->tmp = saved("TMPDIR");
    w->cc = saved("CC");
    strcpy(w->dir, "/tmp/motet-spin-test-XXXXXX");
    *ctx = w;
    return mkdtemp(w->dir) == NULL;
}

static inline void restore(const char *variable, char *value)
{
    if (value)
        setenv(variable, value, 1);
    else
        unsetenv(variable);
    free(value);
}

static inline int teardown(void **ctx)
{
    struct world *w = *ctx;
    char command[128];
    restore("PATH", w->path);
    restore("TMPDIR", w->tmp);
    restore("CC", w->cc);
    snprintf(command, sizeof command, "rm -rf '%s'", w->dir);
    int status = system(command);
    arena_free(w->a);
    free(w);
    return status;
}

static inline void tool(struct world *w, const char *file, const char *script)
{
    const char *path = arena_printf(w->a, "%s/%s", w->dir, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", script);
    fclose(f);
    assert_int_equal(chmod(path, 0755), 0);
}

static inline void prefer_own_tools(struct world *w)
{
    setenv("PATH", arena_printf(w->a, "%s:%s", w->dir, w->path ? w->path : "/usr/bin:/bin"), 1);
}

/* C compilers whose verifiers run `script`; they still preprocess. */
static inline void false_verifier(struct world *w, const char *script)
{
    tool(w, "verifier", script);
    const char *cc = arena_printf(w->a, "case \" $* \" in *' -E '*) exec gcc \"$@\";; esac\n"
                                        "cp %s/verifier pan", w->dir);
    tool(w, "false-cc", cc);
    tool(w, "tcc", cc);
    prefer_own_tools(w);
    setenv("CC", "false-cc", 1);
}

static inline int entries(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d)) != NULL;)
        n += x->d_name[0] != '.';
    closedir(d);
    return n;
}

static inline const char *own_tmp(struct world *w)
{
    const char *tmp = arena_printf(w->a, "%s/tmp", w->dir);
    assert_int_equal(mkdir(tmp, 0700), 0);
    setenv("TMPDIR", tmp, 1);
    return tmp;
}

#endif
