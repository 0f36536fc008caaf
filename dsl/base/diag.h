/* diag.h -- diagnostics are values: collected in one list, rendered by whoever shows them.
 *
 * Codes are stable (E.... errors, W.... warnings) and listed once, in diag.def. A pass reports and goes on with
 * poison nodes; nothing below the driver prints or exits.
 */
#ifndef MOTET_DSL_DIAG_H
#define MOTET_DSL_DIAG_H
#include <stdbool.h>

#include "arena.h"
#include "source.h"

struct buf;
struct json;

enum severity { SEV_ERROR, SEV_WARNING };

enum diag_code {
#define DIAG(code, severity, title) code,
#include "diag.def"
#undef DIAG
    DIAG_CODES
};

struct diag_label {
    struct span at;
    const char *text;
};

struct diag_fix { /* write this instead; an empty text leaves the place out */
    struct span at;
    const char *text;
};

struct diag {
    enum diag_code code;
    struct span at;
    const char *message; /* one line, lower case, no full stop: what is wrong and what was expected */
    const char *label;   /* text under the caret, or NULL */
    VEC(struct diag_label) labels; /* secondary places */
    VEC(const char *) notes;       /* "note: ..." lines */
    const char *help;              /* what to do, or NULL */
    VEC(struct diag_fix) fixes;    /* that for programs, where it is no more than other text at some places */
};

struct diags {
    struct arena *a;
    struct diag **at; /* in the order of reporting; diags_sort orders by place */
    uint32_t n, cap;
    uint32_t n_errors;
    VEC(struct span) muted;
};

enum { DIAGS_MAX = 1000 }; /* so many are kept; one more says that there were others */
/* Is nothing more kept? Errors are still counted. */
bool diags_full(const struct diags *d);

struct diags *diags_new(struct arena *a); /* lives in `a` */
/* Adds one diagnostic and returns it for labels, notes and help. Never NULL. One with the code, place and message of an
 * earlier one is not added again. */
struct diag *diag_add(struct diags *d, enum diag_code code, struct span at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* What stands here was not understood, and that was reported: diagnostics other than those of lexer and parser that
 * would be added at a place in `where` are consequences, and dropped. */
void diags_mute(struct diags *d, struct span where);
void diag_caret(struct diags *d, struct diag *x, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diag_label(struct diags *d, struct diag *x, struct span at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void diag_note(struct diags *d, struct diag *x, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diag_help(struct diags *d, struct diag *x, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* All fixes of a diagnostic belong together. */
void diag_fix(struct diags *d, struct diag *x, struct span at, const char *text);

const char *diag_code_name(enum diag_code code);  /* "E0101" */
const char *diag_code_title(enum diag_code code); /* the rule in a few words */
enum severity diag_code_severity(enum diag_code code);

/* Stable sort by file and offset. */
void diags_sort(struct diags *d);
/* The candidate nearest to `wrong` in spelling, or NULL where none is near: for "did you mean". */
const char *diag_nearest(const char *wrong, const char *const *candidates, uint32_t n);

/* Caret rendering of all diagnostics; `color` adds ANSI escapes. */
void diags_render_text(const struct diags *d, const struct sources *s, struct buf *out, bool color);
/* The "diagnostics" array members: {"code","severity","message","file","line","column"} and, where present,
 * "help", "notes", "labels" and "fixes". The caller opens and closes the array. */
void diags_render_json(const struct diags *d, const struct sources *s, struct json *out);

#endif
