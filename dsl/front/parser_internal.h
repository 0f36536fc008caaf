/* parser_internal.h -- what the parts of the parser share.
 *
 * How errors are kept apart: the first error of an item sets `panic`, and while it is set nothing more is reported.
 * It is cleared where the parser surely stands on its feet again: when it consumes `{`, `}` or `;`, or after
 * sync_item. Small mistakes with one obvious reading (`=>` for `->`, a misspelt keyword, a comma for a semicolon) are
 * reported with `slip`, which sets no panic: parsing goes on as if they had been right.
 *
 * An item in which something could not be read is muted (diags_mute): what later passes would say about the rest of it
 * is no mistake of its own.
 */
#ifndef MOTET_DSL_PARSER_INTERNAL_H
#define MOTET_DSL_PARSER_INTERNAL_H
#include "ast.h"
#include "lexer.h"
#include "parser.h"

struct parser {
    struct arena *a;
    struct lexer lex;
    struct token tok, ahead; /* the current token and the one after it */
    struct span last;        /* the token before `tok` */
    bool item_ended;         /* it was `;`, `{` or `}` */
    bool panic;
    bool lost;        /* something of the current item was not read */
    struct span item; /* where it starts; behind its last block, if that is closed already */
    uint32_t depth;
    uint32_t spoken_for;   /* offset + 1 of the token about which something was said last */
    uint32_t n_fails;      /* errors that may have lost something of the AST */
    enum token_kind ender; /* ends the next block, closed or not: `or` a branch, `wire` a supervisor, any item of an
                            * actor (K_STATE) its fields; T_EOF: nothing */
    uint32_t forgiven;     /* `}` that may be missing in this declaration, since a `{` was forgotten or is too many */
    uint32_t unclosed;     /* `}` still to come of blocks that a misplaced declaration ended */
    bool too_deep;         /* reported */
    const void *full;      /* the list about which a limit was reported last */
};

/* ---- tokens ---- */

void advance(struct parser *p);
static inline bool at(const struct parser *p, enum token_kind kind) { return p->tok.kind == kind; }
bool accept(struct parser *p, enum token_kind kind);
bool names_something(enum token_kind kind); /* a name, or a word that may be one */
bool at_name(const struct parser *p);
/* A name that other notations have for one of these. */
bool at_habit(const struct parser *p, const enum token_kind *kinds, uint32_t n);
enum { N_DECL_STARTS = 11 };
extern const enum token_kind decl_starts[N_DECL_STARTS]; /* enum, struct, message, ... */
bool is_decl_start(enum token_kind kind);
bool is_arrow(enum token_kind kind); /* `->`, or a sign that is easily written for it */
bool at_decl_line(const struct parser *p); /* a declaration starts here, on a line of its own */
bool starts_item(const struct parser *p);  /* an item of some block seems to start here */
bool at_block_end(const struct parser *p); /* `}`, the end of the file, or a declaration on a new line */
/* From the token `lo` to the last one consumed. */
struct span since(const struct parser *p, struct span lo);

/* ---- errors ---- */

