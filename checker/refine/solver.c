#include "solver.h"

#include <string.h>

enum { QUESTION_MS = 3000, MAX_OUTPUT = 64 << 20 };

void solver_init(struct solver *s, struct arena *a)
{
    *s = (struct solver){.a = a};
    /* As C divides, toward zero; the divisor is above 0. */
    buf_puts(&s->text, "(define-fun quotient ((a Int) (b Int)) Int (ite (>= a 0) (div a b) (- (div (- a) b))))\n"
                       "(define-fun remainder ((a Int) (b Int)) Int (- a (* b (quotient a b))))\n");
}

void solver_free(struct solver *s) { buf_free(&s->text); }

uint32_t solver_ask(struct solver *s, const char *condition, bool quantified, const char *values)
{
    buf_printf(&s->text, "(push)\n(assert %s)\n(echo \"@%u\")\n", condition, s->questions.n);
    if (quantified) /* qsat decides what is linear. The tactic `qe` of z3 4.8.12 calls some of that wrongly unsat */
        buf_printf(&s->text, "(check-sat-using (or-else (try-for qsat %d) (try-for smt %d)))\n", QUESTION_MS,
                   QUESTION_MS);
    else
        buf_puts(&s->text, "(check-sat)\n");
    if (values)
        buf_printf(&s->text, "(get-value (%s))\n", values);
    buf_puts(&s->text, "(pop)\n");
    vec_push(s->a, s->questions, (struct question){.answer = ANSWER_UNKNOWN, .wants_values = values != NULL});
    return s->questions.n - 1;
}

/* ---- reading what it says ---- */

/* The next line, without its end; NULL behind the last. */
static char *next_line(char **rest)
{
    char *line = *rest;
    if (!line || *line == '\0')
        return NULL;
    char *end = strchr(line, '\n');
    if (end)
        *end = '\0';
    *rest = end ? end + 1 : NULL;
    return line;
}

static bool read_answer(const char *line, enum answer *out)
{
    static const char *const words[] = {
        [ANSWER_SAT] = "sat", [ANSWER_UNSAT] = "unsat", [ANSWER_UNKNOWN] = "unknown"};
    for (int i = 0; i < 3; i++)
        if (strcmp(line, words[i]) == 0) {
            *out = (enum answer)i;
            return true;
        }
    return false;
}

/* The lines up to the next question's mark, as one. */
static const char *read_values(struct solver *s, char **rest)
{
    struct buf text = {0};
    while (*rest && **rest != '@' && **rest != '\0') {
        buf_puts(&text, text.n ? " " : "");
        buf_puts(&text, next_line(rest));
    }
    const char *values = arena_strndup(s->a, buf_cstr(&text), text.n);
    buf_free(&text);
    return values;
}

/* Question `q`, if the output has come so far. False: what stands there is no answer; *line is what it is. */
static bool read_question(struct solver *s, uint32_t q, char **rest, const char **line)
{
    const char *mark = arena_printf(s->a, "@%u", q);
    struct question *to = &s->questions.at[q];
    *line = next_line(rest);
    if (!*line || strcmp(*line, mark) != 0)
        return false;
    *line = next_line(rest);
    if (!*line || !read_answer(*line, &to->answer))
        return false;
    const char *values = to->wants_values ? read_values(s, rest) : NULL;
    if (to->answer != ANSWER_SAT)
        return true; /* then there are no values, and z3 complains */
    *line = values;
    to->values = values;
    return !values || strncmp(values, "((", 2) == 0;
}

/* z3 gives up at once, whatever else was asked. */
static bool is_out_of_memory(const char *line) { return line && strcmp(line, "(error \"out of memory\")") == 0; }

static struct solver_result failed(struct solver *s, const char *what, const char *detail)
{
    return (struct solver_result){SOLVER_FAILED, arena_printf(s->a, "%s%s%s", what, detail ? ": " : "",
                                                              detail ? detail : ""), 0};
}

static struct solver_result read_output(struct solver *s, const struct process_result *p)
{
    char *rest = arena_strndup(s->a, buf_cstr(&p->output), p->output.n);
    for (uint32_t q = 0; q < s->questions.n; q++) {
        const char *line;
        if (read_question(s, q, &rest, &line))
            continue;
        s->questions.at[q].answer = ANSWER_UNKNOWN;
        if (p->end == PROCESS_TIMEOUT || is_out_of_memory(line))
            break; /* this one and those behind it stay unknown */
        return failed(s, "z3 answers", line ? line : "nothing");
    }
    return (struct solver_result){SOLVER_DONE, NULL, p->seconds};
}

struct solver_result solver_run(struct solver *s, double seconds, uint64_t memory)
{
    const char *each = arena_printf(s->a, "-t:%d", QUESTION_MS);
    const char *argv[] = {"z3", "-smt2", "-in", each, NULL};
    const struct process_limits limits = {seconds, memory, MAX_OUTPUT};
    struct solver_result r = {SOLVER_DONE, NULL, 0};
    if (!s->questions.n)
        return r;
    if (s->text.failed)
        return failed(s, "out of memory", NULL);
    struct process_result p = process_run_with(argv, NULL, &limits, s->text.p, s->text.n);
    if (p.end == PROCESS_NOT_FOUND)
        r.end = SOLVER_MISSING;
    else if (p.end == PROCESS_INTERRUPTED)
        r.end = SOLVER_INTERRUPTED;
    else if (p.end == PROCESS_FAILED)
        r = failed(s, "z3 cannot be started", strerror(p.status));
    else if (p.end == PROCESS_SIGNALED)
        r = failed(s, "z3 was ended by a signal", NULL);
    else
        r = read_output(s, &p);
    r.seconds = p.seconds;
    buf_free(&p.output);
    return r;
}

/* ---- values ---- */

static const char *skip_blanks(const char *p)
{
    while (*p == ' ')
        p++;
    return p;
}

const char *solver_value(struct arena *a, const char *values, const char *name)
{
    const char *wanted = arena_printf(a, "(%s ", name);
    const char *p = strstr(values, wanted);
    if (!p)
        return NULL;
    p = skip_blanks(p + strlen(wanted));
    const char *sign = "";
    if (strncmp(p, "(- ", 3) == 0) {
        sign = "-";
        p = skip_blanks(p + 3);
    }
    return arena_printf(a, "%s%.*s", sign, (int)strcspn(p, " )"), p);
}
