/* report.h -- what a check found, as one value, rendered as text or as JSON.
 *
 * A property has a result for each engine that looked at it and one of its own, which is the engines' when they
 * agree. Two definite answers that differ are a disagreement: an error of the program, never a verdict.
 */
#ifndef MOTET_CHECKER_REPORT_H
#define MOTET_CHECKER_REPORT_H
#include "chart.h"
#include "diag.h"

struct engine_result {
    const char *engine; /* "projection", "explorer", "spin" */
    enum verdict result;
    bool failed;      /* it broke down, so that `result` says nothing; `why` tells */
    uint64_t states;
    double seconds;
    const char *why;  /* inconclusive or failed: the reason; else NULL */
    const char *reduction; /* the explorer: how states were left out that cannot matter, or NULL */
};

struct property {
    const char *title;   /* "deadlock-free", "ltl decides" */
    const char *subject; /* the session or system */
    struct span at;      /* where that is declared; {0, 0, 0}: nowhere */
    const char *scope;   /* "2 sessions, 1 crash of participant", or NULL */
    enum verdict result;
    bool cached;         /* it was found out earlier, about the same model; the engines' seconds are of then */
    const char *error;   /* why there is no result: a disagreement or a failed engine; or NULL */
    uint32_t n_engines;
    struct engine_result engines[2];
    const char *fairness;  /* of formulas and no-starvation: to participants, "weak" or "none"; else NULL */
    const char *otherwise; /* its verdict under the other fairness, where that is another one; else NULL */
    const char *vacuous;   /* why it says less than it seems to, though it holds; or NULL */
    struct story *story; /* the counterexample, where violated and there is one */
    bool elsewhere;      /* its lanes are not those that the file gives it: it is not replayed from there */
};

/* Sets the result, or the error, from the engines. */
void property_conclude(struct property *p, struct arena *a);

enum report_verdict { REPORT_HOLDS, REPORT_INCONCLUSIVE, REPORT_VIOLATED, REPORT_ERROR };

struct report {
    struct arena *a;
    const char *path;
    const struct sources *sources;
    struct diags *diags;
    VEC(struct property) properties;
    VEC(const char *) notes; /* what the properties do not cover */
    bool wrong;    /* an error in the file that is not itself a violated property, or a missing tool */
    bool internal; /* an engine failed or two disagree */
};

enum report_verdict report_verdict(const struct report *r);
const char *report_verdict_word(enum report_verdict v); /* "holds" "inconclusive" "violated" "error" */
const char *verdict_word(enum verdict v);

/* The diagnostics are not part of the text: they belong on stderr. */
void report_render_text(const struct report *r, struct buf *out, const struct chart_style *style);
/* One object; the caller decides what is around it. */
void report_render_json(const struct report *r, struct json *out);

#endif
