# examples.sh -- every example: it holds, it renders in all four ways and twice alike, the tools take what is rendered,
# and the generated actors run to the right end under sanitizers.
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1

case $CC in *clang*) builds=build/clang ;; *) builds=build ;; esac
sanitized() { # asan|tsan: the library, built if it is not there
    make -s CC="$CC" SAN="$1" DEBUG= "$builds/$1/lib/libmotet.a" >"$work/make.log" 2>&1
}
t "the library builds with AddressSanitizer" sanitized asan
t "the library builds with ThreadSanitizer" sanitized tsan

asan_flags="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
tsan_flags="-fsanitize=thread"

compile() { # folder, sanitizer, flags
    # shellcheck disable=SC2086
    "$CC" -std=c11 -O1 -g -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror $3 \
        -Iruntime/include -Iexamples -I"$1" -o "$1/$2" "$1"/*.c "$builds/$2/lib/libmotet.a" -lpthread
}

# What is the user's before generating is the user's after.
untouched() {
    local f
    for f in "$1"/*.c "$1"/*.h; do cmp -s "$f" "$2/$(basename "$f")" || return 1; done
}

each() { # a command with one argument, for each of the files that follow
    local what=$1 f; shift
    for f in "$@"; do $what "$f" || { echo "$what $f"; return 1; }; done
}
spin_takes() { (cd "$work" && spin -a "$1" >"$work/spin.log" 2>&1 && ! grep -i 'error' "$work/spin.log"); }
dot_takes() { dot -Tsvg -o /dev/null "$1"; }
json_is_whole() { jq -e '.format == 2 and (.sessions | length > 0) and (.systems | length > 0)' "$1" >/dev/null; }

render() { # name, protocol, folder
    local target
    for target in c promela dot json; do "$MOTET" gen $target "$2" -o "$3/$target" >/dev/null || return 1; done
}

for dir in examples/*/; do
    n=$(basename "$dir") o=$work/$n
    p=$dir$n.proto-session
    t_exit "$n holds" 0 "$MOTET" check --format=json "$p"
    t "$n: both engines looked at it" jq -e '[.properties[].engines[].engine] | unique | contains(["explorer", "spin"])' "$out"
    t "$n: it asks for more than safety" jq -e 'any(.properties[].name; startswith("ltl "))' "$out"
    t "$n renders as C, Promela, drawings and JSON" render "$n" "$p" "$o/1"
    t "$n renders again" render "$n" "$root/$p" "$o/2"
    t "$n: two runs agree, wherever the file is" diff -r "$o/1" "$o/2"
    t "$n: SPIN takes the models" each spin_takes "$o"/1/promela/*.pml
    t "$n: Graphviz takes the drawings" each dot_takes "$o"/1/dot/*.dot
    t "$n: jq takes the JSON" each json_is_whole "$o"/1/json/*.json

    mkdir -p "$o/run" && cp "$dir"*.[ch] "$o/run"
    t "$n: generates around the handlers" "$MOTET" gen c "$p" -o "$o/run"
    t "$n: the handlers are as they were" untouched "$dir" "$o/run"
    t "$n: compiles with AddressSanitizer" compile "$o/run" asan "$asan_flags"
    t "$n: runs to the right end" timeout 120 "$o/run/asan"
    t "$n: compiles with ThreadSanitizer" compile "$o/run" tsan "$tsan_flags"
    t "$n: runs to the right end without a race" timeout 120 "$o/run/tsan"
done
