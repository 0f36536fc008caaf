/* passes_fuzz.c -- libFuzzer: any bytes through lexer, parser, sema, projection and models; no crash, hang or leak.
 * What parses without an error is formatted too, which checks itself. A first byte 1 or 2 sends the rest through an
 * importer instead. `make fuzz` builds and runs it. */
#include <setjmp.h>
#include <stdlib.h>

#include "buf.h"
#include "diag.h"
#include "format.h"
#include "import.h"
#include "ir_build.h"
#include "model.h"
#include "parser.h"
#include "sema.h"

enum { MEMORY = 1 << 28 };

static void out_of_memory(void *ctx, size_t asked)
{
    (void)asked;
    longjmp(*(jmp_buf *)ctx, 1); /* the limit was kept: that is all there is to see */
}

static void build(struct arena *a, struct interner *names, const struct sources *s, const struct file *f,
                  struct diags *d)
{
    struct ir *ir = ir_build(a, names, s, f, d);
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        if (ir->sessions[i].usable)
            model_of_session(ir, i, NULL, 2, d);
    for (uint32_t i = 0; d->n_errors == 0 && i < ir->n_systems; i++)
        model_of_system(ir, i, NULL, d);
}

static bool is_imported(const uint8_t *bytes)
{
    return bytes[0] == 1 || bytes[0] == 2;
}

static struct file *read_file(struct arena *a, struct interner *names, struct sources *s, const uint8_t *bytes,
                              size_t size, struct diags *d)
{
    static const enum import_format formats[] = {IMPORT_SCRIBBLE, IMPORT_AUTOMATA};
    const char *text = (const char *)bytes;
    if (size > 0 && is_imported(bytes))
        return import_file(a, names, s, sources_add(s, "fuzz.imported", text + 1, size - 1), formats[bytes[0] - 1], d);
    uint32_t source = sources_add(s, "fuzz.proto-session", text, size);
    struct file *f = parse_file(a, names, s, source, d);
    struct buf out = {0};
    if (d->n_errors == 0 && !format_file(a, names, s, source, &out))
        abort(); /* the formatter lost something */
    buf_free(&out);
    return f;
}

static void judge(struct arena *a, struct interner *names, const struct sources *s, struct file *f, struct diags *d)
{
    sema_file(f, a, names, d);
    if (d->n_errors == 0)
        build(a, names, s, f, d);
    else
        ir_check(a, names, s, f, d);
}

static void run(struct arena *a, const uint8_t *bytes, size_t size)
{
    struct interner *names = interner_new(a);
    struct sources *s = sources_new(a);
    struct diags *d = diags_new(a);
    struct file *f = read_file(a, names, s, bytes, size, d);
    struct buf out = {0};
    bool imported = size > 0 && is_imported(bytes);
    if (!imported || d->n_errors == 0)
        judge(a, names, s, f, d);
    diags_sort(d);
    diags_render_text(d, s, &out, false);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    jmp_buf full;
    struct arena *a = arena_new(MEMORY);
    if (!a)
        return 0;
    arena_on_oom(a, out_of_memory, &full);
    if (setjmp(full) == 0)
        run(a, bytes, size);
    arena_free(a);
    return 0;
}
