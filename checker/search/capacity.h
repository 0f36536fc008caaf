/* capacity.h -- is what was found with lanes of this size true of all larger lanes, too?
 *
 * Room is *enough* when whatever a larger lane lets through can still happen with the room there is, perhaps later.
 * Then from each state that larger lanes make possible, one can be reached that is possible with these (see below), and
 *   - the safety properties and `progress` hold with all larger lanes, in any mixture, if they hold with these;
 *   - where one of them is violated with these, it is with all larger ones.
 *
 * This is k-exhaustivity (Lange, Yoshida, "Verifying Asynchronous Interactions via Communicating Session Automata", CAV
 * 2019), with conditions on choices that are a little weaker than theirs. Room is enough when
 *   1. (the model is of a kind for which this is true) lanes are FIFO, block and share nothing; nothing gets lost or
 *      crashes and no event happens; no participant may both send and receive in one state;
 *   2. (exhaustive) from each reachable state in which participant p stands before a send, a state can be reached in
 *      which it can take place, by steps of others, of which each that is a send is made where all sends of its
 *      participant's state have room;
 *   3. (inputs do not race) where a participant could take a message from one peer, no other peer can bring it one that
 *      it could take instead, however long it waits and however much room there is.
 * Theirs are: k-exhaustivity (2 without the words on sends), k-OBI (a participant that can make one of its sends can
 * make all; with it, 2 follows) and k-IBI, for which 3 is a check that never says yes wrongly.
 *
 * Why it is true. Let r be a run with larger lanes, and q a run with these in which no participant has done anything
 * else than in r, only less of it or more. While somebody lags behind r in q, q can be continued: take the first action
 * of r that q lacks. A receive can be made at once, as what comes before it in r is in q. Before a send, go the way of
 * (2). If on that way somebody who lags behind would leave r: by a send, then let it make that of r instead, which has
 * room, too; by a receive, this is excluded by (3). In either case q has got closer to r, so that this ends. Now all of
 * r is in q, and from the state after r what q has more can be done, in its order: the state reached has the histories,
 * and therefore the states and lanes, of q. From there follows what is said above, as a participant or message that is
 * stuck for ever after r is so after q, and the other way round.
 */
#ifndef MOTET_CHECKER_CAPACITY_H
#define MOTET_CHECKER_CAPACITY_H
#include "explorer.h"

enum capacity_answer {
    CAPACITY_ENOUGH,
    CAPACITY_TOO_SMALL, /* 2 fails: for the send `edge`, from `state` on */
    CAPACITY_RACE       /* 3 fails: in `state`, for the receive `edge`, which could be made, and the receive `other` */
};

struct capacity {
    enum capacity_answer answer;
    uint32_t state, edge, other; /* in the graph; model-wide edges */
    bool never; /* CAPACITY_TOO_SMALL: not even by unfree sends, so that the send can never be made */
};

/* Condition 1: NULL, or why the model is not of that kind, as a clause. */
const char *capacity_unsuited(struct arena *a, const struct model *m);

/* Conditions 2 and 3, of a model that is suited. False when there is not enough memory. */
bool capacity_check(struct arena *a, const struct state_graph *g, struct capacity *out);

#endif
