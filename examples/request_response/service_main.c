/* service_main.c -- runs system Service: 400 sessions, each puts, gets, removes and looks again. */
#include "kv_tally.h"
#include "service.h"

enum { SESSIONS = 400 };

int main(void)
{
    static struct kv_tally t;
    bool ok = example_run(&service_spec, &t, service_open_key_value, SESSIONS);
    ok &= example_same("requests answered", t.answered, 3 * SESSIONS);
    ok &= example_same("requests refused", t.refused, SESSIONS);
    ok &= example_same("wrong answers", t.wrong, 0);
    return ok ? 0 : 1;
}
