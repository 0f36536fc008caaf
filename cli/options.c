/* options.c -- see options.h. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "diag.h"

enum { MAX_OPTIONS = 32, HELP_COLUMN = 34 };

static void usage_hint(const struct command_line *c)
{
    fprintf(stderr, "usage: motet %s %s (motet help %s tells more)\n", c->verb, c->synopsis, c->verb);
}

static void print_option(const struct option_spec *o)
{
    int n = printf("  ");
    if (o->letter)
        n += printf("-%c, ", o->letter);
    n += printf("--%s", o->name);
    if (o->value)
        n += printf("=%s", o->value);
    if (n >= HELP_COLUMN) {
        printf("\n");
        n = 0;
    }
    printf("%*s%s\n", HELP_COLUMN - n, "", o->help);
}

static void print_help(const struct command_line *c)
{
    printf("usage: motet %s %s\n", c->verb, c->synopsis);
    if (c->about)
        printf("\n%s", c->about);
    printf("\n");
    for (uint32_t i = 0; i < c->n_options; i++)
        print_option(&c->options[i]);
    print_option(&(struct option_spec){ .name = "help", .kind = OPTION_FLAG, .help = "print this text" });
    if (c->footer)
        printf("\n%s", c->footer);
}

/* ---- values ---- */

static bool take_choice(const struct command_line *c, const struct option_spec *o, const char *value)
{
    size_t n = strlen(value);
    int index = 0;
    for (const char *w = o->value; w; index++) {
        const char *end = strchr(w, '|');
        size_t len = end ? (size_t)(end - w) : strlen(w);
        if (len == n && memcmp(w, value, n) == 0) {
            *(int *)o->into = index;
            return true;
        }
        w = end ? end + 1 : NULL;
    }
    complain("--%s takes %s, not \"%s\"", o->name, o->value, value);
    usage_hint(c);
    return false;
}

static bool take_number(const struct command_line *c, const struct option_spec *o, const char *value)
{
    uint64_t n = 0;
    bool ok = *value != '\0';
    for (const char *p = value; ok && *p; p++) {
        ok = *p >= '0' && *p <= '9' && n <= (o->max - (uint64_t)(*p - '0')) / 10;
        n = ok ? n * 10 + (uint64_t)(*p - '0') : n;
    }
    if (ok && n >= o->min) {
        *(uint64_t *)o->into = n;
        return true;
    }
    complain("--%s takes a whole number from %llu to %llu, not \"%s\"", o->name, (unsigned long long)o->min,
             (unsigned long long)o->max, value);
    usage_hint(c);
    return false;
}

static bool take_text(const struct option_spec *o, const char *value)
{
    struct text_list *list = o->into;
    if (list->n == MAX_OPTION_LIST) {
        complain("--%s is given more than %d times", o->name, MAX_OPTION_LIST);
        return false;
    }
    list->at[list->n++] = value;
    return true;
}

static bool take_value(const struct command_line *c, const struct option_spec *o, const char *value)
{
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)o->into = true;
        return true;
    case OPTION_CHOICE:
        return take_choice(c, o, value);
    case OPTION_NUMBER:
        return take_number(c, o, value);
    case OPTION_TEXT:
        *(const char **)o->into = value;
        return true;
    case OPTION_LIST:
        return take_text(o, value);
    }
    return false;
}

/* ---- words ---- */

static const struct option_spec *find_long(const struct command_line *c, const char *word, size_t n)
{
    for (uint32_t i = 0; i < c->n_options; i++)
        if (strlen(c->options[i].name) == n && memcmp(c->options[i].name, word, n) == 0)
            return &c->options[i];
    return NULL;
}

static const struct option_spec *find_letter(const struct command_line *c, char letter)
{
    for (uint32_t i = 0; i < c->n_options; i++)
        if (c->options[i].letter && c->options[i].letter == letter)
            return &c->options[i];
    return NULL;
}

static bool unknown_option(const struct command_line *c, const char *word)
{
    const char *names[MAX_OPTIONS];
    uint32_t n = 0;
    for (; n < c->n_options && n < MAX_OPTIONS; n++)
        names[n] = c->options[n].name;
    const char *bare = word + strspn(word, "-");
    char wrong[64];
    snprintf(wrong, sizeof wrong, "%.*s", (int)strcspn(bare, "="), bare);
    const char *near = diag_nearest(wrong, names, n);
    if (near)
        complain("unknown option %s; did you mean --%s?", word, near);
    else
        complain("unknown option %s", word);
    usage_hint(c);
    return false;
}

/* One option at argv[*i]; moves *i past a value in the next word. */
static bool take_option(const struct command_line *c, int argc, char **argv, int *i)
{
    char *word = argv[*i];
    bool is_long = word[1] == '-';
    char *value = is_long ? strchr(word, '=') : word[2] ? word + 2 : NULL;
    const struct option_spec *o = is_long
                                      ? find_long(c, word + 2, value ? (size_t)(value - word - 2) : strlen(word + 2))
                                      : find_letter(c, word[1]);
    if (!o)
        return unknown_option(c, word);
    if (is_long && value)
        value++;
    if (o->kind == OPTION_FLAG) {
        if (!value)
            return take_value(c, o, NULL);
        complain("--%s takes no value", o->name);
        usage_hint(c);
        return false;
    }
    if (!value && *i + 1 < argc)
        value = argv[++*i];
    if (value)
        return take_value(c, o, value);
    complain("--%s needs a value: %s", o->name, o->value);
    usage_hint(c);
    return false;
}

static bool check_operands(const struct command_line *c, uint32_t n, char **argv)
{
    if (n > c->max_operands)
        complain("%s: one argument too many: %s", c->verb, argv[1 + c->max_operands]);
    else if (n < c->min_operands)
        complain("%s: an argument is missing", c->verb);
    else
        return true;
    usage_hint(c);
    return false;
}

enum options_result options_parse(const struct command_line *c, int argc, char **argv, uint32_t *n_operands)
{
    bool plain = false; /* after "--" */
    *n_operands = 0;
    for (int i = 1; i < argc; i++) {
        char *word = argv[i];
        if (plain || word[0] != '-' || word[1] == '\0') {
            argv[1 + (*n_operands)++] = word;
        } else if (strcmp(word, "--") == 0) {
            plain = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            print_help(c);
            return OPTIONS_HELP;
        } else if (!take_option(c, argc, argv, &i)) {
            return OPTIONS_WRONG;
        }
    }
    return check_operands(c, *n_operands, argv) ? OPTIONS_OK : OPTIONS_WRONG;
}
