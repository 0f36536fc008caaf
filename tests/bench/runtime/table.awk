# table.awk -- MACHINE ROWS RUNS LIMITS: the table of what `compare` measured. -v markdown=1 writes it for a page.
#
# A ratio is what the peer took by what Motet took in the run before: above 1 Motet is ahead. The table gives the median
# of the pairs' ratios, and the least and the greatest.

BEGIN { N_PEERS = split("go tokio erlang", PEER, " "); title["ns"] = ""; title["p50"] = " p50"; title["p99"] = " p99"
    title["p999"] = " p99.9"; title["mem"] = " bytes" }
FNR == 1 { file++ }
file == 1 { machine[++n_machine] = $0; next }
file == 2 { if ($1 !~ /^#/ && NF) { rows[++n_rows] = $0 } next }
file == 3 { add($1 "/" $2 "/" $3 "/" $7, $4, $5, $6, $8); next }
file == 4 { limits[++n_limits] = $0 }

# What Motet did in a row is pooled; with each peer it is paired.
function add(key, peer, pair, side, value) {
    if (side == "motet") {
        own[key] = own[key] " " value
        last[key, peer, pair] = value
        return
    }
    theirs[key, peer] = theirs[key, peer] " " value
    if (last[key, peer, pair] + 0 > 0) { ratio[key, peer] = ratio[key, peer] " " value / last[key, peer, pair] }
}

# The numbers of `list` into V[1..], sorted; how many there are.
function sorted(list,    n, i, j, x) {
    n = split(list, V, " ")
    for (i = 2; i <= n; i++) {
        x = V[i] + 0
        for (j = i - 1; j > 0 && V[j] + 0 > x; j--) { V[j + 1] = V[j] }
        V[j + 1] = x
    }
    return n
}
function median(list,    n) {
    n = sorted(list)
    return n % 2 ? V[(n + 1) / 2] + 0 : (V[n / 2] + V[n / 2 + 1]) / 2
}
function figure(x) { return x < 100 ? sprintf("%.1f", x) : sprintf("%.0f", x) }
function factor(x) { return x < 10 ? sprintf("%.2f", x) : x < 100 ? sprintf("%.1f", x) : sprintf("%.0f", x) }

function versus(key, peer,    n, m) {
    if (!((key, peer) in ratio)) { return (key, peer) in theirs ? "?" : "-" }
    m = median(ratio[key, peer])
    n = sorted(ratio[key, peer])
    if (m < 1) { behind = behind (behind == "" ? "" : ", ") peer }
    compared++
    return factor(m) " (" factor(V[1]) ".." factor(V[n]) ")"
}

function put(width, text, right) {
    if (markdown) { line = line "| " text " "; return }
    line = line sprintf(right ? "%" width "s  " : "%-" width "s  ", text)
}
function put_line() {
    sub(/ +$/, "", line)
    print line (markdown ? " |" : "")
    line = ""
}

function heading(    p) {
    put(18, "row"); put(1, "w"); put(7, "Motet", 1)
    for (p = 1; p <= N_PEERS; p++) { put(7, PEER[p], 1); put(18, "by " PEER[p], 1) }
    put(5, "goal", 1); put(5, "w2/w1", 1); put(7, "verdict"); put_line()
    if (markdown) { print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|" }
}

function verdict(found) {
    if (!found) { missing++; return "missing" }
    if (behind != "") { n_behind++; return "behind " behind }
    if (!compared) { return "alone" }
    n_ahead++
    return "ahead"
}

function one(name, key, w, goal,    p, key1, m, slower) {
    behind = ""; compared = 0; m = 0; slower = ""
    key1 = key; sub("/2/", "/1/", key1)
    put(18, name); put(1, w)
    if (key in own) { m = median(own[key]) }
    put(7, m ? figure(m) : "-", 1)
    for (p = 1; p <= N_PEERS; p++) {
        put(7, (key, PEER[p]) in theirs ? figure(median(theirs[key, PEER[p]])) : "-", 1)
        put(18, versus(key, PEER[p]), 1)
    }
    if (m && w == 2 && (key1 in own)) {
        slower = sprintf("%.2f", m / median(own[key1]))
        if (slower > 1.3 && key ~ /\/ns$/) { n_slower++; slow = slow (slow == "" ? "" : ", ") name }
    }
    if (m && goal != "-") { n_goals++; n_met += m <= goal + 0 }
    put(5, goal == "-" ? "" : goal (m && m <= goal + 0 ? " +" : ""), 1); put(5, slower, 1)
    put(7, verdict(m)); put_line()
}

# A line of `rows`: for each metric and number of workers that was measured, in whatever part.
function print_row(text,    f, metrics, n, i, part, name, w) {
    split(text, f, " ")
    name = f[1] (f[3] == "-" ? "" : " " f[3])
    n = split(f[8], metrics, ",")
    for (i = 1; i <= n; i++) {
        split(metrics[i], part, ":")
        for (w = 1; w <= 64; w++) {
            if (was_run(f[1] "/" f[3] "/" w "/" part[1])) {
                one(name title[part[1]], f[1] "/" f[3] "/" w "/" part[1], w, w <= 2 ? part[1 + w] : "-")
            }
        }
    }
}
function was_run(key,    p) {
    for (p = 1; p <= N_PEERS; p++) { if ((key, PEER[p]) in theirs) { return 1 } }
    return key in own
}

END {
    fence = markdown ? "\n" : ""
    for (i = 1; i <= n_machine; i++) { print machine[i] (markdown && i < n_machine ? "  " : "") }
    print ""
    heading()
    for (i = 1; i <= n_rows; i++) { print_row(rows[i]) }
    printf "\nns for an operation, medians; w: workers; by: what the peer takes by what Motet takes in the same pair"
    print " of runs,\nmedian (least..greatest); +: the goal is reached"
    printf "%s%d ahead, %d behind, %d missing; ", fence, n_ahead, n_behind, missing
    printf "%d of %d goals reached; ", n_met, n_goals
    print "2 workers slower than 1 by more than 1.3: " (n_slower ? slow : "none")
    print "\nLimits of the machine, ns:\n"
    if (markdown) { print "| | ns | |\n|---|--:|---|" }
    for (i = 1; i <= n_limits; i++) {
        split(limits[i], f, "\t")
        printf markdown ? "| %s | %s | %s |\n" : "%-8s %8s  %s\n", f[1], f[2], f[3]
    }
}
