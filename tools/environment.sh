#!/bin/sh
# Brings .venv up to a hashed lock: tools/environment.sh production|development
# Fast when nothing changed; PYTHON names another interpreter for a new .venv.
set -eu
cd "$(dirname "$0")/.."
lock=requirements/$1.txt
stamp=.venv/installed-$1

stop() {
    echo "$*" >&2
    exit 1
}

checksum() {
    cksum <"$1"
}

# Development's lock holds every pin of production's, so it answers for both.
installed() {
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || return 1
    for name in "$1" development; do
        if [ -f ".venv/installed-$name" ] &&
            [ "$(cat ".venv/installed-$name")" = "$(checksum "requirements/$name.txt")" ]; then
            return 0
        fi
    done
    return 1
}

recent_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python python3.14 python3.13 python3.12 python3.11; do
        if recent_enough "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

can_make_environments() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

can_install_packages() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

if installed "$1"; then
    exit 0
fi

python=$(find_python) || python=
if [ -z "$python" ] || { [ ! -x .venv/bin/python ] && ! can_make_environments "$python"; }; then
    if can_install_packages; then
        echo "Installing python3 and python3-venv ..."
        sh tools/packages.sh python3 python3-venv
        python=$(find_python) || python=
    fi
    [ -n "$python" ] || stop "Python 3.11 or newer is needed; install it, or name one with PYTHON=/path/to/python3."
    can_make_environments "$python" ||
        stop "$python cannot make virtual environments: install python3-venv (on Debian: apt-get install python3-venv)."
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi

echo "Installing $lock into .venv ..."
rm -f "$stamp"
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
    stop "Not everything in $lock could be installed; the lines above say why."
checksum "$lock" >"$stamp"
