/* sale_room_main.c -- runs system SaleRoom: 300 lots. A tie is asked again and ends with the lot withdrawn, for nobody
 * goes above its limit. */
#include "auction_tally.h"
#include "sale_room.h"

enum { SESSIONS = 300 };

int main(void)
{
    static struct auction_tally t;
    uint64_t sold = 0, income = 0, ties = 0;
    for (uint64_t lot = 0; lot < SESSIONS; lot++) {
        uint32_t winner = lot_winner(lot);
        sold += winner != NOBODY;
        ties += lot_is_tied(lot);
        income += winner != NOBODY ? bidder_limit(lot, winner) : 0;
    }
    bool ok = example_run(&sale_room_spec, &t, sale_room_open_auction, SESSIONS);
    ok &= example_same("lots sold", t.sold, sold);
    ok &= example_same("lots unsold", t.unsold, SESSIONS - sold);
    ok &= example_same("lots won by collectors", t.won, sold);
    ok &= example_same("the owner's income", t.income, income);
    ok &= example_same("what collectors paid", t.paid, income);
    ok &= example_same("wrong winners", t.wrong, 0);
    ok &= example_same("ties that were asked again", t.rounds - SESSIONS, ties);
    return ok ? 0 : 1;
}
