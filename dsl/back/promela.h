/* promela.h -- a model as Promela text for SPIN, with a table that leads from the text's lines back to steps.
 *
 * The text is complete: its opening comment says how to run it. It depends on the model alone; source positions
 * stand in comments, by base name. Which property is checked is chosen by preprocessor macros, so that each gets a
 * verdict of its own:
 *   (none)          deadlock, unexpected messages and orphan messages at once
 *   ONLY_DEADLOCK   the first alone;   ONLY_FIDELITY, ONLY_ORPHANS   the others, with pan's -E
 *   ONLY_RECOVERY   with crashes: that the root supervisor gives up; also one of those that (none) looks for
 *   LTL             the formulas alone, one claim each
 *   COUNT_STATES    none, and no smaller crash budgets: with pan's -E, for counting the states
 *
 * Two encodings. Where participants alone act, each is a process whose control point is its state, one label a
 * state; lanes are channels, as far as possible with one reader and one writer, which is what SPIN's reduction lives
 * on. Where somebody is moved from outside, by a crash or by an event that clears its lanes, a state is a variable, a
 * lane an array, and each step one d_step, followed by more in the same atomic where a participant leaves the body of
 * a `try`. In both, a step of the model is one transition of one process and stands on a line of its own.
 *
 * Counters of phases end at 15. A search that comes there fails an assertion on `too_far`: it is no verdict.
 */
#ifndef MOTET_DSL_PROMELA_H
#define MOTET_DSL_PROMELA_H
#include "model.h"

struct promela {
    const char *text;
    uint32_t n_lines;
    const struct step_line *lines; /* ascending by line; a line that is not here performs no step */
    uint32_t n_processes;          /* with LTL defined, the claim not counted */
    uint32_t n_claims;
    const char *const *claims; /* the claims' names in the text, in the order of verify->ltls */
    const char *problem;       /* why the model cannot be rendered, when promela_render returns false */
};

/* Everything lives in `a`. Returns false, with `problem` set and no text, when a limit of SPIN is passed. */
bool promela_render(struct arena *a, const struct model *m, struct promela *out);

#endif
