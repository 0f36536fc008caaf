/* room.c -- the room that all lanes into an actor with a shared mailbox have together: one count, under one lock.
 *
 * A place is taken before a message goes into its lane and given back after it left it, so the lanes never hold more
 * than the count, and no lane, each as long as the whole mailbox, is ever full. Where a full mailbox blocks, a place
 * that becomes free is handed to the sender that waits longest, and stays counted: nobody can take it on the way. Where
 * it refuses, all who asked to hear of room are woken and may come too late.
 *
 * The lock is held while a waiting participant is woken: one that waits has not closed, and closing goes through
 * motet__room_leave, so its session cannot vanish meanwhile.
 */
#include "core.h"

static bool grants(const motet__child *a)
{
    return a->type->policy == MOTET_BLOCK;
}

static void enqueue(motet__child *a, motet_session *p)
{
    p->room = a;
    p->queued = true;
    p->next_waiting = NULL;
    p->prev_waiting = a->waiting_last;
    if (p->prev_waiting) {
        p->prev_waiting->next_waiting = p;
    } else {
        a->waiting_first = p;
    }
    a->waiting_last = p;
}

static void dequeue(motet__child *a, motet_session *p)
{
    p->queued = false;
    if (p->prev_waiting) {
        p->prev_waiting->next_waiting = p->next_waiting;
    } else {
        a->waiting_first = p->next_waiting;
    }
    if (p->next_waiting) {
        p->next_waiting->prev_waiting = p->prev_waiting;
    } else {
        a->waiting_last = p->prev_waiting;
    }
}

static void give_one(motet__child *a)
{
    motet_session *p = a->waiting_first;
    if (p && grants(a)) {
        dequeue(a, p);
        p->granted = true;
        motet__session_wake(p);
        return;
    }
    a->used--;
    while (a->waiting_first) {
        p = a->waiting_first;
        dequeue(a, p);
        motet__session_wake(p);
    }
}

bool motet__room_take(motet__child *a, motet_session *p)
{
    motet__lock_take(a->room);
    bool taken = p->granted;
    p->granted = false;
    if (!taken && a->used < a->type->mailbox) {
        taken = true;
        a->used++;
    }
    if (taken) {
        p->room = NULL;
    } else if (grants(a) && !p->queued) {
        enqueue(a, p);
    }
    motet__lock_release(a->room);
    return taken;
}

bool motet__room_wait(motet__child *a, motet_session *p)
{
    motet__lock_take(a->room);
    bool full = a->used >= a->type->mailbox;
    if (full && !p->queued) {
        enqueue(a, p);
    }
    motet__lock_release(a->room);
    return full;
}

void motet__room_give(motet__child *a, uint32_t n)
{
    motet__lock_take(a->room);
    for (uint32_t i = 0; i < n; i++) {
        give_one(a);
    }
    motet__lock_release(a->room);
}

void motet__room_leave(motet_session *p)
{
    motet__child *a = p->room;
    if (!a) {
        return;
    }
    p->room = NULL;
    motet__lock_take(a->room);
    if (p->queued) {
        dequeue(a, p);
    }
    if (p->granted) {
        p->granted = false;
        give_one(a);
    }
    motet__lock_release(a->room);
}
