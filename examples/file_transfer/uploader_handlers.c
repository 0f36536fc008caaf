/* uploader_handlers.c -- what actor Uploader does: offers a file, sends it chunk by chunk, and again what was
 * damaged. */
#include "uploader.h"

#include "transfer_tally.h"

struct upload {
    uint32_t next; /* the chunk that is due */
    bool again;    /* it was damaged before */
};

struct uploader {
    struct uploader_state state;
    struct transfer_tally *tally;
};

const motet_actor_type uploader_actor = UPLOADER_ACTOR(struct uploader);

motet_status uploader_init(struct uploader *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void uploader_fini(struct uploader *self)
{
    tally_add(&self->tally->verified, self->state.verified);
    tally_add(&self->tally->resent, self->state.resent);
}

static struct upload *upload_of(motet_session *s)
{
    return example_memory(s, sizeof(struct upload));
}

/* The chunk that is due. A first attempt may be damaged after the sum was taken. */
static void fill_chunk(struct uploader *self, uint64_t file, struct upload *u, transfer_chunk *out)
{
    uint64_t first = (uint64_t)u->next * CHUNK, left = file_size(file) - first;
    out->index = u->next;
    out->data.n = left < CHUNK ? (uint32_t)left : CHUNK;
    for (uint32_t i = 0; i < out->data.n; i++) {
        out->data.at[i] = file_byte(file, first + i);
        out->sum = sum_add(out->sum, out->data.at[i]);
    }
    if (u->again)
        self->state.resent++;
    else if (chunk_breaks(file, u->next))
        out->data.at[0] ^= 0x40;
}

/* ---- session Transfer ---- */

motet_status uploader_make_offer(struct uploader *self, motet_session *s, motet_peer to, transfer_offer *out)
{
    char path[32];
    (void)self;
    (void)to;
    if (!upload_of(s))
        return MOTET_FAIL;
    snprintf(path, sizeof path, "photos/%" PRIu64, motet_session_arg(s));
    EXAMPLE_TEXT(out->file.path, path);
    out->file.size = file_size(motet_session_arg(s));
    out->file.mode = 0644;
    return MOTET_DONE;
}

motet_status uploader_on_accept(struct uploader *self, motet_session *s, motet_peer from, const transfer_accept *m)
{
    (void)self;
    (void)s;
    (void)from;
    return m->chunk_size == CHUNK ? MOTET_DONE : MOTET_FAIL;
}

motet_status uploader_on_decline(struct uploader *self, motet_session *s, motet_peer from, const transfer_decline *m)
{
    (void)from;
    tally_up(&self->tally->declined);
    if (file_fits(motet_session_arg(s)) || m->why != TRANSFER_TROUBLE_NO_SPACE)
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status uploader_choose_chunk_or_finish(struct uploader *self, motet_session *s, motet_peer to,
                                             struct uploader_chunk_or_finish *out)
{
    uint64_t file = motet_session_arg(s);
    struct upload *u = upload_of(s);
    (void)to;
    if (u->next < file_chunks(file)) {
        out->tag = UPLOADER_CHUNK;
        fill_chunk(self, file, u, &out->chunk);
        return MOTET_DONE;
    }
    out->tag = UPLOADER_FINISH;
    out->finish.chunks = u->next;
    for (uint64_t i = 0; i < file_size(file); i++)
        out->finish.sum = sum_add(out->finish.sum, file_byte(file, i));
    return MOTET_DONE;
}

motet_status uploader_on_ack(struct uploader *self, motet_session *s, motet_peer from, const transfer_ack *m)
{
    struct upload *u = upload_of(s);
    (void)self;
    (void)from;
    if (m->index != u->next)
        return MOTET_FAIL;
    u->next++;
    u->again = false;
    return MOTET_DONE;
}

motet_status uploader_on_again(struct uploader *self, motet_session *s, motet_peer from, const transfer_again *m)
{
    struct upload *u = upload_of(s);
    (void)self;
    (void)from;
    u->again = true;
    return m->index == u->next ? MOTET_DONE : MOTET_FAIL;
}

motet_status uploader_on_stop(struct uploader *self, motet_session *s, motet_peer from, const transfer_stop *m)
{
    (void)s;
    (void)from;
    (void)m;
    tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status uploader_on_verified(struct uploader *self, motet_session *s, motet_peer from, const transfer_verified *m)
{
    (void)s;
    (void)from;
    (void)m;
    self->state.verified++;
    return MOTET_DONE;
}

motet_status uploader_on_damaged(struct uploader *self, motet_session *s, motet_peer from, const transfer_damaged *m)
{
    (void)s;
    (void)from;
    (void)m;
    tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

void uploader_completed(struct uploader *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void uploader_aborted(struct uploader *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
