/* field_main.c -- runs system Field: 200 reports of 200 readings. How many get through differs from run to run; that
 * each is either seen or missed, that the newest always arrives and that nothing fails does not. */
#include "field.h"
#include "telemetry_tally.h"

enum { SESSIONS = 200 };

int main(void)
{
    static struct telemetry_tally t;
    bool ok = example_run(&field_spec, &t, field_open_telemetry, SESSIONS);
    ok &= example_same("readings sent", t.sent, SESSIONS * READINGS);
    ok &= example_same("readings seen or missed", t.seen + t.missed, t.sent);
    ok &= example_same("readings seen, as the thermometers heard", t.heard, t.seen);
    ok &= example_same("readings that the listener gave up on", t.busy, SESSIONS);
    ok &= example_same("readings out of order, and newest ones lost", t.wrong, 0);
    printf("readings: %" PRIu64 " seen, %" PRIu64 " missed\n", t.seen, t.missed);
    return ok ? 0 : 1;
}
