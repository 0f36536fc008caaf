/* picture.h -- text in Graphviz's language becomes a picture, by its program dot. */
#ifndef MOTET_CLI_PICTURE_H
#define MOTET_CLI_PICTURE_H
#include "buf.h"

struct picture_format; /* svg, png, pdf, or the text itself */

/* What the name's extension asks for; NULL after a message on stderr. `verb` begins each message. */
const struct picture_format *picture_format_of(const char *verb, const char *path);
/* Writes the picture to `path`, whole or not at all. Returns an enum exit_status, after a message when it is not 0. */
int picture_write(const char *verb, const struct picture_format *f, const struct buf *text, const char *path);

#endif
