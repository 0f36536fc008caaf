/* cache.c -- see cache.h. A file is a line, "motet-cache VERSION KEY CHECKSUM LENGTH", and the text. */
#include "cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "arena.h"
#include "buf.h"

enum { VERSION = 1, NAME_LENGTH = 32, MOST_TEXT = 16 << 20, SEED = 0x6d6f7465 };
#define BEING_WRITTEN ".new-"

struct cache {
    struct arena *a;
    const char *folder;
    uint64_t most_bytes;
};

struct cache_key cache_key_of(const struct buf *material)
{
    XXH128_hash_t x = XXH3_128bits(buf_cstr(material), material->n);
    XXH128_hash_t y = XXH3_128bits_withSeed(buf_cstr(material), material->n, SEED);
    return (struct cache_key){{x.high64, x.low64, y.high64, y.low64}};
}

/* ---- the folder ---- */

static bool make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        bool ok = mkdir(path, 0700) == 0 || errno == EEXIST;
        *p = '/';
        if (!ok)
            return false;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

struct cache *cache_open(struct arena *a, const char *folder, uint64_t most_bytes)
{
    struct cache *c = ARENA_NEW(a, struct cache);
    char *path = arena_strndup(a, folder, strlen(folder));
    struct stat st;
    *c = (struct cache){a, path, most_bytes};
    if (*folder == '\0') {
        errno = ENOENT;
        return NULL;
    }
    if (!make_folders(path) || stat(path, &st) != 0)
        return NULL;
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return NULL;
    }
    return access(path, R_OK | W_OK | X_OK) == 0 ? c : NULL;
}

static char *path_of(const struct cache *c, struct arena *a, struct cache_key key)
{
    return arena_printf(a, "%s/%016" PRIx64 "%016" PRIx64, c->folder, key.at[0], key.at[1]);
}

/* ---- files ---- */

static void put_head(struct buf *out, struct cache_key key, const char *text, size_t n)
{
    XXH128_hash_t sum = XXH3_128bits(text, n);
    buf_printf(out, "motet-cache %d %016" PRIx64 "%016" PRIx64 " %016" PRIx64 "%016" PRIx64 " %zu\n", VERSION,
               key.at[2], key.at[3], sum.high64, sum.low64, n);
}

/* The whole file, NUL-terminated, or NULL. */
static char *read_whole(struct arena *a, const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *text = NULL;
    *n = 0;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MOST_TEXT) {
        text = arena_alloc(a, (size_t)st.st_size + 1);
        for (ssize_t k = 1; k > 0 && *n < (size_t)st.st_size; *n += k > 0 ? (size_t)k : 0)
            k = read(fd, text + *n, (size_t)st.st_size - *n);
        text[*n] = '\0';
        futimens(fd, NULL); /* used just now */
    }
    close(fd);
    return text;
}

const char *cache_find(struct cache *c, struct arena *a, struct cache_key key, size_t *n)
{
    size_t size;
    char *file = read_whole(a, path_of(c, a, key), &size), *text = file ? memchr(file, '\n', size) : NULL;
    if (text == NULL)
        return NULL;
    text++;
    *n = size - (size_t)(text - file);
    struct buf head = {0};
    put_head(&head, key, text, *n);
    bool right = head.n == (size_t)(text - file) && memcmp(head.p, file, head.n) == 0;
    buf_free(&head);
    return right ? text : NULL;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n != 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

/* ---- its size ---- */

struct entry {
    char *path;
    int64_t used; /* nanoseconds */
    uint64_t bytes;
};

struct entries {
    struct entry *at;
    size_t n, cap;
    uint64_t bytes;
};

static bool is_ours(const char *name)
{
    return (strlen(name) == NAME_LENGTH && strspn(name, "0123456789abcdef") == NAME_LENGTH) ||
           strncmp(name, BEING_WRITTEN, strlen(BEING_WRITTEN)) == 0;
}

static void add_entry(struct entries *all, const char *folder, const char *name)
{
    struct stat st;
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    if (all->n == all->cap) {
        size_t cap = all->cap ? 2 * all->cap : 256;
        struct entry *more = realloc(all->at, cap * sizeof *more);
        all->at = more ? more : all->at;
        all->cap = more ? cap : all->cap;
    }
    if (!path || all->n == all->cap || lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        free(path);
        return;
    }
    int64_t used = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    all->at[all->n++] = (struct entry){path, used, (uint64_t)st.st_size};
    all->bytes += (uint64_t)st.st_size;
}

static int by_use(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    return a->used < b->used ? -1 : a->used > b->used;
}

/* Removes what was used least recently, down to three quarters, so that this is not needed each time. */
static void trim(const struct cache *c)
{
    struct entries all = {0};
    DIR *d = opendir(c->folder);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (is_ours(e->d_name))
            add_entry(&all, c->folder, e->d_name);
    if (d != NULL)
        closedir(d);
    if (all.bytes > c->most_bytes) {
        qsort(all.at, all.n, sizeof *all.at, by_use);
        for (size_t i = 0; i < all.n && all.bytes > c->most_bytes / 4 * 3; i++)
            if (unlink(all.at[i].path) == 0)
                all.bytes -= all.at[i].bytes;
    }
    for (size_t i = 0; i < all.n; i++)
        free(all.at[i].path);
    free(all.at);
}

bool cache_keep(struct cache *c, struct cache_key key, const char *text, size_t n)
{
    char *path = arena_printf(c->a, "%s/%sXXXXXX", c->folder, BEING_WRITTEN);
    struct buf head = {0};
    int fd = n > MOST_TEXT / 2 ? -1 : mkstemp(path);
    if (fd < 0)
        return false;
    put_head(&head, key, text, n);
    bool ok = !head.failed && write_all(fd, head.p, head.n) && write_all(fd, text, n);
    buf_free(&head);
    ok = close(fd) == 0 && ok;
    ok = ok && rename(path, path_of(c, c->a, key)) == 0;
    if (!ok) {
        int why = errno;
        unlink(path);
        errno = why;
        return false;
    }
    trim(c);
    return true;
}
