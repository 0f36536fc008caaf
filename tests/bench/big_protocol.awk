# big_protocol.awk -- a protocol of ROLES roles and at least N interactions, with loops and choices:
#   awk -v ROLES=50 -v N=2000 -f tests/bench/big_protocol.awk > big.proto-session
# Each round, a token goes round all roles; every fifth role decides how it goes on and tells the next in both cases.
BEGIN {
    if (!ROLES) ROLES = 50
    if (!N) N = 2000
    print "module big;\n"
    print "message Token { round: u32; }\nmessage Skip { why: string<16>; }\nmessage Go;\nmessage Stop;\n"
    printf "session Big("
    for (i = 0; i < ROLES; i++) printf "%srole R%d", i ? ", " : "", i
    print ") {\n  rec Again {\n    choice at R0 {\n      R0 -> R1: Go;"
    n = 1
    for (i = 1; i < ROLES; i++) { printf "      R%d -> R%d: Go;\n", i, (i + 1) % ROLES; n++ }
    for (round = 0; n < N - 2 * ROLES; round++)
        for (i = 0; i < ROLES && n < N - 2 * ROLES; i++) {
            j = (i + 1) % ROLES
            if (i % 5 == 0) {
                printf "      choice at R%d { R%d -> R%d: Token; } or { R%d -> R%d: Skip; }\n", i, i, j, i, j
                n += 2
            } else {
                printf "      R%d -> R%d: Token;\n", i, j
                n++
            }
        }
    print "      continue Again;\n    } or {\n      R0 -> R1: Stop;"
    n++
    for (i = 1; i < ROLES; i++) { printf "      R%d -> R%d: Stop;\n", i, (i + 1) % ROLES; n++ }
    while (n++ < N) printf "      R%d -> R%d: Token;\n", n % ROLES, (n + 1) % ROLES
    print "    }\n  }\n}"
}
