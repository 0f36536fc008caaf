/* seal.c -- refs and their seals: a keyed mix of name and rights, from a secret of the system. */
#include "isolate.h"

motet_ref motet__ref_make(const motet_system *sys, uint32_t slot, uint32_t generation, motet_rights rights)
{
    return (motet_ref){slot, generation, rights, motet__seal(&sys->secret, slot, generation, rights)};
}

motet_err motet_ref_attenuate(motet_system *sys, motet_ref ref, motet_rights rights, motet_ref *out)
{
    if (motet__is_isolated) {
        return motet__isolated_attenuate(sys, ref, rights, out);
    }
    *out = MOTET_NOBODY;
    motet_err e = motet__ref_check(&sys->secret, ref, 0);
    if (e == MOTET_OK) {
        *out = motet__ref_make(sys, ref.slot, ref.generation, ref.rights & rights);
    }
    return e;
}
