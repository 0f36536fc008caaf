/* seal.c -- refs and their seals: a keyed mix of name and rights, from a secret of the system. */
#include "core.h"

static uint32_t seal(const motet_system *sys, uint32_t slot, uint32_t generation, motet_rights rights)
{
    uint64_t x = ((uint64_t)generation << 32 | slot) ^ sys->secret;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    x ^= (x >> 32) ^ rights * UINT64_C(0xd6e8feb86659fd93);
    x *= UINT64_C(0xc2b2ae3d27d4eb4f);
    return (uint32_t)(x >> 32);
}

motet_ref motet__ref_make(const motet_system *sys, uint32_t slot, uint32_t generation, motet_rights rights)
{
    return (motet_ref){slot, generation, rights, seal(sys, slot, generation, rights)};
}

motet_err motet__ref_check(const motet_system *sys, motet_ref ref, motet_rights need)
{
    if (ref.slot == 0) {
        return MOTET_EGONE;
    }
    bool whole = seal(sys, ref.slot, ref.generation, ref.rights) == ref.seal;
    return whole && (ref.rights & need) == need ? MOTET_OK : MOTET_ERIGHTS;
}

motet_err motet_ref_attenuate(motet_system *sys, motet_ref ref, motet_rights rights, motet_ref *out)
{
    *out = MOTET_NOBODY;
    motet_err e = motet__ref_check(sys, ref, 0);
    if (e == MOTET_OK) {
        *out = motet__ref_make(sys, ref.slot, ref.generation, ref.rights & rights);
    }
    return e;
}
