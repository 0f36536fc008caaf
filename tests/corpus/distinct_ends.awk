# distinct_ends.awk -- tells the `end`s of imported local types apart: each becomes a state of its own that waits for ever.
#
# The compiler makes one state of all ends of a role; who counts states by the ends as written has more. This does not
# change what happens before, so that both count the same then. Reads what `motet import` prints twice.
NR == FNR {
    if ($1 == "session") {
        n = split(substr($0, index($0, "(") + 1), role, /[(), ;]+/) - 1
        for (i = 1; i <= n; i++)
            is_role[role[i]] = 1
    }
    next
}
$1 == "local" {
    of = is_role[$2] ? $2 : substr($2, 1, index($2, "_") - 1)
    peer = role[1] == of ? role[2] : role[1]
}
{
    out = ""
    while (match($0, /(^| )end[,;]/)) {
        out = out substr($0, 1, RSTART) peer "?never_" ++ends " . " substr($0, RSTART + (RLENGTH == 5), RLENGTH - (RLENGTH == 5))
        $0 = substr($0, RSTART + RLENGTH)
    }
    print out $0
}
END {
    for (i = 1; i <= ends; i++)
        print "message never_" i ";"
}
