#!/bin/sh
# Pins requirements/*.in with hashes, for every Python from 3.11 on; needs uv.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
command -v uv >/dev/null 2>&1 || {
    echo "Locking needs uv, which is not installed." >&2
    exit 1
}
for name in production development; do
    UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-annotate --no-header \
        "requirements/$name.in" -o "requirements/$name.txt"
done
