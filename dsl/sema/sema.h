/* sema.h -- resolves the names of a parsed file and checks what can be said of it without automata.
 *
 * Fills the fields of the AST marked "sema:". Reports every error of a file in one run: what is poisoned by an
 * earlier error is skipped in silence.
 */
#ifndef MOTET_DSL_SEMA_H
#define MOTET_DSL_SEMA_H
#include "ast.h"
#include "diag.h"

/* True when it added no error; only then may the AST go to ir_build. */
bool sema_file(struct file *f, struct arena *a, struct interner *names, struct diags *d);

/* Limits, stated in the diagnostics that name them. */
enum {
    SEMA_MAX_NESTED = 200,          /* structs in structs, local types that are but others */
    SEMA_MAX_TREE = 4096,           /* supervisors and children that one system names */
    SEMA_MAX_TRY = 4,               /* bodies of `try` around one place; the engines' phases have as many fields */
    SEMA_MAX_ROLES = 250,           /* of a session, members of families counted */
    SEMA_MAX_INSTANCES = 60000,     /* of a system */
    SEMA_MAX_MESSAGES = 60000,      /* of a file */
    SEMA_MAX_PAYLOAD = 16 << 20,    /* bytes of one message */
    SEMA_MAX_MAILBOX = 65535,
    SEMA_MAX_VERIFY_SESSIONS = 1000,
    SEMA_MAX_CRASHES = 1000,
    SEMA_MAX_DOMAIN = 1000          /* values of one domain */
};

#endif
