/* cluster_main.c -- runs system Cluster: 300 elections, of which every tenth has to be repeated once. */
#include "cluster.h"
#include "election_tally.h"

enum { SESSIONS = 300 };

int main(void)
{
    static struct election_tally t;
    bool ok = example_run(&cluster_spec, &t, cluster_open_election, SESSIONS);
    ok &= example_same("members that were told their leader", t.informed, (MEMBERS - 1) * SESSIONS);
    ok &= example_same("elections acknowledged", t.acknowledged, SESSIONS);
    ok &= example_same("elections repeated", t.repeated, SESSIONS / 10);
    ok &= example_same("wrong leaders", t.wrong, 0);
    return ok ? 0 : 1;
}
