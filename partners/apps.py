from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partnercenter.lib import guards


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partners")

    def ready(self) -> None:
        from .guards import GUARDS

        guards.register(self.label, GUARDS)
