/* backend.c -- the list of files that a back end makes. */
#include "backend.h"

#include "buf.h"

struct outputs *outputs_new(struct arena *a)
{
    struct outputs *o = ARENA_NEW(a, struct outputs);
    o->a = a;
    return o;
}

void outputs_add(struct outputs *o, const char *name, const struct buf *text, bool user_owned)
{
    struct output file = {
        .name = arena_strndup(o->a, name, strlen(name)),
        .text = arena_strndup(o->a, buf_cstr(text), text->n),
        .size = text->n,
        .user_owned = user_owned,
    };
    vec_push(o->a, *o, file);
}
