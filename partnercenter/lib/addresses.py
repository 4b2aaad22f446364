"""Parts of addresses that Django has no converter for."""

from django.urls.converters import StringConverter


class TokenConverter(StringConverter):
    """A secret as `new_token` makes it; anything else names nothing, and asks no database."""

    regex = "[A-Za-z0-9_-]{1,64}"
