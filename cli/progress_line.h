/* progress_line.h -- one line on the terminal that says how far a check has come, and is gone when it is done. */
#ifndef MOTET_CLI_PROGRESS_LINE_H
#define MOTET_CLI_PROGRESS_LINE_H
#include <stdbool.h>

/* Shows it from now on, where stderr is a terminal that can erase a line and nothing says that nobody looks on (CI). */
void progress_line_start(void);
/* Before anything else is written. */
void progress_line_erase(void);

#endif
