# Bugs of the kind that concurrent programs have, planted into copies of the runtime's sources one at a time: simulation
# finds each of them, within a bounded number of seeds, and says which seed repeats it.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -O1 -g -Iruntime/include -Iruntime/kernel -Iruntime/mem -Iruntime/core $(printf ' -I%s' runtime/core/*/)"
lib=$B/lib/libmotet.a
SEEDS=${SEEDS:-4000}

# The sanitizers' builds find more, but it is simulation alone that is tried here.
case $B in *asan* | *tsan*) pass "not under a sanitizer"; exit 0 ;; esac

mkdir -p "$work/chaos"
for f in tests/sim/*.c; do
    # shellcheck disable=SC2086
    $CC $flags -c -o "$work/chaos/$(basename "$f" .c).o" "$f" || fail "the chaos is compiled" "$f"
done

build() { # FILE: the planted copy is $work/planted/FILE
    # shellcheck disable=SC2086
    $CC $flags -I"$work/planted" -iquote "$(dirname "$1")" -c -o "$work/planted.o" "$work/planted/$(basename "$1")" &&
        $CC -o "$work/mutant" "$work"/chaos/*.o "$work/planted.o" "$lib" -lpthread
}

# NAME, FILE, an awk program that changes it and sets `done`, [the options of the runs]: planted, built, and found.
found() {
    local name=$1 file=$2 change=$3 options=${4:---faults=mixed} status=0
    rm -rf "$work/planted" && mkdir -p "$work/planted"
    if ! awk "$change"' { print } END { exit !done }' "$file" >"$work/planted/$(basename "$file")"; then
        fail "$name" "nothing to change in $file"
        return
    fi
    if ! build "$file" 2>"$err"; then
        fail "$name" "it does not compile" "$(tail -n 5 "$err")"
        return
    fi
    # shellcheck disable=SC2086
    timeout 200 "$work/mutant" --seeds="$SEEDS" $options >"$out" 2>"$err" || status=$?
    if [ "$status" != 1 ]; then # 124: time is up, which says nothing
        fail "$name" "not found, status $status: $(tail -n 1 "$out")"
    else
        what=$(sed -n 's/^not ok - \(seed [0-9]*: [^(]*\).*/\1/p' "$out")
        pass "$name: $what"
    fi
}

found "planted: a worker does not look once more after it said that it parks" runtime/core/run/worker.c \
    'sub(/while \(!work_came\(w\) && /, "while (") { done = 1 }' --faults=none

found "planted: a block is given back before its handler has read it" runtime/core/run/turn.c \
    '/^static .*motet_status call\(/ { inside = 1 }
     inside && /motet__leave\(w\);/ { print "    if (w->in_hand && w->in_hand->flags & MOTET__BLOCK && w->in_hand->kind == MOTET__TOLD) {";
         print "        motet__payload_release(w, (void *)(uintptr_t)m->data);\n        w->in_hand->flags &= (uint8_t)~MOTET__BLOCK;\n    }"; inside = 0; done = 1 }' --faults=none

found "planted: one more place is taken in an inbox than there is, where several take them" runtime/core/mail/send.c \
    'sub(/MOTET__INBOX_USED\(\*word\) >= room/, "MOTET__INBOX_USED(*word) > room") { done = 1 }' --faults=none

found "planted: a timer that was cancelled fires" runtime/core/mail/due.c \
    '/^bool motet_timer_cancel\(/ { inside = 1 } inside && /cancel\(w, d\);/ { sub(/cancel\(w, d\);/, "(void)0;"); inside = 0; done = 1 }' --faults=none

found "planted: who watches is not told" runtime/core/mail/signal.c \
    'sub(/bool told = !p->watches \|\| p->id == 0;/, "bool told = p->id == 0;") { done = 1 }' --faults=none

found "planted: a participant of a session that is aborted is told twice" runtime/core/session/session.c \
    '/^static void close_with\(/ { inside = 1 } inside && /^\{/ { print "{\n    if (how != MOTET__COMPLETED && p->touched && p->plan->type->on_abort) {\n        on_abort(p);\n    }"; inside = 0; done = 1; next }' --faults=none
