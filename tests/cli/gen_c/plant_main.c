/* One session of each wire; the second is resumed until it ends. Exit status 0 when both did what they should. */
#include "plant.h"

#include <stdio.h>

int main(void)
{
    static uint32_t sum;
    const motet_options options = {.workers = 2, .env = &sum};
    const motet_peer source = {AUDIT_ROLE_SOURCE, 0};
    motet_system *sys;
    motet_stats stats;
    uint64_t id;
    if (motet_system_start(&plant_spec, &options, &sys) != MOTET_OK)
        return 2;
    motet_err e = plant_open_work(sys, 0, NULL);
    if (e == MOTET_OK)
        e = plant_open_audit(sys, 42, &id);
    for (int i = 0; e == MOTET_OK && i < 20000; i++) {
        if (motet_system_wait_idle(sys, 1000000) == MOTET_OK)
            break;
        if (plant_resume_audit(sys, id, source) == MOTET_EGONE) /* it has ended */
            e = motet_system_wait_idle(sys, UINT64_C(20000000000));
    }
    motet_system_stop(sys, &stats);
    fprintf(stderr, "%s: %u, %llu of %llu, %llu crashes\n", motet_err_text(e), (unsigned)sum,
            (unsigned long long)stats.completed, (unsigned long long)stats.opened, (unsigned long long)stats.crashes);
    return e == MOTET_OK && sum == 3 && stats.completed == 2 && stats.crashes == 0 ? 0 : 1;
}
