/* words.c -- see words.h. */
#include "words.h"

#include "buf.h"

const char *word_strategy(enum strategy s)
{
    switch (s) {
    case ONE_FOR_ONE: return "one_for_one";
    case ONE_FOR_ALL: return "one_for_all";
    case REST_FOR_ONE: return "rest_for_one";
    }
    return "";
}

const char *word_restart(enum restart_type r)
{
    switch (r) {
    case RESTART_PERMANENT: return "permanent";
    case RESTART_TRANSIENT: return "transient";
    case RESTART_TEMPORARY: return "temporary";
    }
    return "";
}

void word_duration(struct buf *out, uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *unit;
    } units[] = {{3600000000000u, "h"}, {60000000000u, "m"}, {1000000000u, "s"},
                 {1000000, "ms"},       {1000, "us"},        {1, "ns"}};
    size_t i = 0;
    while (units[i].ns > 1 && (ns == 0 || ns % units[i].ns))
        i++;
    buf_printf(out, "%llu%s", (unsigned long long)(ns / units[i].ns), units[i].unit);
}
