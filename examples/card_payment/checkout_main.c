/* checkout_main.c -- runs system Checkout: 500 orders, of which some are risky, some unproved, some unpaid. */
#include "card_tally.h"
#include "checkout.h"

enum { SESSIONS = 500 };

int main(void)
{
    static struct card_tally t;
    uint64_t paid = 0, risky = 0;
    for (uint64_t order = 0; order < SESSIONS; order++) {
        paid += order_is_paid(order);
        risky += order_is_risky(order);
    }
    bool ok = example_run(&checkout_spec, &t, checkout_open_payment, SESSIONS);
    ok &= example_same("receipts", t.receipts, paid);
    ok &= example_same("failures", t.failures, SESSIONS - paid);
    ok &= example_same("captured", t.captured, paid);
    ok &= example_same("challenged", t.challenged, risky);
    return ok ? 0 : 1;
}
