#!/bin/sh
# Brings what the tests need beside Python: PostgreSQL's programs and Chromium.
# Uses what is there; as root on Debian it installs what is missing.
set -eu
cd "$(dirname "$0")/.."

has_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

missing=
.venv/bin/python tools/with_postgres.py --find >/dev/null 2>&1 || missing="$missing postgresql"
has_chromium || missing="$missing chromium fonts-liberation"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing ..."
    # shellcheck disable=SC2086
    exec sh tools/packages.sh $missing
fi
echo "The tests need$missing: install them (on Debian: apt-get install$missing)," \
    "or name them with PG_BINDIR and CHROMIUM." >&2
exit 1
