from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partnercenter.lib import guards


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Log")

    def ready(self) -> None:
        from .guards import GUARDS

        guards.register(self.label, GUARDS)
