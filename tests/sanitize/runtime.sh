#!/bin/bash
# The runtime's tests under sanitizers, and with as many workers as MOTET_TEST_WORKERS says. No suppressions.
# WORKERS="1 2 4 8" and SANITIZERS="asan tsan" may be set.
cd "$(dirname "$0")/../.." || exit 1
out=build/sanitize
mkdir -p "$out"
export TSAN_OPTIONS=halt_on_error=1 ASAN_OPTIONS=detect_leaks=1

try() { # sanitizer, program, workers
    local log=$out/$1-$(basename "$2")-$3
    if MOTET_TEST_WORKERS=$3 timeout 240 "$2" >"$log" 2>&1 </dev/null; then
        echo "ok - $1: $(basename "$2"), $3 workers"
    else
        echo "not ok - $1: $(basename "$2"), $3 workers (status $?)"
        grep -E -A 12 '\[  ERROR   \]|ERROR: |WARNING: |runtime error|wrong: ' "$log" | head -n 40
    fi
}

for san in ${SANITIZERS:-asan tsan}; do
    if ! make -s -j"$(nproc)" SAN="$san" runtime-tests >"$out/make-$san" 2>&1; then
        echo "not ok - $san: the runtime and its tests do not build"
        tail -n 20 "$out/make-$san"
        continue
    fi
    for p in build/"$san"/rt/*_test; do
        case $p in
        */actor_*) for n in ${WORKERS:-1 2 4 8}; do try "$san" "$p" "$n"; done ;;
        *) try "$san" "$p" several ;; # each of these tests says how many it has
        esac
    done
done
