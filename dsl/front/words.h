/* words.h -- how values of the AST are spelt in the language: for printers, drawings and JSON. */
#ifndef MOTET_DSL_WORDS_H
#define MOTET_DSL_WORDS_H
#include "ast.h"

struct buf;

const char *word_strategy(enum strategy s);    /* "one_for_one" */
const char *word_restart(enum restart_type r); /* "permanent" */
const char *word_policy(enum policy p);        /* "drop_newest" */
const char *word_reason(enum fail_reason r);   /* "protocol_violation" */
const char *word_directive(enum directive d);  /* "escalate"; "" for DIRECTIVE_DEFAULT */
const char *word_operator(enum expr_kind k);   /* "&&" */
/* A duration in the largest unit that divides it: "10ms". */
void word_duration(struct buf *out, uint64_t ns);

#endif
