#!/bin/bash
# gen_c.sh -- what `motet gen c` writes compiles strictly with both compilers, runs clean under sanitizers, is the same
# every time, and follows its tables: with a changed one the run fails.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/gen_c_kit/kit.bash"
cd "$root" || exit 1
here=tests/cli/gen_c
tpc=examples/two_phase_commit
compilers=$(for c in gcc clang; do command -v $c >/dev/null && echo $c; done)

# build FOLDER asan|tsan: FOLDER/run from all of its .c files
build() {
    local flags=flags_$2
    # shellcheck disable=SC2086
    gcc $strict -g -O1 ${!flags} -Iruntime/include -I"$1" -o "$1/run" "$1"/*.c "$builds/$2/lib/libmotet.a" -lpthread
}

fresh() { rm -rf "$1" && mkdir -p "$1"; }
generate() { "$MOTET" gen c "$1" -o "$2"; }
same_folder() { diff -r "$1" "$2"; }

# ---- what is written ----
fresh "$work/once"
t "jobs: generates" generate "$here/jobs.proto-session" "$work/once"
for c in $compilers; do t "jobs: strict $c, skeletons too" strictly "$c" "$work/once"; done
mkdir -p "$work/elsewhere" && cp "$here/jobs.proto-session" "$work/elsewhere/"
t "jobs: generates from another folder" generate "$work/elsewhere/jobs.proto-session" "$work/twice"
t "the same protocol elsewhere gives the same bytes" same_folder "$work/once" "$work/twice"
t "generating over itself changes nothing" generate "$here/jobs.proto-session" "$work/twice"
t "and the bytes are still the same" same_folder "$work/once" "$work/twice"
t_lacks "no path, no date in the code" <(cat "$work/once"/*) "$work|$root|20[0-9][0-9]-"
echo "/* mine */" >"$work/twice/worker_handlers.c"
rm "$work/twice/worker.c"
t "jobs: generates again" generate "$here/jobs.proto-session" "$work/twice"
t "the user's file is kept" grep -qx "/\* mine \*/" "$work/twice/worker_handlers.c"
t "the generated file is made again" cmp "$work/once/worker.c" "$work/twice/worker.c"

# ---- every example ----
for p in examples/*/*.proto-session; do
    name=$(basename "$p" .proto-session)
    generate "$p" "$work/ex/$name" >"$out" 2>"$err" || { fail "$name: generates" "$(cat "$err")"; continue; }
    for c in $compilers; do t "$name: strict $c" strictly "$c" "$work/ex/$name"; done
done

# ---- refused ----
cat >"$work/collide.proto-session" <<'END'
message FooBar { x: u8; }
message Foo_Bar { x: u8; }
session S(role A, role B) { A -> B: FooBar; }
END
t_exit "names that collide in C: exit 2" 2 generate "$work/collide.proto-session" "$work/collide"
t_has "both are named" "$err" 'E0521.*`FooBar`.*`Foo_Bar`.*`collide_foo_bar`'
t "and nothing is written" test ! -e "$work/collide"

# ---- it runs ----
t "libmotet under ASan and UBSan" library asan
fresh "$work/stubs" && generate "$here/jobs.proto-session" "$work/stubs" >/dev/null
t "skeletons link" build "$work/stubs" asan
t_exit "stubs fail" 1 "$work/stubs/run"
t_has "and say what is missing" "$err" 'dispatcher: handler dispatcher_work_choose_job_to_w0_or_stop_to_w1 is not written yet'
fresh "$work/jobs" && cp "$here"/*.c "$work/jobs" && generate "$here/jobs.proto-session" "$work/jobs" >/dev/null
for c in $compilers; do t "jobs with handlers: strict $c" strictly "$c" "$work/jobs"; done
t "jobs links" build "$work/jobs" asan
t "jobs runs under ASan and UBSan" "$work/jobs/run"
fresh "$work/tpc" && cp "$tpc"/*.[ch] "$work/tpc" && generate "$tpc/two_phase_commit.proto-session" "$work/tpc" >/dev/null
for c in $compilers; do t "two-phase commit with handlers: strict $c" strictly "$c" "$work/tpc"; done
t "two-phase commit links" build "$work/tpc" asan
t "two-phase commit runs under ASan and UBSan" "$work/tpc/run" 300
# Stubs that do as little as is right: 200 sessions in which all that can cross does.
weave() {
    fresh "$work/weave" && generate tests/cli/gen_c_par/weave.proto-session "$work/weave" >/dev/null &&
        sed -i 's/return missing(/return 0 \&\& missing(/' "$work"/weave/*_handlers.c &&
        sed -i 's/^    if (e == MOTET_OK)$/    for (int i = 0; i < 200 \&\& e == MOTET_OK; i++)/' "$work/weave/loom_main.c" &&
        build "$work/weave" "$1"
}
t "in the model they hold" "$MOTET" check --engine=explorer tests/cli/gen_c_par/weave.proto-session
t "roles that send and receive in one state link" weave asan
t_exit "they run under ASan and UBSan" 0 "$work/weave/run"
t_has "all of them" "$out" 'sessions: 200 opened, 200 completed, 0 aborted; restarts: 0'
t "libmotet under TSan" library tsan
t "they link with TSan" weave tsan
t "they run under TSan" "$work/weave/run"
t "two-phase commit links with TSan" build "$work/tpc" tsan
t "two-phase commit runs under TSan" "$work/tpc/run" 300 3

# ---- the tables are what is followed ----
# change FILE ROW FROM TO: in the transitions of FILE, the last FROM of row ROW becomes TO
change() {
    fresh "$work/mutant" && cp "$work/tpc"/*.[ch] "$work/mutant" || return 1
    awk -v row="/\\* $2 \\*/" -v from="$3," -v to="$4," '
        /_next\[\]/ { inside = 1 }
        inside && !done && $0 ~ row {
            for (i = NF; i > 0 && !done; i--)
                if ($i == from) { $i = to; done = 1 }
        }
        /^};/ { inside = 0 }
        { print }
        END { exit !done }' "$work/tpc/$1" >"$work/mutant/$1" && build "$work/mutant" asan
}
t "mutant: after its No vote a participant waits for Prepare" change participant.c 1 2 0
t_exit "that mutant fails" 1 "$work/mutant/run" 100
t_has "by fidelity" "$err" 'messages that the protocol does not allow'
t "mutant: after its Commit the coordinator tells the others Abort" change coordinator.c 6 7 8
t_exit "this mutant fails" 1 "$work/mutant/run" 100
t_has "by the books" "$err" 'transactions committed here and rolled back there'
