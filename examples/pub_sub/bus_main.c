/* bus_main.c -- runs system Bus: 300 sessions of six events. Reader 0 takes a third of them, reader 1 all in every
 * other session. */
#include "bus.h"
#include "bus_tally.h"

enum { SESSIONS = 300, EXPECTED = SESSIONS * EVENTS / TOPICS + SESSIONS / 2 * EVENTS };

int main(void)
{
    static struct bus_tally t;
    bool ok = example_run(&bus_spec, &t, bus_open_pub_sub, SESSIONS);
    ok &= example_same("events published", t.published, SESSIONS * EVENTS);
    ok &= example_same("deliveries that the broker reported", t.delivered, EXPECTED);
    ok &= example_same("events that readers saw", t.seen, EXPECTED);
    ok &= example_same("events that went wrong", t.wrong, 0);
    return ok ? 0 : 1;
}
