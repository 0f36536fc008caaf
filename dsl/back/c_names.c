/* c_names.c -- C names: made from the user's, given out once.
 *
 * One table holds every name with its scope; a name that is claimed twice is an error that names both owners, so
 * that a user never has to read a C compiler's complaint about code that was generated.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "c_gen.h"

struct claim {
    name key; /* "scope.name", interned; NULL: a free slot */
    struct span at;
    const char *what;
};

struct c_names {
    struct claim *slots; /* open addressing, a power of two, at most half full */
    uint32_t n, cap;
};

const char *c_snake(struct arena *a, const char *s)
{
    char *out = arena_alloc(a, 2 * strlen(s) + 3);
    size_t n = 0;
    for (size_t i = 0; s[i]; i++) {
        unsigned char c = (unsigned char)s[i], before = i ? (unsigned char)s[i - 1] : '_';
        if (!isalnum(c)) {
            if (n > 0 && out[n - 1] != '_')
                out[n++] = '_';
            continue;
        }
        if (n == 0 && isdigit(c))
            out[n++] = 'x';
        bool ends_capitals = isupper(before) && islower((unsigned char)s[i + 1]);
        if (n > 0 && isupper(c) && (islower(before) || isdigit(before) || ends_capitals))
            out[n++] = '_';
        out[n++] = (char)tolower(c);
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    if (n == 0)
        out[n++] = 'x';
    out[n] = 0;
    return out;
}

const char *c_upper(struct arena *a, const char *s)
{
    char *out = arena_strndup(a, s, strlen(s));
    for (char *c = out; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return out;
}

/* Names that C11 or the headers that generated code includes give a meaning of their own. */
static const char *const c_words[] = {
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "bool", "true", "false",
    "asm", "typeof", "NULL", "EOF", "errno", "stdin", "stdout", "stderr", "assert", "size_t", "time_t", "clock_t",
    "wchar_t", "ptrdiff_t", "div_t", "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t",
    "uint64_t", "intptr_t", "uintptr_t", "linux", "unix",
};

/* Headers of C and POSIX that a generated header of the same name would hide. */
static const char *const c_headers[] = {
    "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "limits", "locale", "math", "setjmp", "signal",
    "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string",
    "tgmath", "threads", "time", "uchar", "wchar", "wctype", "fcntl", "poll", "pthread", "sched", "semaphore", "unistd",
    "dirent", "grp", "pwd", "netdb", "regex", "search", "spawn", "strings", "syslog", "termios", "glob", "features",
};

static bool among(const char *s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return false;
}

static bool begins_with(const char *s, const char *start)
{
    return strncmp(s, start, strlen(start)) == 0;
}

/* A macro of stdint.h or inttypes.h, as SIZE_MAX or PRIu64: it would take the place of any name, also of a field. */
static bool is_integer_macro(const char *s)
{
    static const char *const kinds[] = {"INT", "UINT", "SIZE_", "PTRDIFF_", "SIG_ATOMIC_", "WCHAR_", "WINT_"};
    size_t n = strlen(s);
    bool bound = n > 4 && (strcmp(s + n - 4, "_MAX") == 0 || strcmp(s + n - 4, "_MIN") == 0);
    for (size_t i = 0; bound && i < sizeof kinds / sizeof *kinds; i++)
        if (begins_with(s, kinds[i]))
            return true;
    return (begins_with(s, "PRI") || begins_with(s, "SCN")) && islower((unsigned char)s[3]);
}

/* Who else owns the name, or NULL. */
static const char *foreign_owner(const char *scope, const char *cname)
{
    if (strcmp(scope, "file ") == 0)
        return among(cname, c_headers, sizeof c_headers / sizeof *c_headers) ? "a header of C or POSIX" : NULL;
    if (cname[0] == '_' && (cname[1] == '_' || isupper((unsigned char)cname[1])))
        return "reserved for the compiler";
    if (among(cname, c_words, sizeof c_words / sizeof *c_words))
        return "a word of C";
    if (is_integer_macro(cname))
        return "a macro of C's integer types";
    if (begins_with(cname, "MOTET_") || (*scope == 0 && begins_with(cname, "motet_")))
        return "a name of the library";
    return NULL;
}

static struct claim *slot_of(const struct c_names *n, name key)
{
    uint32_t i = (uint32_t)(((uintptr_t)key >> 4) * 2654435761u) & (n->cap - 1);
    while (n->slots[i].key && n->slots[i].key != key)
        i = (i + 1) & (n->cap - 1);
    return &n->slots[i];
}

static void grow(struct c_gen *g, struct c_names *n)
{
    struct c_names old = *n;
    n->cap = old.cap ? old.cap * 2 : 256;
    n->slots = ARENA_ARRAY(g->a, struct claim, n->cap);
    for (uint32_t i = 0; i < old.cap; i++)
        if (old.slots[i].key)
            *slot_of(n, old.slots[i].key) = old.slots[i];
}

struct c_names *c_names_new(struct c_gen *g)
{
    struct c_names *n = ARENA_NEW(g->a, struct c_names);
    grow(g, n);
    return n;
}

static void report_twice(struct c_gen *g, const struct claim *first, const char *cname, struct span at,
                         const char *what)
{
    struct diag *x = diag_add(g->d, E0521, at, "%s and %s would both be `%s` in C", first->what, what, cname);
    diag_caret(g->d, x, "this one is `%s`", cname);
    diag_label(g->d, x, first->at, "and so is this one");
    diag_help(g->d, x, "rename %s or %s: case and underscores alone do not keep names apart", what, first->what);
}

static void report_foreign(struct c_gen *g, const char *owner, const char *cname, struct span at, const char *what)
{
    struct diag *x = diag_add(g->d, E0522, at, "%s would be `%s` in C, which is %s", what, cname, owner);
    diag_caret(g->d, x, "`%s` is taken", cname);
    diag_help(g->d, x, "rename %s", what);
}

bool c_claim(struct c_gen *g, const char *scope, const char *cname, struct span at, const char *what, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, what);
    vsnprintf(text, sizeof text, what, ap);
    va_end(ap);
    const char *owner = foreign_owner(scope, cname);
    if (owner)
        report_foreign(g, owner, cname, at, text);
    if (g->names->n * 2 >= g->names->cap)
        grow(g, g->names);
    name key = intern_cstr(g->ir->names, arena_printf(g->a, "%s%s", scope, cname));
    struct claim *slot = slot_of(g->names, key);
    if (slot->key) {
        report_twice(g, slot, cname, at, text);
        return false;
    }
    *slot = (struct claim){key, at, arena_strndup(g->a, text, strlen(text))};
    g->names->n++;
    return !owner;
}
