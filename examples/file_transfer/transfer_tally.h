/* transfer_tally.h -- the files of the example, and what the actors count for the program's check at the end. */
#ifndef TRANSFER_TALLY_H
#define TRANSFER_TALLY_H
#include "example.h"

enum { CHUNK = 512 };

struct transfer_tally {
    tally verified, declined, resent, bytes, wrong;
};

static inline uint64_t file_size(uint64_t file)
{
    return file * 137 % 2500;
}

static inline uint8_t file_byte(uint64_t file, uint64_t at)
{
    return (uint8_t)(file * 31 + at * 7);
}

static inline bool file_fits(uint64_t file)
{
    return file % 11 != 5;
}

static inline uint32_t file_chunks(uint64_t file)
{
    return (uint32_t)((file_size(file) + CHUNK - 1) / CHUNK);
}

/* The first attempt at such a chunk is damaged on its way. */
static inline bool chunk_breaks(uint64_t file, uint32_t chunk)
{
    return (file + chunk) % 5 == 0;
}

static inline uint32_t sum_add(uint32_t sum, uint8_t byte)
{
    return (sum << 5 | sum >> 27) ^ byte;
}

#endif
