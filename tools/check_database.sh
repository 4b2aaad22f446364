#!/bin/sh
# Migrates an empty database, then asks whether models, migrations and guards agree with it.
# Takes the database from DATABASE_URL; without one it makes a SQLite file and removes it.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${DATABASE_URL:-}" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    export DATABASE_URL="sqlite:///$folder/empty.sqlite3"
fi
export DEMO=1 SECRET_KEY=only-for-an-empty-database
manage() {
    .venv/bin/python manage.py "$@"
}
manage makemigrations --check --dry-run
manage migrate --verbosity 0
manage createcachetable
manage check --database default --fail-level WARNING
