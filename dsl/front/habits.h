/* habits.h -- words that other notations have for things of this language, so that whoever is used to them is told. */
#ifndef MOTET_DSL_HABITS_H
#define MOTET_DSL_HABITS_H
#include <stdint.h>

#include "lexer.h"

/* The kind among the n `kinds` that other notations call `word`; T_EOF when none does. */
enum token_kind habit_kind(const char *word, const enum token_kind *kinds, uint32_t n);
/* The built-in type without arguments that other languages call `word`; NULL when none does. */
const char *habit_scalar(const char *word);

#endif
