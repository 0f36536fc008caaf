/* telemetry_tally.h -- what the actors count for the program's check at the end. */
#ifndef TELEMETRY_TALLY_H
#define TELEMETRY_TALLY_H
#include "example.h"

enum { READINGS = 200, BUSY_AT = READINGS - 1 };

struct telemetry_tally {
    tally sent;               /* readings, as the thermometers count */
    tally seen, missed, busy; /* as the listener does; it is busy once in each report */
    tally heard;              /* seen, as the summaries told the thermometers */
    tally wrong;
};

#endif
