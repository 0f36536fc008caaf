/* bus_tally.h -- the topics of the example, and what the actors count for the program's check at the end. */
#ifndef BUS_TALLY_H
#define BUS_TALLY_H
#include "example.h"

enum { EVENTS = 6, READERS = 2 };

/* Reader 0 reads the weather; reader 1 everything, or in every other session a topic that nobody offers. */
static const char *const bus_topics[] = { "weather", "sport", "chess" };
enum { TOPICS = 3 };

struct bus_tally {
    tally published, delivered, seen, wrong;
};

#endif
