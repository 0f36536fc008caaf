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

const char *word_policy(enum policy p)
{
    switch (p) {
    case POLICY_BLOCK: return "block";
    case POLICY_FAIL: return "fail";
    case POLICY_DROP_NEWEST: return "drop_newest";
    case POLICY_DROP_OLDEST: return "drop_oldest";
    }
    return "";
}

const char *word_reason(enum fail_reason r)
{
    switch (r) {
    case REASON_ERROR: return "error";
    case REASON_TIMEOUT: return "timeout";
    case REASON_PROTOCOL_VIOLATION: return "protocol_violation";
    case REASON_FATAL: return "fatal";
    case REASONS: break;
    }
    return "";
}

const char *word_directive(enum directive d)
{
    switch (d) {
    case DIRECTIVE_DEFAULT: break;
    case DIRECTIVE_RESTART: return "restart";
    case DIRECTIVE_RESUME: return "resume";
    case DIRECTIVE_STOP: return "stop";
    case DIRECTIVE_ESCALATE: return "escalate";
    }
    return "";
}

const char *word_operator(enum expr_kind k)
{
    switch (k) {
    case EX_NOT: return "!";
    case EX_NEGATE:
    case EX_SUB: return "-";
    case EX_MUL: return "*";
    case EX_DIV: return "/";
    case EX_MOD: return "%";
    case EX_ADD: return "+";
    case EX_LT: return "<";
    case EX_LE: return "<=";
    case EX_GT: return ">";
    case EX_GE: return ">=";
    case EX_EQ: return "==";
    case EX_NE: return "!=";
    case EX_AND: return "&&";
    case EX_OR: return "||";
    case EX_IMPLIES: return "->";
    case EX_POISON:
    case EX_NUMBER:
    case EX_TRUE:
    case EX_FALSE:
    case EX_NAME:
    case EX_LEN:
    case EX_OLD: break;
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