/* Reports at the current token; NULL when the parser is silent. Sets panic. */
struct diag *fail_at(struct parser *p, struct span where, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "expected WHAT, found ..."; at the end of the line before when the current token is on a new line. */
struct diag *fail_expected(struct parser *p, const char *what);
/* As fail_at, but parsing goes on undisturbed. `help` may be NULL. */
struct diag *slip(struct parser *p, struct span where, const char *help, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* These do nothing when g is NULL. */
void help(struct parser *p, struct diag *g, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void label(struct parser *p, struct diag *g, struct span where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A limit was passed; E0106 without panic. */
void limit(struct parser *p, struct span where, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* May a list of `n` things have another one? No more than `max`: reported at the current token, once a list. `what` are
 * the things. */
bool has_room(struct parser *p, const void *list, uint32_t n, uint32_t max, const char *what);
#define push_limited(p, v, max, what, ...)                                                                             \
    do {                                                                                                               \
        if (has_room((p), &(v), (v).n, (max), (what)))                                                                 \
            vec_push((p)->a, (v), __VA_ARGS__);                                                                        \
    } while (0)

/* ---- expectations: true (or the thing) when met; otherwise reported, nothing consumed ---- */

bool expect(struct parser *p, enum token_kind kind, const char *what);
/* `;` at the end of `what`. One forgotten at a line's end is treated as if it stood there. */
bool expect_semi(struct parser *p, const char *what);
/* In a list of names: true when the next one is here and only the comma is not, which is reported. */
bool missing_comma(struct parser *p, const char *after);
bool expect_close(struct parser *p, enum token_kind close, struct span open); /* `}`, `)`, `]` of `open` */
struct ident expect_name(struct parser *p, const char *what);
/* A number in lo..hi; out of range is E0106 and gives the nearest bound. `what` reads "the size of ...". */
uint64_t expect_number(struct parser *p, const char *what, uint64_t lo, uint64_t hi);
uint64_t expect_duration(struct parser *p, const char *what);
bool accept_dot(struct parser *p); /* between names; `::` is reported and taken for it */
/* `[NUMBER]` if present. */
bool optional_index(struct parser *p, const char *what, uint32_t lo, uint32_t hi, uint32_t *index);
struct role_ref expect_role(struct parser *p, const char *what);
/* Skips a stray `=` or `:` after the word `setting`, with a word about it. */
void no_assignment(struct parser *p, const char *setting);

/* The kind of the item that starts here: the current token's when it is in `kinds`; the nearest one when it is
 * misspelt (reported as a slip; the token then counts as that one); else T_EOF after "expected WHAT". */
enum token_kind item_kind(struct parser *p, const enum token_kind *kinds, uint32_t n, const char *what);
#define ITEM_KIND(p, what, ...)                                                                                        \
    item_kind((p), (const enum token_kind[]){__VA_ARGS__},                                                             \
              sizeof((const enum token_kind[]){__VA_ARGS__}) / sizeof(enum token_kind), (what))

/* ---- recovery ---- */

/* Ends an item in which panic may be set: skips to behind its `;`, to the block's `}`, or to a line that starts the
 * next item. */
void sync_item(struct parser *p);
/* For an item that could not be parsed at all: skips at least one token, then as sync_item. */
void skip_item(struct parser *p);
/* In a bracketed list: skips to the next `,` or to `close`, and clears panic there. */
void sync_list(struct parser *p, enum token_kind close);
/* Between items, and where the block of one starts: mutes what was just read if something of it was lost. */
void settle(struct parser *p);
void skip_to_close(struct parser *p); /* to the `}` of the block in which the parser stands */
void skip_block(struct parser *p);    /* at `{`: through its `}`, or to where it must end unclosed */
void skip_last_block(struct parser *p); /* also a `;` behind it: the end of a damaged item */
/* Parses `{ item item ... }`; `item` consumes one, or nothing when nothing fits. `what` names the block. */
void parse_block(struct parser *p, const char *what, void (*item)(struct parser *p, void *ctx), void *ctx);
bool enter(struct parser *p);         /* one level deeper; false, reported once, at FRONT_MAX_DEPTH */
void leave(struct parser *p);

/* ---- settings ---- */

enum { MOST = INT32_MAX }; /* where no smaller number is meant */
/* Reports a setting that stands twice in one block. */
void once(struct parser *p, const struct opt_u64 *earlier, const char *word);
/* At `word`: `word N`. */
void parse_setting(struct parser *p, struct opt_u64 *o, uint64_t lo, uint64_t hi);
/* `decide` where it means nothing: reported, and read all the same. */
void parse_stray_decide(struct parser *p);

/* ---- the parts ---- */

/* Behind the name of a message that is exchanged: reports fields that stand here, which are declared elsewhere. */
void no_payload_here(struct parser *p, struct ident *message);

struct type *parse_type(struct parser *p);
void parse_fields(struct parser *p, field_vec *fields, const char *of); /* at `{`; through `}` */
void parse_enum(struct parser *p, struct decl *d);
void parse_struct(struct parser *p, struct decl *d);
void parse_message(struct parser *p, struct decl *d);
void parse_session(struct parser *p, struct decl *d);
void parse_local(struct parser *p, struct decl *d);
void parse_actor(struct parser *p, struct decl *d);
void parse_system(struct parser *p, struct decl *d);
void parse_verify(struct parser *p, struct decl *d);
void parse_assert(struct parser *p, struct decl *d);
struct expr *parse_expr(struct parser *p);
struct ltl *parse_formula(struct parser *p);

#endif
