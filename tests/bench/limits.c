/* limits.c -- what the machine itself costs, in ns: no runtime can be faster than the sum of what it needs of these.
 *
 * Prints a line for each, NAME TAB NS TAB WHAT. Threads stay on two cores; without a second one the lines that need it
 * say "-". `limits quick` does a tenth of it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <linux/futex.h>

enum { LINE = 128, SLOTS = 1024, ACTOR = 128 };

static uint64_t scale = 1; /* what the numbers of repetitions are divided by */
static int cores[2];

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void say(const char *name, uint64_t ns, uint64_t n, const char *what)
{
    printf("%s\t%.1f\t%s\n", name, (double)ns / (double)n, what);
}

static void stay_on(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* The first two cores that the process may use; false: there is one. */
static bool find_cores(void)
{
    cpu_set_t set;
    int found = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++) {
        if (CPU_ISSET(i, &set)) {
            cores[found++] = i;
        }
    }
    return found == 2;
}

static inline void pause_core(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* ---- on one core ---- */

static void clock_read(void)
{
    uint64_t n = 20000000 / scale, sum = 0, t = now();
    for (uint64_t i = 0; i < n; i++) {
        sum += now();
    }
    say("clock", now() - t + (sum == 1), n, "one read of the monotonic clock");
}

static void locked_add(void)
{
    static atomic_ulong word;
    uint64_t n = 50000000 / scale, t = now();
    for (uint64_t i = 0; i < n; i++) {
        atomic_fetch_add(&word, 1);
    }
    say("xadd", now() - t, n, "an atomic add on a cache line of one's own");
}

static void malloc_free(void)
{
    uint64_t n = 30000000 / scale, t = now();
    for (uint64_t i = 0; i < n; i++) {
        char *volatile p = malloc(64);
        *(volatile char *)p = 1;
        free(p);
    }
    say("malloc", now() - t, n, "malloc and free of 64 bytes");
}

struct message {
    uint64_t word[8];
};

/* Not inlined, so that the queue is one in memory. */
__attribute__((noinline)) static void push(struct message *ring, uint64_t at, uint64_t value)
{
    for (int k = 0; k < 8; k++) {
        ring[at % SLOTS].word[k] = value;
    }
}

__attribute__((noinline)) static uint64_t pop(const struct message *ring, uint64_t at)
{
    return ring[at % SLOTS].word[0] + ring[at % SLOTS].word[7];
}

static struct message slots[SLOTS];

static void local_ring(void)
{
    uint64_t n = 50000000 / scale, sum = 0, t = now();
    for (uint64_t i = 0; i < n; i++) {
        push(slots, i, i);
        sum += pop(slots, i);
    }
    say("ring", now() - t + (sum == 1), n, "64 bytes into a ring and out again, one thread");
}

static void random_actors(const char *name, uint64_t actors, const char *what)
{
    char *all = aligned_alloc(ACTOR, actors * ACTOR);
    uint64_t n = 20000000 / scale, x = 88172645463325252u;
    if (!all) {
        return;
    }
    memset(all, 1, actors * ACTOR);
    uint64_t t = now();
    for (uint64_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        uint64_t *actor = (uint64_t *)(all + x % actors * ACTOR);
        actor[0]++, actor[8]++;
    }
    say(name, now() - t, n, what);
    free(all);
}

/* ---- between two ---- */

static struct {
    _Alignas(LINE) atomic_ulong head;
    _Alignas(LINE) atomic_ulong tail;
    _Alignas(LINE) uint64_t n, every;
} lane;

static void *consume(void *unused)
{
    uint64_t tail = 0, head = 0, sum = 0;
    stay_on(cores[1]);
    while (tail < lane.n) {
        while (tail == head) {
            pause_core();
            head = atomic_load_explicit(&lane.head, memory_order_acquire); /* partner: the release in spsc */
        }
        sum += pop(slots, tail++);
        if (tail % 64 == 0 || tail == head) {
            atomic_store_explicit(&lane.tail, tail, memory_order_release); /* partner: the acquire in spsc */
        }
    }
    slots[0].word[0] = sum;
    return unused;
}

static void spsc(const char *name, uint64_t every, const char *what)
{
    pthread_t thread;
    uint64_t n = 20000000 / scale, tail = 0, t;
    atomic_store(&lane.head, 0);
    atomic_store(&lane.tail, 0);
    lane.n = n;
    pthread_create(&thread, NULL, consume, NULL);
    usleep(1000);
    t = now();
    for (uint64_t head = 0; head < n;) {
        while (head - tail == SLOTS) {
            pause_core();
            tail = atomic_load_explicit(&lane.tail, memory_order_acquire); /* partner: the release in consume */
        }
        push(slots, head, head);
        head++;
        if (head % every == 0 || head == n || head - tail == SLOTS) {
            atomic_store_explicit(&lane.head, head, memory_order_release); /* partner: the acquire in consume */
        }
    }
    pthread_join(thread, NULL);
    say(name, now() - t, n, what);
}

static struct {
    _Alignas(LINE) atomic_ulong there;
    _Alignas(LINE) atomic_ulong back;
} ball;

static void *return_ball(void *rounds)
{
    stay_on(cores[1]);
    for (uint64_t i = 1; i <= *(uint64_t *)rounds; i++) {
        while (atomic_load_explicit(&ball.there, memory_order_acquire) < i) { /* partner: the store in line_round */
            pause_core();
        }
        atomic_store_explicit(&ball.back, i, memory_order_release); /* partner: the load in line_round */
    }
    return NULL;
}

static void line_round(void)
{
    pthread_t thread;
    uint64_t n = 2000000 / scale, t;
    pthread_create(&thread, NULL, return_ball, &n);
    usleep(1000);
    t = now();
    for (uint64_t i = 1; i <= n; i++) {
        atomic_store_explicit(&ball.there, i, memory_order_release); /* partner: the load in return_ball */
        while (atomic_load_explicit(&ball.back, memory_order_acquire) < i) { /* partner: the store in return_ball */
            pause_core();
        }
    }
    say("line", now() - t, n, "a cache line to the other core and back");
    pthread_join(thread, NULL);
}

static struct {
    _Alignas(LINE) atomic_int word;
    _Alignas(LINE) atomic_ulong sent;
    _Alignas(LINE) atomic_int seen;
    uint64_t arrival;
    int rounds;
} bed;

static long futex(atomic_int *word, int operation, int value)
{
    return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

static void *sleep_and_wake(void *unused)
{
    stay_on(cores[1]);
    for (int i = 1; i <= bed.rounds; i++) {
        while (atomic_load(&bed.word) < i) {
            futex(&bed.word, FUTEX_WAIT, i - 1);
        }
        bed.arrival += now() - atomic_load(&bed.sent);
        atomic_store(&bed.seen, i);
    }
    return unused;
}

static void wake(void)
{
    pthread_t thread;
    uint64_t cost = 0;
    bed.rounds = (int)(5000 / scale);
    pthread_create(&thread, NULL, sleep_and_wake, NULL);
    for (int i = 1; i <= bed.rounds; i++) {
        for (uint64_t until = now() + 60000; now() < until;) { /* it is asleep by then */
        }
        uint64_t t = now();
        atomic_store(&bed.sent, t);
        atomic_store(&bed.word, i);
        futex(&bed.word, FUTEX_WAKE, 1);
        cost += now() - t;
        while (atomic_load(&bed.seen) < i) {
            pause_core();
        }
    }
    pthread_join(thread, NULL);
    say("wake", cost, (uint64_t)bed.rounds, "waking a core that sleeps, for the one who wakes it");
    say("woken", bed.arrival, (uint64_t)bed.rounds, "until the other runs");
}

int main(int argc, char **argv)
{
    bool two = find_cores();
    scale = argc > 1 && !strcmp(argv[1], "quick") ? 10 : 1;
    stay_on(cores[0]);
    clock_read();
    locked_add();
    malloc_free();
    local_ring();
    random_actors("10k", 10000, "touching a random one of 10,000 actors of 128 bytes");
    random_actors("100k", 100000, "of 100,000");
    random_actors("1M", 1000000, "of 1,000,000");
    if (!two) {
        puts("spsc\t-\tone core: nothing between two\nspsc32\t-\t\nline\t-\t\nwake\t-\t\nwoken\t-\t");
        return 0;
    }
    spsc("spsc", 1, "64 bytes through a ring to the other core");
    spsc("spsc32", 32, "the same, published every 32nd time");
    line_round();
    wake();
    return 0;
}
