#!/bin/sh
# Django's own deployment check, with the environment of a real site.
set -eu
cd "$(dirname "$0")/.."
key=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
exec env DEMO=0 DEBUG=0 SECRET_KEY="$key" SITE_URL=https://partners.example \
    ALLOWED_HOSTS=partners.example DATABASE_URL=sqlite://:memory: \
    .venv/bin/python manage.py check --deploy --fail-level WARNING
