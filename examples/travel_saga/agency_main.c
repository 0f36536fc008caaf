/* agency_main.c -- runs system Agency: 400 people want to travel; seats, rooms and money run out on the way.
 *
 * Who is refused depends on the order in which the journeys overlap. That nobody has a seat without a room, or pays for
 * what was taken back, does not.
 */
#include "agency.h"
#include "saga_tally.h"

enum { SESSIONS = 400 };

int main(void)
{
    static struct saga_tally t;
    bool ok = example_run(&agency_spec, &t, agency_open_journey, SESSIONS);
    ok &= example_same("customers with an answer", t.itineraries + t.refusals, SESSIONS);
    ok &= example_same("seats sold", t.seats_sold, t.itineraries);
    ok &= example_same("rooms sold", t.rooms_sold, t.itineraries);
    ok &= example_same("seats sold or left", t.seats_sold + t.seats_left, SEATS);
    ok &= example_same("rooms sold or left", t.rooms_sold + t.rooms_left, ROOMS);
    ok &= example_same("income", t.income_cents, t.itineraries * (SEAT_CENTS + ROOM_CENTS));
    ok &= example_same("money spent", t.spent_cents, t.income_cents);
    ok &= example_same("rooms, and seats with them, were taken back",
                       t.rooms_back > 0 && t.seats_back >= t.rooms_back, 1);
    printf("%" PRIu64 " travel; taken back: %" PRIu64 " seats, %" PRIu64 " rooms\n", t.itineraries, t.seats_back,
           t.rooms_back);
    return ok ? 0 : 1;
}
