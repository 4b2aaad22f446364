"""What every page may say of the site itself."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The operator's name, and whether this is a demo."""
    return {"operator_name": settings.OPERATOR_NAME, "demo": settings.DEMO}
