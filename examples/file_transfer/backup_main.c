/* backup_main.c -- runs system Backup: 400 files from two uploaders; every fifth chunk is damaged once. */
#include "backup.h"
#include "transfer_tally.h"

enum { SESSIONS = 400 };

int main(void)
{
    static struct transfer_tally t;
    uint64_t fit = 0, bytes = 0, broken = 0;
    for (uint64_t file = 0; file < SESSIONS; file++) {
        fit += file_fits(file);
        bytes += file_fits(file) ? file_size(file) : 0;
        for (uint32_t c = 0; file_fits(file) && c < file_chunks(file); c++)
            broken += chunk_breaks(file, c);
    }
    bool ok = example_run(&backup_spec, &t, backup_open_transfer, SESSIONS);
    ok &= example_same("files verified", t.verified, fit);
    ok &= example_same("files declined", t.declined, SESSIONS - fit);
    ok &= example_same("bytes archived", t.bytes, bytes);
    ok &= example_same("chunks sent again", t.resent, broken);
    ok &= example_same("what went wrong", t.wrong, 0);
    return ok ? 0 : 1;
}
