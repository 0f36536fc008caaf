/* archive_handlers.c -- what actor Archive does: takes files in, checks each chunk and then the whole. */
#include "archive.h"

#include "transfer_tally.h"

enum { TRIES = 3 }; /* of one chunk */

struct download {
    uint64_t expected, bytes;
    uint32_t sum;   /* of all intact chunks */
    uint32_t index; /* of the last chunk */
    uint32_t tries; /* of the last chunk that did not arrive intact */
    bool intact;    /* the last chunk; after Finish: the whole */
};

struct archive {
    struct archive_state state;
    struct transfer_tally *tally;
};

const motet_actor_type archive_actor = ARCHIVE_ACTOR(struct archive);

motet_status archive_init(struct archive *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void archive_fini(struct archive *self)
{
    tally_add(&self->tally->bytes, self->state.bytes);
}

static struct download *download_of(motet_session *s)
{
    return example_memory(s, sizeof(struct download));
}

/* ---- session Transfer ---- */

motet_status archive_on_offer(struct archive *self, motet_session *s, motet_peer from, const transfer_offer *m)
{
    struct download *d = download_of(s);
    (void)self;
    (void)from;
    if (!d)
        return MOTET_FAIL;
    d->expected = m->file.size;
    return MOTET_DONE;
}

motet_status archive_choose_accept_or_decline(struct archive *self, motet_session *s, motet_peer to,
                                              struct archive_accept_or_decline *out)
{
    (void)self;
    (void)to;
    if (file_fits(motet_session_arg(s))) {
        out->tag = ARCHIVE_ACCEPT;
        out->accept.chunk_size = CHUNK;
    } else {
        out->tag = ARCHIVE_DECLINE;
        out->decline.why = TRANSFER_TROUBLE_NO_SPACE;
    }
    return MOTET_DONE;
}

motet_status archive_on_chunk(struct archive *self, motet_session *s, motet_peer from, const transfer_chunk *m)
{
    struct download *d = download_of(s);
    uint32_t chunk_sum = 0, sum = d->sum;
    (void)self;
    (void)from;
    for (uint32_t i = 0; i < m->data.n; i++) {
        chunk_sum = sum_add(chunk_sum, m->data.at[i]);
        sum = sum_add(sum, m->data.at[i]);
    }
    d->index = m->index;
    d->intact = chunk_sum == m->sum;
    d->tries = d->intact ? 0 : d->tries + 1;
    if (d->intact) {
        d->sum = sum;
        d->bytes += m->data.n;
    }
    return MOTET_DONE;
}

motet_status archive_choose_ack_or_again_or_stop(struct archive *self, motet_session *s, motet_peer to,
                                                 struct archive_ack_or_again_or_stop *out)
{
    const struct download *d = download_of(s);
    (void)self;
    (void)to;
    if (d->intact) {
        out->tag = ARCHIVE_ACK;
        out->ack.index = d->index;
    } else if (d->tries < TRIES) {
        out->tag = ARCHIVE_AGAIN;
        out->again.index = d->index;
    } else {
        out->tag = ARCHIVE_STOP;
        out->stop.why = TRANSFER_TROUBLE_TOO_MANY_RETRIES;
    }
    return MOTET_DONE;
}

motet_status archive_on_finish(struct archive *self, motet_session *s, motet_peer from, const transfer_finish *m)
{
    struct download *d = download_of(s);
    (void)self;
    (void)from;
    d->intact = m->sum == d->sum && d->bytes == d->expected;
    return MOTET_DONE;
}

motet_status archive_choose_verified_or_damaged(struct archive *self, motet_session *s, motet_peer to,
                                                struct archive_verified_or_damaged *out)
{
    const struct download *d = download_of(s);
    (void)to;
    if (d->intact) {
        self->state.bytes += d->bytes;
        out->tag = ARCHIVE_VERIFIED;
        out->verified.sum = d->sum;
    } else {
        out->tag = ARCHIVE_DAMAGED;
        out->damaged.sum = d->sum;
    }
    return MOTET_DONE;
}

void archive_completed(struct archive *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void archive_aborted(struct archive *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
