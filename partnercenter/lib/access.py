"""Pages are reached by a membership, never by a bare name in the address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404


def through_membership(memberships: Callable[..., Any], **lookups: str) -> Callable:
    """
    Swap the organisation named in the address for the user's membership of it.

    A view that forgot this decorator cannot run: Django hands it a slug that its signature does
    not take. A stranger gets 404, as for a misspelt name.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            named = {lookup: kwargs.pop(kwarg) for lookup, kwarg in lookups.items()}
            membership = get_object_or_404(memberships(request.user), **named)
            return view(request, membership, **kwargs)

        return wrapper

    return decorator
