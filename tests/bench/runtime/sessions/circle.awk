# circle.awk -- -v N=100: a session in which a token goes round N roles, as often as the first wants.
BEGIN {
    print "//! A token goes round " N " roles, as often as the first wants.\nmodule circle;\n"
    print "message Token { hops: u64; }\nmessage Over;\n"
    print "session Circle(role Node[" N "]) {\n  rec Round {\n    choice at Node[0] {"
    for (i = 0; i < N; i++) { print "      Node[" i "] -> Node[" (i + 1) % N "]: Token;" }
    print "      continue Round;\n    } or {"
    for (i = 0; i < N - 1; i++) { print "      Node[" i "] -> Node[" i + 1 "]: Over;" }
    print "    }\n  }\n}\n\nactor Node plays Circle.Node { mailbox 4; }\n"
    print "system Roundabout {\n  supervisor root one_for_one intensity 1 in 1s {"
    print "    child node[" N "]: Node permanent;\n  }"
    print "  wire Circle(Node = node);\n}"
}
