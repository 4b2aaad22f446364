"""Staff add and edit the roles that can be delegated; what a granted role rests on stays."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.moves_admin import MovesAdmin
from audit.timeline import about, timeline
from partnercenter.lib.staff_tables import Table, yes_or_no
from subscriptions.admin import in_plain_words

from ..models import AdminRole
from ..moves.cataloguing import edit_role, enter_role

COLUMNS = ["name", "service", "administers", "privileged", "blocks_auto_extend", "marks"]


@admin.register(AdminRole)
class AdminRoleAdmin(MovesAdmin):
    purpose = _("What partners can ask to administer, and how grave it is.")
    list_display = ["name", "service", "administers", "is_privileged", "extends"]
    list_filter = ["service", "administers", "privileged"]
    list_select_related = ["service"]
    search_fields = ["name", "=template_id"]
    search_help_text = _("By name or exact template id.")
    entered = edited = [(None, {"fields": [*COLUMNS, "template_id"]})]
    fixed = ("template_id",)

    @admin.display(description=_("privileged"), ordering="privileged")
    def is_privileged(self, role: AdminRole) -> str:
        return yes_or_no(role.privileged)

    @admin.display(description=_("can be extended"), ordering="blocks_auto_extend")
    def extends(self, role: AdminRole) -> str:
        return yes_or_no(not role.blocks_auto_extend)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        stays = _("It stays as it is once the role has been granted.")
        kwargs["help_texts"] = {"service": stays, "administers": stays}
        return super().get_form(request, obj, change, **kwargs)

    def enter(self, form: Any, *, by: Actor, reason: str) -> AdminRole:
        enter_role(form.instance, by=by, reason=reason)
        return form.instance

    def edit(self, row: AdminRole, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        edit_role(row, changes, by=by, reason=reason)

    def tables(self, request: HttpRequest, row: AdminRole) -> Iterable[Table]:
        text = row.text
        yield in_plain_words(
            {
                _t("What it is"): text.summary,
                _t("They can"): "\n".join(map(str, text.can)),
                _t("They cannot"): "\n".join(map(str, text.cannot)),
                _t("Risk"): text.risk,
                _t("How grave"): text.risk_level,
            }
            if text
            else {}
        )
        yield timeline(about(("adminrole", row.template_id)))
