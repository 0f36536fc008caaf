/* choices.c -- what is drawn, recorded, and replayed. A recorded choice is one byte, or 255 and four bytes. */
#include "simulation.h"

#include <stdlib.h>

enum { LONG = 255 };

static void record_byte(motet__sim *s, uint32_t byte)
{
    if (s->n_choices == s->room_choices) {
        size_t room = s->room_choices ? s->room_choices * 2u : 4096;
        unsigned char *grown = realloc(s->choices, room);
        if (!grown) {
            motet__fatal("no memory to record a schedule");
        }
        s->choices = grown;
        s->room_choices = room;
    }
    s->choices[s->n_choices++] = (unsigned char)byte;
}

static void record(motet__sim *s, uint32_t choice)
{
    if (choice < LONG) {
        record_byte(s, choice);
        return;
    }
    record_byte(s, LONG);
    for (int shift = 0; shift < 32; shift += 8) {
        record_byte(s, choice >> shift & 255u);
    }
}

static uint32_t replay_byte(motet__sim *s)
{
    if (s->replayed == s->options.replay_size) {
        s->diverged = true;
        return 0;
    }
    return ((const unsigned char *)s->options.replay)[s->replayed++];
}

static uint32_t replay(motet__sim *s, uint32_t n)
{
    uint32_t choice = replay_byte(s);
    if (choice == LONG) {
        choice = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            choice |= replay_byte(s) << shift;
        }
    }
    s->diverged |= choice >= n;
    return choice % n;
}

uint32_t motet__sim_decide(motet__sim *s, uint32_t n, uint32_t made)
{
    if (n < 2) {
        return 0;
    }
    uint32_t choice = s->options.strategy == MOTET_SIM_REPLAY ? replay(s, n) : made;
    if (s->options.record) {
        record(s, choice);
    }
    return choice;
}

uint32_t motet__sim_choose(motet__sim *s, uint32_t n)
{
    uint32_t drawn = n < 2 ? 0 : motet__draw_below(&s->draws, n);
    return motet__sim_decide(s, n, drawn);
}

bool motet__sim_happens(motet__sim *s, motet_sim_fault what)
{
    if (!(s->options.faults & MOTET_SIM_BIT(what)) || s->failed) {
        return false;
    }
    bool happens = motet__sim_decide(s, 2, motet__draw_below(&s->draws, s->options.one_in[what]) == 0) != 0;
    s->faults[what] += happens;
    if (happens) {
        motet__sim_hash(s, what);
    }
    return happens;
}
