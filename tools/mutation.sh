#!/bin/sh
# Runs every mutant of guards and modules: tools/mutation.sh PYTHON; each part whatever the others found.
set -u
code=0
"$1" -m tests.mutation.guards || code=1
"$1" tools/with_postgres.py "$1" -m tests.mutation.guards || code=1
"$1" -m tests.mutation.modules || code=1
exit "$code"
