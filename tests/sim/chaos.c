/* chaos.c -- runs simulations of a world in which everything happens (chaos.h), a seed each, and checks its books.
 *
 *   chaos [--seed=FIRST] [--seeds=N] [--strategy=random|pct|round-robin|mixed] [--faults=LIST|all|none|mixed]
 *         [--record=FILE] [--replay=FILE] [--trace] [--verbose]
 *
 * A seed decides the number of workers, when the system is stopped and, with `mixed` (as by default), the strategy and
 * the faults. The first run that breaks something ends the program with status 1, and the command that repeats it. */
#include "chaos.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct world world;

static const char *const fault_names[MOTET_SIM_FAULTS] = {"crash", "memory", "room",     "batch",
                                                          "delay", "clock",  "spurious", "move"};

static struct {
    uint64_t first, seeds;
    int strategy;       /* motet_sim_strategy, or -1: mixed */
    int64_t faults;     /* bits, or -1: mixed */
    const char *record, *replay, *strategy_name, *faults_name;
    bool trace, verbose;
} cli = {.first = 1, .seeds = 1, .strategy = -1, .faults = -1, .strategy_name = "mixed", .faults_name = "mixed"};

static struct {
    uint64_t seed, steps, handled, sessions, completed, crashes, faults[MOTET_SIM_FAULTS];
    uint64_t passed;
} sum;

/* ---- failures ---- */

static void say_how_to_repeat(void)
{
    printf("repeat it: chaos --seed=%" PRIu64 " --strategy=%s --faults=%s --trace\n", sum.seed, cli.strategy_name,
           cli.faults_name);
}

static void fail(const char *what, uint64_t a, uint64_t b)
{
    printf("not ok - seed %" PRIu64 ": %s (%" PRIu64 ", %" PRIu64 ") at step %" PRIu64 ", %" PRIu64 " ns\n", sum.seed,
           what, a, b, motet_sim_steps(world.sim), motet_sim_now(world.sim));
    say_how_to_repeat();
    printf("%" PRIu64 " passed, 1 failed\n", sum.passed);
    fflush(stdout);
    _Exit(1);
}

static void stuck(void *arg, motet_sim *sim, const char *what)
{
    (void)arg;
    (void)sim;
    if (world.broken) {
        fail(world.broken, world.broken_a, world.broken_b);
    }
    fail(what, 0, 0);
}

/* ---- a run ---- */

static void client(void *arg)
{
    (void)arg;
    for (uint32_t i = 4 + below(12); i > 0 && !world.closing; i--) {
        start_work();
        if (below(3) == 0) {
            motet_sim_sleep(world.sim, below(2 * MS));
        }
    }
}

static void work(void)
{
    enum { CLIENTS = 2 };
    motet_sim_thread *clients[CLIENTS];
    for (uint32_t i = 0; i < CLIENTS; i++) {
        clients[i] = motet_sim_thread_start(world.sim, client, NULL);
    }
    for (uint32_t i = 0; i < PEERS / 2; i++) {
        spawn_outside();
    }
    client(NULL);
    bool in_the_middle = below(2) == 0;
    motet_sim_run(world.sim, below(4000));
    world.closing = true;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        motet_sim_thread_join(world.sim, clients[i]);
    }
    if (in_the_middle) {
        return;
    }
    resume_laters();
    motet_sim_sleep(world.sim, SECOND);
    motet_err e = motet_system_wait_idle(world.sys, 100 * SECOND);
    motet_stats s;
    motet_system_stats(world.sys, &s);
    if (e != MOTET_OK && s.resumed == 0) { /* a failure that was passed over leaves others waiting for what is not sent */
        broken("the system does not come to rest", 0, 0);
    }
    motet_sim_sleep(world.sim, SECOND);
    check_souls(s.resumed > 0);
}

