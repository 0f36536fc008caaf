/* channel.c -- the channels of core/process.h: stream sockets. Signals, and short reads and writes, are handled here.
 *
 * With a deadline a call first tries without waiting, and waits in poll otherwise; without one it waits in the call
 * itself, which is one system call less.
 */
#define _GNU_SOURCE
#include "process.h"
#include "port.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { NS_OF_MS = 1000000 };

/* Waits for `events`, for no longer than the deadline. */
static motet__channel_state wait_for(int channel, short events, uint64_t deadline)
{
    for (;;) {
        uint64_t now = motet__clock();
        if (now >= deadline) {
            return MOTET__CHANNEL_LATE;
        }
        uint64_t ms = (deadline - now + NS_OF_MS - 1u) / NS_OF_MS;
        struct pollfd fd = {.fd = channel, .events = events};
        int n = poll(&fd, 1, ms < 1000000 ? (int)ms : 1000000);
        if (n > 0) {
            return MOTET__CHANNEL_OK;
        }
        if (n < 0 && errno != EINTR) {
            return MOTET__CHANNEL_CLOSED;
        }
    }
}

/* After a call that moved nothing: whether it is to be tried again. */
static motet__channel_state after(int error, int channel, short events, uint64_t deadline)
{
    if (error == EINTR) {
        return MOTET__CHANNEL_OK;
    }
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return wait_for(channel, events, deadline);
    }
    return MOTET__CHANNEL_CLOSED;
}

/* Takes n bytes off the front of the pieces. */
static void advance(struct iovec *pieces, size_t n)
{
    for (int i = 0; i < 2; i++) {
        size_t taken = n < pieces[i].iov_len ? n : pieces[i].iov_len;
        pieces[i].iov_base = (char *)pieces[i].iov_base + taken;
        pieces[i].iov_len -= taken;
        n -= taken;
    }
}

motet__channel_state motet__channel_write(int channel, const void *head, size_t n_head, const void *body, size_t n_body,
                                          uint64_t deadline)
{
    static char nothing;
    int flags = MSG_NOSIGNAL | (deadline == MOTET__NEVER ? 0 : MSG_DONTWAIT);
    struct iovec pieces[2] = {{(void *)(uintptr_t)head, n_head},
                              {n_body ? (void *)(uintptr_t)body : &nothing, n_body}};
    motet__channel_state state = MOTET__CHANNEL_OK;
    while (pieces[0].iov_len + pieces[1].iov_len > 0 && state == MOTET__CHANNEL_OK) {
        struct msghdr m = {.msg_iov = pieces, .msg_iovlen = 2};
        ssize_t n = sendmsg(channel, &m, flags);
        if (n >= 0) {
            advance(pieces, (size_t)n);
        } else {
            state = after(errno, channel, POLLOUT, deadline);
        }
    }
    return state;
}

motet__channel_state motet__channel_read(int channel, void *into, size_t least, size_t most, size_t *n,
                                         uint64_t deadline)
{
    int flags = deadline == MOTET__NEVER ? 0 : MSG_DONTWAIT;
    motet__channel_state state = MOTET__CHANNEL_OK;
    *n = 0;
    while (*n < least && state == MOTET__CHANNEL_OK) {
        ssize_t got = recv(channel, (char *)into + *n, most - *n, flags);
        if (got > 0) {
            *n += (size_t)got;
        } else {
            state = got == 0 ? MOTET__CHANNEL_CLOSED : after(errno, channel, POLLIN, deadline);
        }
    }
    return state;
}
