/* output.c -- see output.h. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

struct staged {
    char *path, *temporary; /* temporary is NULL when there is nothing to rename */
    enum output_fate fate;
};

/* ---- folders ---- */

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Creates `path` and what is missing above it. *made counts the path's prefixes that were created. */
static bool make_folders(const char *path, unsigned *made)
{
    char *prefix = strdup(path);
    bool ok = prefix != NULL;
    for (char *p = prefix; ok && *p; p++) {
        bool ends = p[1] == '\0';
        if (!ends && (p[1] != '/' || p[0] == '/'))
            continue;
        char next = p[1];
        p[1] = '\0';
        if (mkdir(prefix, 0777) == 0)
            (*made)++;
        else if (errno != EEXIST || !is_folder(prefix))
            ok = false;
        p[1] = next;
    }
    if (!ok)
        complain("cannot create the folder %s: %s", path, errno == EEXIST ? "a file stands in the way" : strerror(errno));
    free(prefix);
    return ok;
}

/* Takes back what make_folders made, as far as it is empty. */
static void remove_folders(const char *path, unsigned made)
{
    char *prefix = strdup(path);
    for (; prefix && made && rmdir(prefix) == 0; made--) {
        size_t n = strlen(prefix);
        while (n && prefix[n - 1] == '/')
            n--;
        while (n && prefix[n - 1] != '/')
            n--;
        prefix[n] = '\0';
    }
    free(prefix);
}

/* ---- one file ---- */

static bool holds(const char *path, const char *bytes, size_t size)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool same = fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == size;
    char chunk[1 << 14];
    for (size_t at = 0, n; same && at < size; at += n) {
        n = fread(chunk, 1, sizeof chunk, f);
        same = n > 0 && n <= size - at && memcmp(chunk, bytes + at, n) == 0;
    }
    fclose(f);
    return same;
}

/* The permissions of the file that is replaced, or the usual ones. */
static mode_t mode_for(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return st.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool write_bytes(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Writes the bytes to a new file beside s->path and remembers its name. */
static bool write_beside(struct staged *s, const char *bytes, size_t size)
{
    const char *slash = strrchr(s->path, '/');
    int folder = slash ? (int)(slash - s->path) + 1 : 0;
    size_t room = strlen(s->path) + sizeof ".motet-XXXXXX";
    char *name = malloc(room);
    if (!name)
        return false;
    snprintf(name, room, "%.*s.motet-XXXXXX", folder, s->path);
    int fd = mkstemp(name);
    if (fd < 0) {
        free(name);
        return false;
    }
    s->temporary = name;
    bool ok = write_bytes(fd, bytes, size) && fchmod(fd, mode_for(s->path)) == 0;
    return close(fd) == 0 && ok;
}

static bool stage(struct staged *s, const struct output *o)
{
    struct stat st;
    bool exists = lstat(s->path, &st) == 0;
    if (exists && o->user_owned)
        s->fate = OUTPUT_KEPT;
    else if (exists && holds(s->path, o->text, o->size))
        s->fate = OUTPUT_UNCHANGED;
    else if (is_folder(s->path))
        errno = EISDIR;
    else if (write_beside(s, o->text, o->size))
        s->fate = OUTPUT_WRITTEN;
    if (s->fate != OUTPUT_WRITTEN || s->temporary)
        return true;
    complain("cannot write %s: %s", s->path, strerror(errno));
    return false;
}

/* Moves the staged file into place. The user's is linked, which never replaces one that has appeared meanwhile. */
static bool put_in_place(struct staged *s, bool user_owned)
{
    if (!s->temporary)
        return true;
    bool ok;
    if (user_owned) {
        ok = link(s->temporary, s->path) == 0 || errno == EEXIST;
        int why = errno;
        unlink(s->temporary);
        errno = why;
    } else {
        ok = rename(s->temporary, s->path) == 0;
    }
    if (!ok) {
        complain("cannot write %s: %s", s->path, strerror(errno));
        return false;
    }
    free(s->temporary);
    s->temporary = NULL;
    return true;
}

static void drop(struct staged *s)
{
    if (s->temporary)
        unlink(s->temporary);
    free(s->temporary);
    free(s->path);
}

/* ---- all files of a run ---- */

static char *join(const char *dir, const char *name)
{
    size_t n = strlen(dir), room = n + strlen(name) + 2;
    char *path = malloc(room);
    if (path)
        snprintf(path, room, "%s%s%s", dir, n && dir[n - 1] != '/' ? "/" : "", name);
    return path;
}

bool output_write_all(const struct outputs *out, const char *dir, enum output_fate *fates)
{
    unsigned made = 0;
    struct staged *staged = calloc(out->n ? out->n : 1, sizeof *staged);
    bool ok = staged && make_folders(dir, &made);
    for (uint32_t i = 0; ok && i < out->n; i++) {
        staged[i].path = join(dir, out->at[i].name);
        ok = staged[i].path && stage(&staged[i], &out->at[i]);
    }
    for (uint32_t i = 0; ok && i < out->n; i++)
        ok = put_in_place(&staged[i], out->at[i].user_owned);
    for (uint32_t i = 0; staged && i < out->n; i++) {
        if (fates)
            fates[i] = staged[i].fate;
        drop(&staged[i]);
    }
    if (!ok)
        remove_folders(dir, made);
    free(staged);
    return ok;
}

bool output_write_file(const char *path, const char *bytes, size_t size)
{
    struct output o = { .name = path, .text = bytes, .size = size };
    struct staged s = { .path = strdup(path) };
    bool ok = s.path && stage(&s, &o) && put_in_place(&s, false);
    drop(&s);
    return ok;
}
