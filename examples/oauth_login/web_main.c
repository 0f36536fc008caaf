/* web_main.c -- runs system Web: 400 logins, with mistyped passwords and late codes among them. */
#include "login_tally.h"
#include "web.h"

enum { SESSIONS = 400 };

int main(void)
{
    static struct login_tally t;
    uint64_t works = 0;
    for (uint64_t login = 0; login < SESSIONS; login++)
        works += login_works(login);
    bool ok = example_run(&web_spec, &t, web_open_sign_in, SESSIONS);
    ok &= example_same("welcomed", t.welcomed, works);
    ok &= example_same("tokens granted", t.granted, works);
    ok &= example_same("failed", t.failed, SESSIONS - works);
    ok &= example_same("wrong answers", t.wrong, 0);
    return ok ? 0 : 1;
}
