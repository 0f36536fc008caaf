# kit.bash -- sourced by the tests of generated C, after lib.sh: builds what was generated, with handlers that fill.py fills in.
kit=$root/tests/cli/gen_c_kit
case $CC in *clang*) builds=build/clang ;; *) builds=build ;; esac
strict="-std=c11 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Wstrict-prototypes -Wmissing-prototypes -Werror"
flags_asan="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
flags_tsan="-fsanitize=thread"

# library asan|tsan: libmotet with that sanitizer, built if it is not there
library() { make -s CC="$CC" SAN="$1" DEBUG= "$builds/$1/lib/libmotet.a"; }

# strictly COMPILER FOLDER: every .c file of FOLDER compiles without a warning
strictly() {
    local f
    for f in "$2"/*.c; do
        # shellcheck disable=SC2086
        "$1" $strict -Iruntime/include -I"$2" -fsyntax-only "$f" || return 1
    done
}
strictly_both() { strictly gcc "$1" && strictly clang "$1"; }

# fill FOLDER: its stubs do as little as is right
fill() { rm -f "$1"/*_main.c && python3 "$kit/fill.py" "$1"; }

# compile FOLDER asan|tsan SPEC FLAGS...: FOLDER/asan, which runs that system
compile() {
    local folder=$1 sanitizer=$2 spec=$3 flags=flags_$2
    shift 3
    # shellcheck disable=SC2086
    "$CC" $strict -O1 -g ${!flags} -Iruntime/include -I"$kit" -I"$folder" -DSPEC="$spec" "$@" -o "$folder/$sanitizer" \
        "$folder"/*.c "$kit/driver.c" "$builds/$sanitizer/lib/libmotet.a" -lpthread
}
