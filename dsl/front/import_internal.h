/* import_internal.h -- what the importers share: reading words, giving out names, building the AST.
 *
 * An error stops the importer: `ok` turns false, the current token becomes the end of the file, and every function
 * may be called on and does nothing. So only loops that do not read need to look at `ok`. Where it stands on its feet
 * again, at the next statement or the next role, it goes on with import_recover, so that one run tells all that is
 * wrong.
 */
#ifndef MOTET_DSL_IMPORT_INTERNAL_H
#define MOTET_DSL_IMPORT_INTERNAL_H
#include "import.h"
#include "remarks.h"

enum {
    IMPORT_MAX_NAMES = 1 << 16,  /* messages, roles, sessions */
    IMPORT_MAX_STATES = 4096,    /* of one automaton */
    IMPORT_MAX_EDGES = 1 << 16,  /* of one automaton */
    IMPORT_MAX_ERRORS = 100,     /* told of one file */
    IMPORT_MAX_DEPTH = 150,      /* nesting; below FRONT_MAX_DEPTH, since translating may add levels */
    IMPORT_END = 0, IMPORT_WORD = 'w', IMPORT_STRING = 's' /* kinds of token; else the character itself */
};

struct import_token {
    int kind;
    struct span at;
    name text; /* IMPORT_WORD: letters, digits, `_`; IMPORT_STRING: what stands between the quotes */
};

/* A map from names to numbers. */
struct import_map {
    struct import_entry {
        name key;
        uint32_t value;
    } *slots;
    uint32_t n, cap;
};

struct import_message {
    struct ident name;
    field_vec fields;
};

struct importer {
    struct arena *a;
    struct interner *names;
    struct diags *d;
    struct sources *s;
    const struct loader *loader; /* NULL: there are no other files */
    const struct source *src;
    uint32_t source, pos;
    const char *line_comment; /* "--" or "//" */
    bool block_comments;      /* C's, too */
    struct import_token tok, ahead;
    struct span last;         /* of the token before */
    struct span comment;      /* the comment lines directly above the token read last, or empty */
    struct span tok_comment;  /* the same of `tok` */
    struct import_map taken;    /* names of declarations in use */
    struct import_map messages; /* by what they are in the imported file: index in message_list */
    VEC(struct import_message) message_list;
    struct file *f;
    bool ok, fatal;  /* fatal: there is no going on */
    uint32_t stuck;  /* where the token stands at which it stopped */
    uint32_t n_errors;
};

/* ---- reading ---- */

/* Goes on in that file at that byte, between two tokens. */
void import_enter(struct importer *x, uint32_t source, uint32_t pos);
/* After an error reads on from that byte on; false: there was none, or there is no going on. */
bool import_recover(struct importer *x, uint32_t from);
void import_advance(struct importer *x);
bool import_at(const struct importer *x, int kind);
bool import_at_word(const struct importer *x, const char *word);
bool import_accept(struct importer *x, int kind);
bool import_accept_word(struct importer *x, const char *word);
void import_expect(struct importer *x, int kind, const char *what);
void import_expect_word(struct importer *x, const char *word);
struct ident import_name(struct importer *x, const char *what); /* a word that is not a number */
struct ident import_word(struct importer *x, const char *what); /* numbers, too */
struct span import_since(const struct importer *x, struct span from);

/* E0601: the file is not what it should be. */
void import_unexpected(struct importer *x, const char *what);
/* Reports `code` and stops. */
void import_fail(struct importer *x, enum diag_code code, struct span at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- names ---- */

uint32_t *import_find(const struct import_map *m, name key); /* NULL when it is not there */
void import_put(struct importer *x, struct import_map *m, name key, uint32_t value);
/* `wanted` as a name of this language: not a keyword, not a number; `prefix` stands before a digit. */
name import_legal(struct importer *x, const char *wanted, const char *prefix);
/* The same, also unlike every declaration so far, and taken from now on. */
name import_claim(struct importer *x, const char *wanted, const char *prefix);
/* The message called so in the imported file; its declaration comes at the end. */
struct ident import_message(struct importer *x, struct ident as_written);
/* The same where more than the name makes a message: `key` says what. */
struct ident import_message_with(struct importer *x, name key, struct ident as_written, const field_vec *fields);
/* "elevator-csa.txt" as "ElevatorCsa". */
const char *import_title(struct importer *x);

/* ---- building ---- */

struct local *import_local(struct importer *x, enum local_kind kind, struct span at);
struct decl *import_decl(struct importer *x, enum decl_kind kind, struct ident id);
/* Declares the messages that were used, before all else. */
void import_declare_messages(struct importer *x);
/* The comment as the text of a `///` comment, or NULL. */
const char *import_doc(struct importer *x, struct span comment);

/* ---- formats ---- */

void import_automata(struct importer *x);
void import_scribble(struct importer *x);

#endif
