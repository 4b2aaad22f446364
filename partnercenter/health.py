"""Whether the process lives, and whether it can serve."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .lib import guards, readiness


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, is migrated, and has its guards. All else is told to insiders only."""
    failed = failures()
    answer: dict[str, object] = {"ready": not failed}
    if _insider(request, "database" not in failed):
        if failed:
            answer["failed"] = failed
        if not failed.keys() & {"database", "migrations"}:
            answer |= readiness.detail()
    return JsonResponse(answer, status=503 if failed else 200)


def failures(using: str = DEFAULT_DB_ALIAS) -> dict[str, list[str]]:
    """What keeps the site from serving, by subject."""
    try:
        return {
            subject: names
            for subject, names in (
                ("migrations", _unapplied(using)),
                ("guards", guards.missing(using)),
            )
            if names
        }
    except Error as error:
        return {"database": [type(error).__name__]}


def _unapplied(using: str) -> list[str]:
    executor = MigrationExecutor(connections[using])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _insider(request: HttpRequest, database_answers: bool) -> bool:
    if settings.DEBUG or _from_this_machine(request):
        return True
    return database_answers and request.user.is_authenticated and request.user.is_staff


def _from_this_machine(request: HttpRequest) -> bool:
    # Behind a proxy on the same machine everybody comes from loopback.
    if settings.TRUSTED_PROXY_COUNT or {"Forwarded", "X-Forwarded-For"} & set(request.headers):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
