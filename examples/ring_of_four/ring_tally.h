/* ring_tally.h -- what the stations count for the program's check at the end. */
#ifndef RING_TALLY_H
#define RING_TALLY_H
#include "example.h"

struct ring_tally {
    tally taken, weight_g;
};

#endif
