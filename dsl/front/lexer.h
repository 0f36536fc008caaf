/* lexer.h -- bytes to tokens.
 *
 * The lexer never fails: what it cannot read it reports, and goes on. A token beside which something was reported is
 * `tainted`; the parser stays silent about it, so that one mistake gives one diagnostic. It also keeps the count of
 * all syntax diagnostics of a file: after FRONT_MAX_ERRORS it adds one last remark and the token stream ends.
 */
#ifndef MOTET_DSL_LEXER_H
#define MOTET_DSL_LEXER_H
#include <stdbool.h>

#include "arena.h"
#include "diag.h"
#include "intern.h"
#include "source.h"

enum token_kind {
#define TOKEN(kind, class, spelling) kind,
#include "tokens.def"
#undef TOKEN
    TOKEN_KINDS
};

enum token_class { TC_SPECIAL, TC_PUNCT, TC_KEYWORD, TC_WORD };

enum {
    FRONT_MAX_FILE = 16 << 20, /* bytes */
    FRONT_MAX_NAME = 255,      /* bytes */
    FRONT_MAX_ERRORS = 100     /* diagnostics a file */
};

struct token {
    enum token_kind kind;
    struct span at;
    bool first;      /* the first token on its line */
    bool tainted;    /* something in it or just before it was reported already */
    name name;       /* T_NAME, keywords and words: the spelling; NULL: poison */
    uint64_t value;  /* T_NUMBER; T_DURATION: nanoseconds */
    const char *doc; /* text of the `///` lines before it, or NULL */
};

struct comment {
    struct span at; /* of a line comment: without its line end */
    bool block;     /* between slash-star and star-slash */
};

struct lexer {
    struct arena *a;
    struct interner *names;
    struct diags *d;
    const struct source *src;
    uint32_t file, pos;
    bool tainted;    /* for the next token */
    bool line_start; /* no token of this line was read yet */
    bool stopped;    /* too many errors: only T_EOF follows */
    uint32_t n_errors;
    VEC(char) doc;      /* of the next token */
    VEC(char) file_doc; /* of all `//!` lines so far */
    bool keep_comments;
    VEC(struct comment) comments; /* all so far, documentation included, when they are kept */
    struct keyword {
        name name;
        enum token_kind kind;
    } *keywords; /* open addressing by the name's address */
};

/* A lexer for file `source` of `s`. */
void lexer_init(struct lexer *x, struct arena *a, struct interner *names, const struct sources *s, uint32_t source,
                struct diags *d);
struct token lex_next(struct lexer *x);
/* The `//!` text read so far, or NULL. */
const char *lex_file_doc(struct lexer *x);

const char *token_spelling(enum token_kind kind);
enum token_class token_class(enum token_kind kind);
/* "`->`", "keyword `rec`", "name `Bank`", "the end of the file": for messages, in the lexer's arena. */
const char *token_describe(struct lexer *x, const struct token *t);

/* Adds a diagnostic to the file, within FRONT_MAX_ERRORS. Never NULL. */
struct diag *front_error(struct lexer *x, enum diag_code code, struct span at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
