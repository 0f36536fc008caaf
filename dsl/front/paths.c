/* paths.c -- see paths.h. */
#include "paths.h"

const char *path_folder(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return "";
    return arena_strndup(a, path, slash == path ? 1 : (size_t)(slash - path));
}

/* Appends one part to a clean path of `n` bytes; returns the new length. */
static size_t add_part(char *out, size_t n, const char *part, size_t len)
{
    if (len == 0 || (len == 1 && *part == '.'))
        return n;
    if (len == 2 && memcmp(part, "..", 2) == 0 && n > 0) {
        size_t last = n;
        while (last > 0 && out[last - 1] != '/')
            last--;
        if (n == 1 && *out == '/')
            return n;
        if (!(n - last == 2 && memcmp(out + last, "..", 2) == 0))
            return last > 1 ? last - 1 : last; /* without the part, and its slash unless that is the root */
    }
    if (n > 0 && out[n - 1] != '/')
        out[n++] = '/';
    memcpy(out + n, part, len);
    return n + len;
}

const char *path_join(struct arena *a, const char *folder, const char *rest)
{
    char *out = arena_alloc(a, strlen(folder) + strlen(rest) + 3);
    const char *parts[] = {*rest == '/' ? "" : folder, rest};
    size_t n = 0;
    if (*rest == '/' || *folder == '/')
        out[n++] = '/';
    for (int i = 0; i < 2; i++)
        for (const char *p = parts[i]; *p;) {
            size_t len = strcspn(p, "/");
            n = add_part(out, n, p, len);
            p += len + (p[len] == '/');
        }
    out[n] = '\0';
    return out;
}

/* ---- modules ---- */

/* "a/b/c.ext" of "a.b.c" */
static const char *module_path(struct arena *a, const char *dotted, const char *extension)
{
    char *path = arena_printf(a, "%s%s", dotted, extension);
    for (size_t i = 0; i < strlen(dotted); i++)
        if (path[i] == '.')
            path[i] = '/';
    return path;
}

/* The folder below which the names of modules start, as the file `own` in `folder` sees it: "x" of module a.b in "x/a".
 * NULL where the folder is another one than its name says. */
static const char *folder_of_root(struct arena *a, const char *folder, const char *own)
{
    const char *parents = path_folder(a, module_path(a, own, ""));
    size_t n = strlen(folder), m = strlen(parents);
    if (m == 0 || (n == m && memcmp(folder, parents, m) == 0))
        return m == 0 ? folder : "";
    if (n > m && folder[n - m - 1] == '/' && memcmp(folder + n - m, parents, m) == 0)
        return arena_strndup(a, folder, n - m == 1 ? 1 : n - m - 1);
    if (n >= m || *folder == '/' || (n > 0 && (parents[m - n - 1] != '/' || strcmp(parents + m - n, folder) != 0)))
        return NULL;
    for (const char *p = parents; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
        folder = path_join(a, folder, ".."); /* started from within: the names of the folders above are not known */
    return folder;
}

static void add_place(struct arena *a, struct place_list *list, const char *folder, const char *file)
{
    const char *path = path_join(a, folder, file);
    for (uint32_t i = 0; i < list->paths.n; i++)
        if (strcmp(list->paths.at[i], path) == 0)
            return;
    vec_push(a, list->paths, path);
}

struct place_list module_places(struct arena *a, const char *from, const char *own, const char *dotted,
                                const char *extension, const struct loader *loader)
{
    struct place_list list = {0};
    const char *file = module_path(a, dotted, extension), *folder = path_folder(a, from);
    const char *root = own ? folder_of_root(a, folder, own) : NULL;
    if (root)
        add_place(a, &list, root, file);
    add_place(a, &list, folder, file);
    for (uint32_t i = 0; loader && i < loader->n_folders; i++)
        add_place(a, &list, loader->folders[i], file);
    return list;
}

static void report_missing(const struct place_list *places, const char *what, struct span at, struct diags *d)
{
    struct diag *x = diag_add(d, E0603, at, "`%s` is not there", what);
    for (uint32_t i = 0; i < places->paths.n; i++)
        diag_note(d, x, "there is no file %s", places->paths.at[i]);
    if (places->paths.n > 1)
        diag_help(d, x, "-I DIR names another folder in which modules are looked for");
}

const char *module_read(const struct place_list *places, const char *what, struct span at,
                        const struct loader *loader, struct diags *d, struct loaded *out)
{
    *out = (struct loaded){0};
    for (uint32_t i = 0; loader && i < places->paths.n; i++) {
        switch (loader->read(loader->ctx, places->paths.at[i], out)) {
        case LOAD_OK:
            return places->paths.at[i];
        case LOAD_MISSING:
            break;
        case LOAD_FAILED:
            diag_add(d, E0501, at, "cannot read %s: %s", places->paths.at[i], out->why);
            return NULL;
        }
    }
    report_missing(places, what, at, d);
    return NULL;
}
