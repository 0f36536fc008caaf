#include "spin_report.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct reader {
    struct arena *a;
    struct spin_report r;
    bool full, partial, not_completed, counted, closed, cores;
    bool has_errors;
    uint64_t errors;
};

static bool starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static bool has(const char *line, const char *part)
{
    return strstr(line, part) != NULL;
}

static void problem(struct reader *r, const char *line)
{
    if (r->r.problem == NULL)
        r->r.problem = arena_printf(r->a, "the verifier says: %s", line);
}

static void stop(struct reader *r, enum spin_stop why)
{
    if (r->r.stop == STOP_NONE)
        r->r.stop = why;
}

/* "pan:1: assertion violated 0 (at depth 12)" */
static void read_finding(struct reader *r, const char *line)
{
    const char *what = strchr(line + 4, ':');
    enum spin_finding found = FINDING_NONE;
    if (what != NULL && starts(what, ": assertion violated") && has(what, "too_far")) {
        stop(r, STOP_COUNTER);
        return;
    }
    if (what != NULL && starts(what, ": assertion violated"))
        found = FINDING_ASSERTION;
    else if (what != NULL && starts(what, ": invalid end state"))
        found = FINDING_END_STATE;
    else if (what != NULL && starts(what, ": acceptance cycle"))
        found = FINDING_CYCLE;
    else
        problem(r, line);
    if (r->r.finding == FINDING_NONE)
        r->r.finding = found;
}

/* "pan: ..." */
static void read_remark(struct reader *r, const char *line)
{
    static const char *const harmless[] = {"pan: ltl formula", "pan: wrote ", "pan: rate ", "pan: resizing hashtable"};
    const char *rest = line + 4;
    if (*rest >= '0' && *rest <= '9') {
        read_finding(r, line);
        return;
    }
    if (starts(line, "pan: elapsed time ")) {
        r->closed = true;
        return;
    }
    if (starts(line, "pan: out of memory") || starts(line, "pan: reached -DMEMLIM")) {
        stop(r, STOP_MEMORY);
        return;
    }
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (starts(line, harmless[i]))
            return;
    /* A selection of many different receives: all of them count as global then, so only reduction is lost. */
    if (starts(line, "pan: warning, line ") && has(line, "too many stmnt types"))
        return;
    problem(r, line);
}

/* "State-vector 88 byte, depth reached 31, errors: 0" */
static void read_errors(struct reader *r, const char *line)
{
    const char *at = strstr(line, "errors: ");
    char *end = NULL;
    if (at != NULL && !r->has_errors)
        r->errors = strtoull(at + 8, &end, 10);
    if (end == NULL || end == at + 8 || *end != '\0')
        problem(r, line);
    else
        r->has_errors = true;
}

/* "   551117 states, stored" and, with fairness, "7 states, stored (8 visited)" */
static void read_states(struct reader *r, const char *line)
{
    char *end;
    double n = strtod(line, &end);
    if (end == line || n < 0 || n > 1e18 || !starts(end, " states, stored")) {
        problem(r, line);
        return;
    }
    r->counted = true;
    r->r.states = (uint64_t)n;
}

/* "Depth=      57 States=    1e+06 Transitions= ..." */
static void read_progress(struct reader *r, const char *line)
{
    const char *at = strstr(line, "States=");
    double n = at ? strtod(at + 7, NULL) : 0;
    if (!r->counted && n > 0 && n < 1e18)
        r->r.states = (uint64_t)n;
}

/* "\tnever claim         \t+ (l_decides)": was it looked for? */
static bool looked_for(const char *line)
{
    const char *sign = line + strcspn(line, "+-");
    return *sign == '+';
}

static void read_claim(struct reader *r, const char *line)
{
    const char *open = strchr(line, '('), *close = open ? strchr(open, ')') : NULL;
    if (looked_for(line) && close != NULL)
        r->r.claim = arena_strndup(r->a, open + 1, (size_t)(close - open - 1));
}

static void read_scope(struct reader *r, const char *line)
{
    if (starts(line, "\tnever claim")) {
        read_claim(r, line);
    } else if (starts(line, "\tassertion violations")) {
        r->r.assertions = looked_for(line);
    } else if (starts(line, "\tinvalid end states")) {
        r->r.end_states = looked_for(line);
    } else if (starts(line, "\tacceptance   cycles")) {
        r->r.cycles = looked_for(line);
        r->r.fair = has(line, "(fairness enabled)");
    }
}

/* Behind "cpu12: ", if it starts so. */
static const char *without_core(struct reader *r, const char *line)
{
    size_t digits = starts(line, "cpu") ? strspn(line + 3, "0123456789") : 0;
    if (digits == 0 || !starts(line + 3 + digits, ": "))
        return line;
    r->cores = true;
    return line + 3 + digits + 2;
}

static void read_line(struct reader *r, const char *line)
{
    line = without_core(r, line);
    if (starts(line, "pan:"))
        read_remark(r, line);
    else if (r->cores && starts(line, "elapsed time "))
        r->closed = true;
    else if (starts(line, "warning: no accept labels are defined"))
        r->r.no_acceptance = true;
    else if (has(line, "max search depth too small"))
        stop(r, STOP_DEPTH);
    else if (has(line, "Interrupted"))
        stop(r, STOP_TIME);
    else if (has(line, "Search not completed"))
        r->not_completed = true;
    else if (starts(line, "Full statespace search for:"))
        r->full = true;
    else if (has(line, "statespace search for:") || has(line, "hash-compact") || has(line, "Hash Compact"))
        r->partial = true;
    else if (starts(line, "State-vector "))
        read_errors(r, line);
    else if (has(line, " states, stored") && line[0] != '\t')
        read_states(r, line);
    else if (starts(line, "Depth="))
        read_progress(r, line);
    else if (starts(line, "error:") || starts(line, "Error:") || has(line, "aborting"))
        problem(r, line);
    else
        read_scope(r, line);
}

static void conclude(struct reader *r)
{
    struct spin_report *p = &r->r;
    bool whole = (r->full || r->partial) && r->has_errors && r->counted && r->closed;
    if (!whole && p->stop == STOP_NONE && !(r->cores && p->finding != FINDING_NONE))
        problem(r, r->full || r->has_errors ? "(its report breaks off)" : "(no report)");
    if (whole && (r->errors != 0) != (p->finding != FINDING_NONE || p->stop == STOP_COUNTER))
        problem(r, "(its count of errors does not fit its report)");
    if (whole && r->errors == 0 && r->not_completed && p->stop == STOP_NONE)
        problem(r, "Search not completed");
    p->exhaustive = whole && r->full && !r->partial && r->errors == 0 && p->finding == FINDING_NONE &&
                    !r->not_completed && p->stop == STOP_NONE && p->problem == NULL && p->states > 0;
    if (whole && r->errors == 0 && p->states == 0 && p->stop == STOP_NONE)
        problem(r, "(no states were searched)");
}

struct spin_report spin_report_read(struct arena *a, const char *text)
{
    struct reader r = {.a = a};
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, "\n");
        read_line(&r, arena_strndup(a, p, n));
        p += n + (p[n] == '\n');
    }
    conclude(&r);
    return r.r;
}
