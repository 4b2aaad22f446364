"""Staff look at people and actors; only a superuser says who is staff, and nobody deletes."""

from typing import Any

# Imported first, so that allauth has registered its models and they can be taken back.
from allauth.account import admin as _account_admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _social_admin  # noqa: F401
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib import admin
from django.http import HttpRequest

from .models import Actor, User

# Second factors and tokens are secrets of people, and no business of staff.
for secret in (Authenticator, SocialAccount, SocialToken, EmailAddress):
    admin.site.unregister(secret)


class LookOnlyAdmin(admin.ModelAdmin):
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Actor)
class ActorAdmin(LookOnlyAdmin):
    list_display = ["label", "kind"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "user__name"]
    fields = ["public_id", "kind", "user", "name"]


@admin.register(EmailAddress)
class EmailAddressAdmin(LookOnlyAdmin):
    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["verified"]
    list_select_related = ["user"]
    search_fields = ["email"]


@admin.register(User)
class UserAdmin(LookOnlyAdmin):
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = ["groups"]
    fields = [
        "public_id",
        "email",
        "name",
        "language",
        "time_zone",
        "date_joined",
        "last_login",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
    ]
    given = ("is_active", "is_staff", "is_superuser", "groups")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [str(name) for name in self.fields if name not in self.given]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        changed = {name: form.cleaned_data[name] for name in form.changed_data if name != "groups"}
        User.objects.filter(pk=obj.pk).update(**changed)
