from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from partnercenter.lib import guards


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from .guards import GUARDS

        guards.register(self.label, GUARDS)
