# embed.awk -- a skeleton file as a C string: awk -v name=actor.c -f embed.awk FILE
BEGIN { id = name; gsub(/[^A-Za-z0-9]/, "_", id); printf "static const char skel_%s[] =\n", id }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\\&"); gsub(/[?]/, "\\\\&"); printf "    \"%s\\n\"\n", $0 }
END { print "    \"\";" }
