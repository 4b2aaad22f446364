#!/bin/sh
# Runs the tests marked soak with the given pytest command; having none is no failure.
set -u
"$@" -m soak
code=$?
[ "$code" = 5 ] && exit 0
exit "$code"
