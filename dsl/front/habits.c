/* habits.c -- see habits.h. A word stands here once for each thing that it may mean; which one is meant follows from
 * what can stand at its place. */
#include "habits.h"

#include <string.h>

static const struct {
    const char *word;
    enum token_kind kind;
} habits[] = {
    /* declarations */
    {"protocol", K_SESSION},   {"msg", K_MESSAGE},        {"signal", K_MESSAGE},     {"record", K_STRUCT},
    {"agent", K_ACTOR},        {"use", K_IMPORT},         {"include", K_IMPORT},     {"using", K_IMPORT},
    {"package", K_MODULE},     {"namespace", K_MODULE},
    /* statements */
    {"loop", K_REC},           {"while", K_REC},          {"repeat", K_REC},         {"mu", K_REC},
    {"goto", K_CONTINUE},      {"recur", K_CONTINUE},     {"call", K_DO},            {"run", K_DO},
    {"for", K_FOREACH},        {"each", K_FOREACH},       {"parallel", K_PAR},       {"alt", K_CHOICE},
    {"select", K_CHOICE},      {"switch", K_CHOICE},      {"if", K_WHERE},           {"when", K_WHERE},
    {"if", K_CHOICE},
    {"else", K_OR},            {"otherwise", K_OR},       {"except", K_CATCH},       {"handle", K_CATCH},
    /* actors, systems, decide */
    {"capacity", K_MAILBOX},   {"queue", K_MAILBOX},      {"buffer", K_MAILBOX},     {"fields", K_STATE},
    {"connect", K_WIRE},       {"default", K_OTHERS},     {"otherwise", K_OTHERS},   {"ignore", K_RESUME},
    {"kill", K_STOP},
    {"pre", K_REQUIRES},       {"post", K_ENSURES},
    /* formulas */
    {"G", K_ALWAYS},           {"globally", K_ALWAYS},    {"F", K_EVENTUALLY},       {"finally", K_EVENTUALLY},
    {"property", K_LTL},       {"send", K_SENT},          {"receive", K_RECEIVED},
    /* types with arguments */
    {"vec", K_LIST},           {"vector", K_LIST},        {"array", K_LIST},         {"seq", K_LIST},
    {"str", K_STRING},         {"text", K_STRING},        {"option", K_OPTIONAL},    {"maybe", K_OPTIONAL},
    {"blob", K_BYTES},         {"buffer", K_BYTES},
};

/* Their case does not matter, but for `G` and `F`, which are common names in small letters. */
static bool same_word(const char *a, const char *b)
{
    if (!b[1])
        return strcmp(a, b) == 0;
    for (; *a && *b; a++, b++)
        if ((*a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a) != *b)
            return false;
    return *a == *b;
}

enum token_kind habit_kind(const char *word, const enum token_kind *kinds, uint32_t n)
{
    for (size_t h = 0; h < sizeof habits / sizeof *habits; h++)
        for (uint32_t i = 0; i < n; i++)
            if (habits[h].kind == kinds[i] && same_word(word, habits[h].word))
                return kinds[i];
    return T_EOF;
}

const char *habit_scalar(const char *word)
{
    static const struct {
        const char *word, *type;
    } scalars[] = {
        {"int", "i32"},      {"integer", "i32"},  {"uint", "u32"},     {"unsigned", "u32"}, {"number", "i64"},
        {"nat", "u64"},      {"long", "i64"},     {"short", "i16"},    {"byte", "u8"},      {"char", "u8"},
        {"boolean", "bool"}, {"float", "f32"},    {"double", "f64"},   {"real", "f64"},     {"size_t", "u64"},
        {"usize", "u64"},    {"isize", "i64"},    {"uint8", "u8"},     {"uint16", "u16"},   {"uint32", "u32"},
        {"uint64", "u64"},   {"int8", "i8"},      {"int16", "i16"},    {"int32", "i32"},    {"int64", "i64"},
        {"uint8_t", "u8"},   {"uint16_t", "u16"}, {"uint32_t", "u32"}, {"uint64_t", "u64"}, {"int8_t", "i8"},
        {"int16_t", "i16"},  {"int32_t", "i32"},  {"int64_t", "i64"},  {"float32", "f32"},  {"float64", "f64"},
    };
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (same_word(word, scalars[i].word))
            return scalars[i].type;
    return NULL;
}
