/* format_pieces.h -- a file as the formatter sees it: tokens and comments in one row, and how they may stand. */
#ifndef MOTET_DSL_FORMAT_PIECES_H
#define MOTET_DSL_FORMAT_PIECES_H
#include "lexer.h"

enum piece_kind { PIECE_TOKEN, PIECE_LINE_COMMENT, PIECE_BLOCK_COMMENT };

/* Which grammar a token belongs to, where one sign means several things. */
enum piece_area {
    AREA_PLAIN,
    AREA_LOCAL,   /* a local type, through its `;` */
    AREA_FORMULA, /* between the braces of `ltl` */
    AREA_EVENT,   /* in a formula: the parentheses of `sent(R, M)` and the like */
    AREA_EXPR     /* behind `where` and `invariant`, and contracts from `on`; through their `;` */
};

/* Small, since a file may have millions. */
struct piece {
    struct extent {
        uint32_t lo, hi;
    } at;
    uint32_t match;             /* of a brace: the index of its other half */
    enum token_kind token : 10; /* PIECE_TOKEN; else T_EOF */
    enum piece_kind kind : 3;
    enum piece_area area : 4;
    uint32_t newlines : 2;      /* line ends in the source between the piece before and this one; 2 stands for more */
    uint32_t depth : 11;        /* of parentheses around it */
    uint32_t prefix : 1;        /* in an expression: a `-` or `!` before its operand */
    uint32_t continues : 1;     /* it goes on with what a block before it began: `or`, `and`, `catch`, `with`, a `;`;
                                 * also a comment before one */
};

struct pieces {
    const char *text; /* of the file */
    struct piece *at;
    uint32_t n;
};

/* The pieces of a file without syntax errors; in `a`. */
struct pieces pieces_read(struct arena *a, struct interner *names, const struct sources *s, uint32_t source);
/* Do both hold the same tokens and comments, but for white space in comments? */
bool pieces_same(const struct pieces *x, const struct pieces *y);

bool is_blank_byte(char c);
static inline bool is_token(const struct piece *p, enum token_kind kind)
{
    return p->kind == PIECE_TOKEN && p->token == kind;
}

/* Is there a blank between these tokens, when they stand on one line? */
bool blank_between(const struct piece *x, const struct piece *y);
/* How much it hurts to end a line that is too long between these tokens: less is better. Looser operators come before
 * tighter ones and the outside of parentheses before what is in them. */
enum { BREAK_BAD = 1 << 30, BREAK_NEVER };
uint32_t break_rank(const struct piece *x, const struct piece *y);

#endif
