/* intern.h -- names compared by pointer: equal spelling, same `name`. */
#ifndef MOTET_DSL_INTERN_H
#define MOTET_DSL_INTERN_H
#include <stddef.h>

struct arena;
struct interner;

typedef const char *name; /* NUL-terminated, owned by the interner's arena; NULL is "no name" */

struct interner *interner_new(struct arena *a); /* lives in `a` */
name intern(struct interner *in, const char *s, size_t n);
name intern_cstr(struct interner *in, const char *s);

#endif
