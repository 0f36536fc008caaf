/* saga_tally.h -- what the actors count for the program's check at the end. */
#ifndef SAGA_TALLY_H
#define SAGA_TALLY_H
#include "example.h"

struct saga_tally {
    tally itineraries, refusals;  /* told to travellers */
    tally seats_sold, rooms_sold; /* confirmed */
    tally seats_back, rooms_back; /* reserved, then cancelled */
    tally seats_left, rooms_left; /* free at the end */
    tally income_cents, spent_cents;
};

enum { SEATS = 250, ROOMS = 200, SEAT_CENTS = 12000, ROOM_CENTS = 9000 };

#endif
