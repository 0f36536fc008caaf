/* kv_tally.h -- what the actors count for the program's check at the end. */
#ifndef KV_TALLY_H
#define KV_TALLY_H
#include "example.h"

struct kv_tally {
    tally answered, refused, wrong;
};

#endif
