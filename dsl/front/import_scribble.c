/* import_scribble.c -- global protocols of Scribble and nuScr. */
#include "import_internal.h"

void import_scribble(struct importer *x)
{
    import_unexpected(x, "something that can be read");
}
