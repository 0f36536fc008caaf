/* modules.h -- links a file with those that it imports.
 *
 *     import store.types;                  store/types.proto-session: all that it declares
 *     import store.types { Order as O };   of these alone `Order`, here called `O`
 *     import "../types.proto-session";     a path, from the folder of the importing file
 *
 * All that the imported files declare comes before the file's own declarations, each marked `imported`, in the order
 * in which a reader would need them: what a file imports before what it declares. What they want verified or asserted
 * is left out; it is decided where it stands. Names do not travel: file.scopes says what a name means in each file,
 * which is what that file declares and what it imports itself. So an imported session finds its messages although the
 * importing file may not see them, and two files may use a name for different things.
 */
#ifndef MOTET_DSL_MODULES_H
#define MOTET_DSL_MODULES_H
#include "ast.h"
#include "diag.h"
#include "loader.h"

/* Reads all that `root` imports, and what that imports, and adds it. Without imports `root` stays as it is. `loader`
 * NULL: there are no other files. Errors in imported files are reported like those in the file itself. */
void modules_link(struct arena *a, struct interner *names, struct sources *s, struct file *root,
                  const struct loader *loader, struct diags *d);

#endif
