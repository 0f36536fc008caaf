/* fiber.h -- stacks to switch between within one thread. */
#ifndef MOTET_PORT_SIM_FIBER_H
#define MOTET_PORT_SIM_FIBER_H
#include <stdbool.h>
#include <stddef.h>

typedef struct motet__fiber {
    void *sp;              /* while it does not run */
    void *stack;           /* its lowest address; NULL: the thread's own */
    size_t size;
    void (*run)(void *);
    void *arg;
    void *shadow, *tsan;   /* the sanitizers' */
    const void *bottom;    /* of the stack as AddressSanitizer knows it */
    size_t bottom_size;
    bool ended;
} motet__fiber;

/* Makes `f` the calling thread as it is. False: no memory. */
bool motet__fiber_adopt(motet__fiber *f);
/* `run` must not return: its last act is a switch, with `ended` set. False: no memory. */
bool motet__fiber_make(motet__fiber *f, size_t size, void (*run)(void *), void *arg);
/* Of one that has ended, or never ran. */
void motet__fiber_free(motet__fiber *f);
/* Goes on in `to`; returns when somebody switches back. */
void motet__fiber_switch(motet__fiber *from, motet__fiber *to);

#endif
