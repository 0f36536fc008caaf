/* plant_main.c -- runs system Plant: 300 rounds of the ring, in which each of four stations passes one part on. */
#include "plant.h"
#include "ring_tally.h"

enum { SESSIONS = 300, STATIONS = 4 };

int main(void)
{
    static struct ring_tally t;
    bool ok = example_run(&plant_spec, &t, plant_open_ring, SESSIONS);
    ok &= example_same("parts taken, with their labels", t.taken, STATIONS * SESSIONS);
    ok &= example_same("grams", t.weight_g, 100 * STATIONS * SESSIONS);
    return ok ? 0 : 1;
}