static void check_books(const motet_stats *s)
{
    const motet_leaks none = {0};
    if (s->opened != s->completed + s->aborted || s->open != 0 || s->waiting != 0) {
        broken("sessions are not accounted for", s->opened, s->completed + s->aborted);
    }
    if (world.touched != world.told) {
        broken("participants have not been told of their end", world.touched, world.told);
    }
    if (s->fidelity != 0) {
        broken("a message that its automaton does not allow", s->fidelity, 0);
    }
    if (s->spawned != s->ended) {
        broken("actors have not ended", s->spawned, s->ended);
    }
    if (memcmp(&s->leaks, &none, sizeof none) != 0) {
        broken("memory has not been returned", 0, 0);
    }
    check_all_dead();
}

static uint64_t mixed(uint64_t seed)
{
    seed = (seed + 1u) * UINT64_C(0x9e3779b97f4a7c15);
    return seed ^ seed >> 29;
}

static motet_sim_options options_of(uint64_t seed, const void *schedule, size_t size)
{
    static const motet_sim_strategy strategies[] = {MOTET_SIM_RANDOM, MOTET_SIM_PCT, MOTET_SIM_RANDOM,
                                                    MOTET_SIM_ROUND_ROBIN};
    uint64_t x = mixed(seed);
    motet_sim_options o = {.most_steps = 3000000, .stuck = stuck, .record = cli.record, .length = 20000};
    o.strategy = cli.strategy < 0 ? strategies[x >> 8 & 3u] : (motet_sim_strategy)cli.strategy;
    o.faults = cli.faults >= 0 ? (uint32_t)cli.faults : x >> 10 & 1u ? (uint32_t)(x >> 16) & MOTET_SIM_ALL_FAULTS : 0;
    if (schedule) {
        o.strategy = MOTET_SIM_REPLAY;
        o.replay = schedule;
        o.replay_size = size;
    }
    return o;
}

static void save(const char *file)
{
    size_t size;
    const void *schedule = motet_sim_schedule(world.sim, &size);
    FILE *f = fopen(file, "wb");
    if (!f || fwrite(schedule, 1, size, f) != size || fclose(f) != 0) {
        perror(file);
        exit(2);
    }
}

static void add_up(const motet_stats *s)
{
    sum.steps += motet_sim_steps(world.sim);
    sum.handled += world.handled + s->messages;
    sum.sessions += s->opened;
    sum.completed += s->completed;
    sum.crashes += s->crashes;
    for (int f = 0; f < MOTET_SIM_FAULTS; f++) {
        sum.faults[f] += motet_sim_faults(world.sim, (motet_sim_fault)f);
    }
    sum.passed++;
}

static void run(uint64_t seed, const void *schedule, size_t size)
{
    motet_sim_options o = options_of(seed, schedule, size);
    motet_stats stats;
    sum.seed = seed;
    world = (struct world){.sim = motet_sim_new(seed, &o), .tell = cli.trace, .budget = 600};
    world.lossy = o.faults & MOTET_SIM_BIT(MOTET_SIM_MEMORY);
    world.workers = 1 + below(4);
    motet_options options = {.workers = world.workers, .sim = world.sim};
    motet_err e = motet_system_start(make_tree(), &options, &world.sys);
    if (e != MOTET_OK && !(e == MOTET_ENOMEM && world.lossy)) {
        broken("the system does not start", (uint64_t)e, 0);
    } else if (e != MOTET_OK) {
        sum.passed++; /* so it may be, without memory */
    } else {
        work();
        motet_system_stop(world.sys, &stats);
        check_books(&stats);
        add_up(&stats);
    }
    if (world.broken) {
        fail(world.broken, world.broken_a, world.broken_b);
    }
    if (cli.record) {
        save(cli.record);
    }
    if (cli.verbose) {
        printf("seed %" PRIu64 ": hash %016" PRIx64 ", %" PRIu64 " steps, %" PRIu64 " ns%s\n", seed,
               motet_sim_hash(world.sim), motet_sim_steps(world.sim), motet_sim_now(world.sim),
               motet_sim_diverged(world.sim) ? ", another way than the recorded one" : "");
    }
    motet_sim_free(world.sim);
}

/* ---- the command line ---- */

static const char *value_of(const char *arg, const char *name)
{
    size_t n = strlen(name);
    return strncmp(arg, name, n) == 0 && arg[n] == '=' ? arg + n + 1 : NULL;
}

