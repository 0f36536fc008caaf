/* find.c -- see find.h. */
#include "find.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

enum { MAX_FOLDER_DEPTH = 64 };
static const char suffix[] = ".proto-session";

static bool is_folder(const char *path, bool follow)
{
    struct stat st;
    return (follow ? stat(path, &st) : lstat(path, &st)) == 0 && S_ISDIR(st.st_mode);
}

/* Pipes and the like are no protocols, and reading them may never end. A link that leads nowhere is one that is missing. */
static bool may_be_protocol(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static bool has_suffix(const char *name)
{
    size_t n = strlen(name), k = sizeof suffix - 1;
    return n > k && strcmp(name + n - k, suffix) == 0;
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The names in a folder that are not hidden, sorted. */
static bool names_in(struct arena *a, const char *folder, path_vec *out)
{
    DIR *d = opendir(folder);
    if (!d) {
        complain("%s: %s", folder, strerror(errno));
        return false;
    }
    for (const struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') {
            const char *name = arena_strndup(a, e->d_name, strlen(e->d_name));
            vec_push(a, *out, name);
        }
    closedir(d);
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_name);
    return true;
}

static bool search(struct arena *a, const char *folder, uint32_t depth, path_vec *out)
{
    path_vec names = { 0 };
    if (depth == MAX_FOLDER_DEPTH) {
        complain("%s: folders nest deeper than %d", folder, MAX_FOLDER_DEPTH);
        return false;
    }
    if (!names_in(a, folder, &names))
        return false;
    size_t n = strlen(folder);
    for (uint32_t i = 0; i < names.n; i++) {
        const char *path = arena_printf(a, "%s%s%s", folder, folder[n - 1] == '/' ? "" : "/", names.at[i]);
        if (is_folder(path, false)) {
            if (!search(a, path, depth + 1, out))
                return false;
        } else if (has_suffix(path) && may_be_protocol(path)) {
            vec_push(a, *out, path);
        }
    }
    return true;
}

bool find_protocols(struct arena *a, const char *path, path_vec *out)
{
    uint32_t before = out->n;
    if (!is_folder(path, true)) {
        vec_push(a, *out, path);
        return true;
    }
    if (!search(a, path, 0, out))
        return false;
    if (out->n == before)
        complain("%s: there is no file *%s in this folder or below it", path, suffix);
    return out->n > before;
}
