/* port.h -- what the core asks of the platform: threads, locks, a clock. port/posix implements it. */
#ifndef MOTET_CORE_PORT_H
#define MOTET_CORE_PORT_H
#include <stdbool.h>
#include <stdint.h>

struct motet_sim; /* where one is asked for, NULL stands for threads and the machine's clock (sim.h) */

#define MOTET__NEVER UINT64_MAX

typedef struct motet__lock motet__lock;     /* a mutex; not recursive */
typedef struct motet__cond motet__cond;     /* a condition variable; a wait may end without cause */
typedef struct motet__thread motet__thread;

motet__lock *motet__lock_new(struct motet_sim *sim); /* NULL: no memory */
void motet__lock_free(motet__lock *l);
void motet__lock_take(motet__lock *l);
void motet__lock_release(motet__lock *l);

motet__cond *motet__cond_new(struct motet_sim *sim); /* NULL: no memory */
void motet__cond_free(motet__cond *c);
/* Waits with `l` taken, until a signal or until the clock reaches `deadline` (MOTET__NEVER: no deadline). */
void motet__cond_wait(motet__cond *c, motet__lock *l, uint64_t deadline);
void motet__cond_signal(motet__cond *c);
void motet__cond_broadcast(motet__cond *c);

/* NULL: could not start */
motet__thread *motet__thread_start(struct motet_sim *sim, void (*run)(void *), void *arg);
void motet__thread_join(motet__thread *t); /* and frees t */

/* the calling thread, to the core-th of those that the process may use; may fail */
void motet__thread_pin(unsigned core);

/* Whether motet__barrier can be had one-sided: then it makes all running threads of the process pass a full barrier.
 * Otherwise, and when `two_sided`, it is a barrier of the calling thread alone. */
bool motet__barrier_ready(void);
void motet__barrier(bool two_sided);

uint64_t motet__clock(void);     /* monotonic nanoseconds */
unsigned motet__core_count(void); /* cores that this process may use, at least 1 */
void motet__pause(void);         /* a hint in a spinning loop */
void motet__yield(void);         /* lets another thread run */
void motet__interleave(void);    /* in a simulation: another thread may run here */
void motet__sleep(uint64_t ns);
uint64_t motet__random(void);    /* hard to guess */

#endif