__attribute__((noreturn)) static void usage(const char *why)
{
    if (why) {
        fprintf(stderr, "chaos: %s\n", why);
    }
    fprintf(why ? stderr : stdout, "usage: chaos [--seed=FIRST] [--seeds=N] [--strategy=random|pct|round-robin|mixed]\n"
            "             [--faults=all|none|mixed|crash,memory,room,batch,delay,clock,spurious,move]\n"
            "             [--record=FILE] [--replay=FILE] [--trace] [--verbose]\n");
    exit(why ? 2 : 0);
}

static int strategy_named(const char *name)
{
    static const char *const names[] = {"random", "pct", "round-robin"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    if (strcmp(name, "mixed") != 0) {
        usage("no such strategy");
    }
    return -1;
}

static int64_t faults_named(const char *list)
{
    int64_t bits = 0;
    if (strcmp(list, "mixed") == 0) {
        return -1;
    }
    if (strcmp(list, "none") == 0) {
        return 0;
    }
    if (strcmp(list, "all") == 0) {
        return MOTET_SIM_ALL_FAULTS;
    }
    while (*list) {
        size_t n = strcspn(list, ",");
        int f = 0;
        while (f < MOTET_SIM_FAULTS && (strlen(fault_names[f]) != n || strncmp(fault_names[f], list, n) != 0)) {
            f++;
        }
        if (f == MOTET_SIM_FAULTS) {
            usage("no such fault");
        }
        bits |= MOTET_SIM_BIT(f);
        list += n + (list[n] == ',');
    }
    return bits;
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t n = strtoull(text, &end, 0);
    if (*text == '\0' || *end != '\0') {
        usage("not a number");
    }
    return n;
}

static void parse(const char *arg)
{
    const char *v;
    if ((v = value_of(arg, "--seed"))) {
        cli.first = number(v);
    } else if ((v = value_of(arg, "--seeds"))) {
        cli.seeds = number(v);
    } else if ((v = value_of(arg, "--strategy"))) {
        cli.strategy = strategy_named(cli.strategy_name = v);
    } else if ((v = value_of(arg, "--faults"))) {
        cli.faults = faults_named(cli.faults_name = v);
    } else if ((v = value_of(arg, "--record"))) {
        cli.record = v;
    } else if ((v = value_of(arg, "--replay"))) {
        cli.replay = v;
    } else if (strcmp(arg, "--trace") == 0) {
        cli.trace = cli.verbose = true;
    } else if (strcmp(arg, "--help") == 0) {
        usage(NULL);
    } else if (strcmp(arg, "--verbose") == 0) {
        cli.verbose = true;
    } else {
        usage("no such option");
    }
}

static void *load(const char *file, size_t *size)
{
    FILE *f = fopen(file, "rb");
    long n = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    char *bytes = n >= 0 ? malloc((size_t)n + 1u) : NULL;
    if (!bytes || fseek(f, 0, SEEK_SET) != 0 || fread(bytes, 1, (size_t)n, f) != (size_t)n) {
        perror(file);
        exit(2);
    }
    fclose(f);
    *size = (size_t)n;
    return bytes;
}

int main(int argc, char **argv)
{
    size_t size = 0;
    for (int i = 1; i < argc; i++) {
        parse(argv[i]);
    }
    void *schedule = cli.replay ? load(cli.replay, &size) : NULL;
    clock_t begun = clock();
    for (uint64_t i = 0; i < cli.seeds; i++) {
        run(cli.first + i, schedule, size);
    }
    double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    free(schedule);
    printf("%" PRIu64 " steps, %.2f million a second; %" PRIu64 " messages; %" PRIu64 " sessions, %" PRIu64
           " completed; %" PRIu64 " crashes in the tree\n", sum.steps, (double)sum.steps / 1e6 / (seconds + 1e-9),
           sum.handled, sum.sessions, sum.completed, sum.crashes);
    for (int f = 0; f < MOTET_SIM_FAULTS; f++) {
        printf("%s%s %" PRIu64, f ? ", " : "faults: ", fault_names[f], sum.faults[f]);
    }
    printf("\n%" PRIu64 " passed, 0 failed\n", sum.passed);
    return 0;
}
