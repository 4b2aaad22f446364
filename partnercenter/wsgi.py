"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnercenter.settings")

application = get_wsgi_application()

from relationships.signin.demo_rules import refuse_foreign_users  # noqa: E402  needs the apps

refuse_foreign_users()
