#include "spin_trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

static const struct step *step_of_line(const struct step_line *lines, uint32_t n, uint32_t line)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (lines[mid].line < line)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && lines[lo].line == line ? &lines[lo].step : NULL;
}

struct move { /* "  4:\tproc  1 (p_P_1:1) model.pml:30 (state 3)\t[c_C_P_1?m_Prepare]" */
    unsigned long number; /* one a transition; the statements of a d_step share it */
    unsigned long line;
};

/* False when the line is no move of a process in `file`. */
static bool read_move(const char *text, const char *file, struct move *m)
{
    char *end;
    m->number = strtoul(text, &end, 10);
    if (end == text || end[0] != ':')
        return false;
    const char *p = end + 1 + strspn(end + 1, " \t");
    if (strncmp(p, "proc", 4) != 0)
        return false;
    p = strstr(p, ") ");
    if (p == NULL || strncmp(p + 2, file, strlen(file)) != 0 || p[2 + strlen(file)] != ':')
        return false;
    p += 2 + strlen(file) + 1;
    m->line = strtoul(p, &end, 10);
    const char *what = strchr(end, '\t'); /* without "[statement]" it says where a process stands */
    return end != p && what != NULL && what[1] == '[';
}

struct spin_trail spin_trail_read(struct arena *a, const char *account, const char *file,
                                  const struct step_line *lines, uint32_t n_lines)
{
    struct spin_trail t = {0};
    VEC(struct step) steps = {0};
    unsigned long last = 0; /* the transition whose step is taken */
    bool ended = false;
    for (const char *p = account; *p != '\0' && !ended;) {
        size_t n = strcspn(p, "\n");
        char line[300]; /* the rest is the text of a statement */
        snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), p);
        struct move m;
        if (strstr(line, "<<<<<START OF CYCLE>>>>>") != NULL) {
            t.has_cycle = true;
            t.cycle = steps.n;
        } else if (strncmp(line, "spin: trail ends after", 22) == 0) {
            ended = true;
        } else if (read_move(line, file, &m) && m.number != last) {
            const struct step *s = step_of_line(lines, n_lines, (uint32_t)m.line);
            if (s != NULL) {
                vec_push(a, steps, *s);
                last = m.number;
            }
        }
        p += n + (p[n] == '\n');
    }
    t.steps = (struct trail){steps.n, steps.at};
    if (!ended)
        t.problem = "SPIN's account of the trail breaks off";
    return t;
}
