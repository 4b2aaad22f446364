"""What a person sees whose act was undone by a certificate."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .breaches import Breached, record_undone


class BreachMiddleware:
    """Says in a sentence that nothing was changed, and sees to it that the breach is recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Breached):
            return None
        record_undone(exception)
        return render(request, "breached.html", {"breaches": exception.recorded}, status=500)
