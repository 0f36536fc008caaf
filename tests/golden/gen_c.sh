#!/bin/bash
# gen_c.sh -- the generated C of one small protocol, for review: an actor in two sessions, its tables and skeleton, the
# payload types, the system's specs.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1
t "generates" "$MOTET" gen c tests/cli/gen_c/jobs.proto-session -o "$work/jobs"
for f in jobs_messages.h jobs_sessions.h jobs_sessions.c dispatcher.h dispatcher.c dispatcher_handlers.c worker.c plant.h \
    plant.c plant_main.c; do
    t_golden "$f" "$work/jobs/$f" "tests/golden/gen_c/$f"
done
