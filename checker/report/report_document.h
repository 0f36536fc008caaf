/* report_document.h -- reports in the formats that continuous integration reads.
 *
 * A document is a head, a part for each report, and a foot; non-empty parts are separated by `between`. A part depends
 * on its report alone, so that parts may be rendered apart from each other and joined in order.
 */
#ifndef MOTET_CHECKER_REPORT_DOCUMENT_H
#define MOTET_CHECKER_REPORT_DOCUMENT_H
#include "frames.h"
#include "report.h"

enum report_format {
    REPORT_TEXT,  /* for people: a line a property, charts */
    REPORT_JSON,  /* one object a file (docs/checking.md) */
    REPORT_SARIF, /* SARIF 2.1.0: a result a finding, a code flow with a thread flow for each participant */
    REPORT_JUNIT, /* JUnit XML: a suite a file, a case a property */
    REPORT_GITHUB /* workflow commands: an annotation a finding */
};

void document_head(enum report_format f, const char *version, struct buf *out);
void document_part(enum report_format f, const struct report *r, const struct chart_style *style, struct buf *out);
const char *document_between(enum report_format f);
void document_foot(enum report_format f, struct buf *out);

/* ---- shared by the formats ---- */

struct finding { /* a property that does not hold, or has no verdict */
    const struct property *p;
    enum report_verdict verdict; /* REPORT_VIOLATED, REPORT_INCONCLUSIVE or REPORT_ERROR */
    struct events events;        /* of its counterexample; none without one */
    struct reasons reasons;      /* why it ends there */
    struct span at;              /* where to look first; {0, 0, 0}: at the file as a whole */
    const char *text;            /* one sentence */
};

/* False when the property holds. */
bool finding_of(const struct report *r, const struct property *p, struct finding *out);
/* All that a diagnostic says: its message, and on lines of their own its notes and its help. */
const char *diag_prose(const struct report *r, const struct diag *x);
void sarif_head(const char *version, struct buf *out);
void sarif_part(const struct report *r, struct buf *out);
void sarif_foot(struct buf *out);
void junit_head(struct buf *out);
void junit_part(const struct report *r, struct buf *out);
void junit_foot(struct buf *out);
void github_part(const struct report *r, struct buf *out);

#endif
