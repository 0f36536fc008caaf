/* imports_fuzz.c -- libFuzzer: files that import each other, in this language or another one; no crash, hang or leak.
 *
 * The first byte says what they are: 0 Scribble, 1 automata, 2 this language. Files are separated by the byte 0x1e and
 * called a, b, c, ... with the extension of their kind. What a protocol of another tool becomes must be a text that
 * the formatter, which checks itself, can read back. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "ast_print.h"
#include "buf.h"
#include "diag.h"
#include "early.h"
#include "format.h"
#include "import.h"
#include "ir_build.h"
#include "modules.h"
#include "parser.h"
#include "sema.h"

enum { MEMORY = 1 << 28, MAX_FILES = 16, SEPARATOR = 0x1e };

static const struct kind {
    const char *extension;
    enum import_format format;
} kinds[] = {{".scr", IMPORT_SCRIBBLE}, {".txt", IMPORT_AUTOMATA}, {".proto-session", IMPORT_NONE}};

struct disk {
    const struct kind *kind;
    struct loaded files[MAX_FILES];
    uint32_t n;
};

struct compilation {
    struct arena *a;
    struct interner *names;
    struct sources *s;
    struct diags *d;
};

static void out_of_memory(void *ctx, size_t asked)
{
    (void)asked;
    longjmp(*(jmp_buf *)ctx, 1); /* the limit was kept: that is all there is to see */
}

static enum load_answer read_disk(void *ctx, const char *path, struct loaded *out)
{
    const struct disk *disk = ctx;
    uint32_t i = (uint32_t)(unsigned char)*path - 'a';
    *out = (struct loaded){0};
    if (i >= disk->n || strcmp(path + 1, disk->kind->extension) != 0)
        return LOAD_MISSING;
    *out = disk->files[i];
    return LOAD_OK;
}

static struct disk split(const char *text, const char *end, const struct kind *kind)
{
    struct disk disk = {.kind = kind};
    while (disk.n < MAX_FILES && text <= end) {
        const char *next = memchr(text, SEPARATOR, (size_t)(end - text));
        const char *stop = next ? next : end;
        disk.files[disk.n++] = (struct loaded){.text = text, .size = (size_t)(stop - text)};
        text = stop + 1;
    }
    return disk;
}

static void read_back(struct compilation *c, const struct file *f)
{
    struct buf text = {0}, out = {0};
    ast_print(f, &text);
    if (!format_file(c->a, c->names, c->s, sources_add(c->s, "printed", buf_cstr(&text), text.n), &out))
        abort(); /* the importer made what is no text, or the formatter lost something */
    buf_free(&text);
    buf_free(&out);
}

static void judge(struct compilation *c, struct file *f, const struct loader *loader)
{
    modules_link(c->a, c->names, c->s, f, loader, c->d);
    sema_file(f, c->a, c->names, c->d);
    if (c->d->n_errors) {
        ir_check(c->a, c->names, c->s, f, c->d);
        return;
    }
    struct ir *ir = ir_build(c->a, c->names, c->s, f, c->d);
    uint64_t states;
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        if (ir->sessions[i].usable && ir->sessions[i].global)
            early_choices(ir, i, c->d, &states);
}

static void run(struct compilation *c, struct disk *disk)
{
    const struct loader loader = {disk, read_disk, NULL, 0};
    char path[32];
    snprintf(path, sizeof path, "a%s", disk->kind->extension);
    uint32_t source = sources_add(c->s, path, disk->files[0].text, disk->files[0].size);
    bool own = disk->kind->format == IMPORT_NONE;
    struct file *f = own ? parse_file(c->a, c->names, c->s, source, c->d)
                         : import_file_with(c->a, c->names, c->s, source, disk->kind->format, &loader, c->d);
    if (!own && f->damaged != (c->d->n_errors > 0))
        abort();
    if (!own && !f->damaged)
        read_back(c, f);
    if (own || !f->damaged)
        judge(c, f, &loader);
    struct buf out = {0};
    diags_sort(c->d);
    diags_render_text(c->d, c->s, &out, false);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    jmp_buf full;
    struct arena *a = size ? arena_new(MEMORY) : NULL;
    if (!a)
        return 0;
    arena_on_oom(a, out_of_memory, &full);
    if (setjmp(full) == 0) {
        struct compilation c = {a, interner_new(a), sources_new(a), diags_new(a)};
        struct disk disk = split((const char *)bytes + 1, (const char *)bytes + size, &kinds[bytes[0] % 3]);
        run(&c, &disk);
    }
    arena_free(a);
    return 0;
}
