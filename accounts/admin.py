"""Staff look at people and actors; only a superuser says who is staff, and nobody deletes."""

from collections.abc import Iterable
from typing import Any

# Imported first, so that allauth and Django have registered theirs and they can be taken back.
from allauth.account import admin as _account_admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _social_admin  # noqa: F401
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as _sessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import admin as _auth_admin  # noqa: F401
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table
from partnercenter.lib.tick_list import TickList

from . import factors, staffing
from .models import Actor, User
from .move_pages import Move, MovePagesAdmin
from .moves_admin import MovesAdmin

# Second factors, tokens and keys are secrets, and no business of staff; Django's own page of
# groups deletes them.
for taken_back in (
    Authenticator,
    SocialAccount,
    SocialApp,
    SocialToken,
    EmailAddress,
    Group,
    UserSession,
):
    admin.site.unregister(taken_back)


@admin.register(Actor)
class ActorAdmin(LookOnlyAdmin):
    purpose = _("Who acted: people, the clock, commands.")
    list_display = ["label", "kind"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "user__name"]
    fields = ["public_id", "kind", "user", "name"]
    labels = {"public_id": _("public id"), "kind": _("kind"), "user": _("user"), "name": _("name")}


@admin.register(EmailAddress)
class EmailAddressAdmin(LookOnlyAdmin):
    purpose = _("Which addresses people have proved to be theirs.")
    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["verified"]
    list_select_related = ["user"]
    search_fields = ["email"]


class SuperusersAdmin(MovesAdmin):
    """Only a superuser enters or edits; other staff may look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = TickList(capfirst(db_field.verbose_name))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


MOVES = (
    Move(
        name="reset-factors",
        label=_("Take the second factor away"),
        done=_("The second factor was taken away:"),
        run=factors.reset_by_staff,
        asks=("accounts.change_user",),
        fits=factors.has_factor,
        several=False,
        grave=True,
        follows=(
            _("Passkeys, apps and recovery codes of this person count no longer."),
            _("Every window in which the person is signed in is closed."),
            _("A mail tells the person, who sets up a new one at the next sign-in."),
            _("Make sure first, by a call that you make, that it is this person who asks."),
        ),
        stays=(_("The password: nobody but the person sets it."),),
    ),
)


@admin.register(User)
class UserAdmin(MovePagesAdmin, SuperusersAdmin):
    purpose = _("Everybody who signs in; a superuser says who is staff.")
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fixed = ("public_id", "email", "name", "language", "time_zone", "date_joined", "last_login")
    edited = [
        (_("Who"), {"fields": fixed}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    labels = {"public_id": _("public id")}
    moves = MOVES

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def edit(self, row: User, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        staffing.change_rights(row, changes, by=by, reason=reason)

    def tables(self, request: HttpRequest, row: User) -> Iterable[Table]:
        yield timeline(about(("user", row.public_id)))


@admin.register(Group)
class GroupAdmin(SuperusersAdmin):
    purpose = _("What a part of the staff may look at and do.")
    search_fields = ["name"]
    ordering = ["name"]
    entered = edited = [(None, {"fields": ["name", "permissions"]})]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kinds = ContentType.objects.get_for_models(*self.admin_site._registry).values()
        permissions = Permission.objects.filter(content_type__in=kinds)
        # Nobody deletes, so there is nothing to permit.
        kwargs["queryset"] = permissions.exclude(codename__startswith="delete_").select_related(
            "content_type"
        )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def enter(self, form: Any, *, by: Actor, reason: str) -> Group:
        given = form.cleaned_data
        return staffing.enter_group(given["name"], given["permissions"], by=by, reason=reason)

    def edit(self, row: Group, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        staffing.edit_group(row, changes, by=by, reason=reason)

    def tables(self, request: HttpRequest, row: Group) -> Iterable[Table]:
        yield timeline(about(("staff_group", row.pk)))
