#!/bin/sh
# Installs Debian packages without asking: tools/packages.sh NAME...
set -eu
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install --yes --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "These Debian packages could not be installed: $*" >&2
    exit 1
fi
