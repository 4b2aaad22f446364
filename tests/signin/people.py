"""People who sign in, and the codes that they are sent."""

import re
from itertools import count

from allauth.account.models import EmailAddress

from accounts.models import User
from mail.models import Delivery

PASSWORD = "violet-tram-52-anchor"
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)
numbers = count(1)


def make_person(email="", password=PASSWORD, *, verified=True, **fields):
    email = email or f"person-{next(numbers)}@fernhill.example"
    fields.setdefault("name", "Robin Fern")
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def sign_in(client, user, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": user.email, "password": password, **more})


def ask_for_code(client, email):
    return client.post("/accounts/login/code/", {"email": email})


def type_code(client, code, **more):
    return client.post("/accounts/login/code/confirm/", {"code": code, **more})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def last_letter(to=""):
    letters = Delivery.objects.order_by("pk")
    return (letters.filter(recipient=to) if to else letters).last()


def last_code(to=""):
    return CODE.search(last_letter(to).text).group()
