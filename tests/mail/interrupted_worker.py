"""
A worker in a process of its own, killed without warning at a chosen moment.

    python -m tests.mail.interrupted_worker DATABASE FOLDER MOMENT

It sends into files below the folder, one for each sending.
"""

import os
import signal
import sys

import django


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def after(original):
    def call_and_die(*args, **kwargs):
        original(*args, **kwargs)
        die()

    return call_and_die


def main(database, folder, moment):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnercenter.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from mail import outbox
    from mail.models import Delivery
    from mail.worker import Worker

    connection.settings_dict["NAME"] = database
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = folder
    if moment == "before the claim commits":
        Delivery.save = after(Delivery.save)
    elif moment == "between claim and send":
        outbox.message_of = die
    elif moment == "between send and mark":
        outbox._mark_sent = die
    worker = Worker()
    worker.listen()
    worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
