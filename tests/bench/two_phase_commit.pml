/* Two-phase commit with three supervised participants, of which at most K crash, as one would write it by hand: what
 * the rendering of two_phase_commit.proto-session beside it is measured against.
 *
 *   spin -DK=1 -a two_phase_commit.pml && cc -w -DSAFETY -o pan pan.c && ./pan -n
 *
 * A crash aborts the session, which is opened anew, in one atomic step. Once the session is complete, a crash leaves it
 * as it is. Participants keep nothing from one session to the next, and no supervisor comes to its limit: so the
 * strategy makes no difference, and this is the model for all three. Messages that nobody expects, and deadlocks, are
 * failed assertions.
 */
mtype = { Prepare, Yes, No, Commit, Abort, Done };
chan to0 = [2] of { mtype }; chan to1 = [2] of { mtype }; chan to2 = [2] of { mtype };
chan from0 = [2] of { mtype }; chan from1 = [2] of { mtype }; chan from2 = [2] of { mtype };
byte c, p0, p1, p2; /* where each stands */
byte budget = K;
#define C_DONE 14
#define P_DONE 4
#define QUIET (len(to0) + len(to1) + len(to2) + len(from0) + len(from1) + len(from2) == 0)
#define COMPLETE (c == C_DONE && p0 == P_DONE && p1 == P_DONE && p2 == P_DONE && QUIET)

#define SEND(pc, at, lane, what, next) :: d_step { pc == at && nfull(lane) -> lane!what; pc = next }
#define TAKE(pc, at, lane, what, next) :: d_step { pc == at && lane?[what] -> lane?what; pc = next }
#define WRONG(pc, at, lane, a, b) :: atomic { pc == at && nempty(lane) && !lane?[a] && !lane?[b] -> assert(false) }

active proctype coordinator()
{
end: do
    SEND(c, 0, to0, Prepare, 1) SEND(c, 1, to1, Prepare, 2) SEND(c, 2, to2, Prepare, 3)
    TAKE(c, 3, from0, Yes, 4) TAKE(c, 3, from0, No, 4) WRONG(c, 3, from0, Yes, No)
    TAKE(c, 4, from1, Yes, 5) TAKE(c, 4, from1, No, 5) WRONG(c, 4, from1, Yes, No)
    TAKE(c, 5, from2, Yes, 6) TAKE(c, 5, from2, No, 6) WRONG(c, 5, from2, Yes, No)
    SEND(c, 6, to0, Commit, 7) SEND(c, 7, to1, Commit, 8) SEND(c, 8, to2, Commit, 9)
    TAKE(c, 9, from0, Done, 10) WRONG(c, 9, from0, Done, Done)
    TAKE(c, 10, from1, Done, 11) WRONG(c, 10, from1, Done, Done)
    TAKE(c, 11, from2, Done, C_DONE) WRONG(c, 11, from2, Done, Done)
    SEND(c, 6, to0, Abort, 12) SEND(c, 12, to1, Abort, 13) SEND(c, 13, to2, Abort, C_DONE)
    od
}

#define PARTICIPANT(name, pc, in, out)                                                                                 \
    active proctype name()                                                                                             \
    {                                                                                                                  \
    end: do                                                                                                            \
        TAKE(pc, 0, in, Prepare, 1) WRONG(pc, 0, in, Prepare, Prepare)                                                 \
        SEND(pc, 1, out, Yes, 2) SEND(pc, 1, out, No, 2)                                                               \
        TAKE(pc, 2, in, Commit, 3) TAKE(pc, 2, in, Abort, P_DONE) WRONG(pc, 2, in, Commit, Abort)                      \
        SEND(pc, 3, out, Done, P_DONE)                                                                                 \
        od                                                                                                             \
    }
PARTICIPANT(participant0, p0, to0, from0)
PARTICIPANT(participant1, p1, to1, from1)
PARTICIPANT(participant2, p2, to2, from2)

inline drain(lane)
{
    do :: len(lane) > 0 -> lane?_ :: len(lane) == 0 -> break od
}
inline reset()
{
    drain(to0); drain(to1); drain(to2); drain(from0); drain(from1); drain(from2);
    c = 0; p0 = 0; p1 = 0; p2 = 0
}
inline crash()
{
    budget--;
    if :: COMPLETE -> skip :: !(COMPLETE) -> reset() fi
}

active proctype supervisor()
{
end: do
    :: d_step { budget > 0 -> crash() } /* participant 0 */
    :: d_step { budget > 0 -> crash() } /* participant 1 */
    :: d_step { budget > 0 -> crash() } /* participant 2 */
    :: d_step { budget > 0 -> budget-- } /* it may never come: else it would hide a deadlock before it */
    od
}

active proctype monitor()
{
end: do
    :: atomic { timeout && !(COMPLETE) -> assert(false) }
    :: false
    od
}
