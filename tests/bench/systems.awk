# systems.awk -- one system of any size, to measure the checker with:
#   awk -v KIND=tpc -v N=7 -v CRASHES=1 -f tests/bench/systems.awk > tpc.proto-session
#
# KIND  tpc       two-phase commit with N participants, of which CRASHES crash
#       ring      N stations, each of which sends two messages to the next before it takes two
#       gather    each of N workers reports to all others before it listens: all to all
#       sessions  N sessions of a client, a server and a store at the same time, with a choice and a loop
BEGIN {
    if (KIND == "tpc") tpc()
    else if (KIND == "ring") ring()
    else if (KIND == "gather") gather()
    else if (KIND == "sessions") sessions()
    else { print "systems.awk: no such KIND: " KIND > "/dev/stderr"; exit 2 }
}

function tpc()
{
    print "module bench.tpc;\n\nmessage Prepare;\nmessage Yes;\nmessage No;\nmessage Commit;\nmessage Abort;\nmessage Done;\n"
    printf "session Tpc(role C, role P[%d]) {\n", N
    print "  foreach p in P { C -> p: Prepare; }"
    print "  foreach p in P { choice at p { p -> C: Yes; } or { p -> C: No; } }"
    print "  choice at C {\n    foreach p in P { C -> p: Commit; }\n    foreach p in P { p -> C: Done; }\n  } or {"
    print "    foreach p in P { C -> p: Abort; }\n  }\n}\n"
    print "actor Coordinator plays Tpc.C { mailbox 2; }\nactor Participant plays Tpc.P { mailbox 2; }\n"
    print "system Bench {\n  supervisor root one_for_one intensity 3 in 10s {\n    child coordinator: Coordinator permanent;"
    printf "    child participant[%d]: Participant permanent;\n  }\n  wire Tpc(C = coordinator, P = participant);\n}\n", N
    if (CRASHES) printf "\nverify Bench {\n  crashes %d of participant;\n}\n", CRASHES
}

function ring(   i)
{
    print "module bench.ring;\n\nmessage Part;\nmessage Label;\n"
    for (i = 0; i < N; i++)
        printf "local S%d = S%d!Part . S%d!Label . S%d?Part . S%d?Label . S%d;\n", i, (i + 1) % N, (i + 1) % N,
               (i + N - 1) % N, (i + N - 1) % N, i
    printf "\nsession Ring("
    for (i = 0; i < N; i++) printf "%sS%d", i ? ", " : "", i
    print ");"
}

function gather(   i, k)
{
    print "module bench.gather;\n\nmessage Report;\nmessage Hello;\n"
    for (i = 0; i < N; i++) {
        printf "local W%d = ", i
        for (k = 1; k < N; k++) printf "W%d!Report . ", (i + k) % N
        for (k = 1; k < N; k++) printf "W%d?Report . ", (i + k) % N
        print "end;"
    }
    printf "\nsession Gather("
    for (i = 0; i < N; i++) printf "%sW%d", i ? ", " : "", i
    print ");"
}

function sessions()
{
    print "module bench.sessions;\n\nmessage Ask;\nmessage Look;\nmessage Found;\nmessage Missing;\nmessage Answer;\nmessage Bye;\n"
    print "session Query(role Client, role Server, role Store) {\n  rec Again {\n    choice at Client {"
    print "      Client -> Server: Ask;\n      Server -> Store: Look;"
    print "      choice at Store { Store -> Server: Found; } or { Store -> Server: Missing; }"
    print "      Server -> Client: Answer;\n      continue Again;\n    } or {"
    print "      Client -> Server: Bye;\n      Server -> Store: Bye;\n    }\n  }\n}\n"
    print "actor App plays Query.Client { mailbox 1; }\nactor Service plays Query.Server { mailbox 1; }"
    print "actor Disk plays Query.Store { mailbox 1; }\n"
    print "system Bench {\n  supervisor root one_for_all intensity 3 in 10s {\n    child app: App permanent;"
    print "    child service: Service permanent;\n    child disk: Disk permanent;\n  }"
    print "  wire Query(Client = app, Server = service, Store = disk);\n}\n"
    printf "verify Bench {\n  sessions %d;\n", N
    if (CRASHES) printf "  crashes %d;\n", CRASHES
    print "}"
}
