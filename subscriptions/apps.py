from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from partnercenter.lib import guards


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"
    verbose_name = _("Subscriptions")

    def ready(self) -> None:
        from audit import kinds
        from mail import sweeps

        from . import signals  # noqa: F401  importing registers them
        from .guards import GUARDS
        from .kinds import SENTENCES
        from .loading import load_catalogue
        from .moves import aging

        guards.register(self.label, GUARDS)
        kinds.register(SENTENCES)
        sweeps.register("subscriptions.aging", aging.sweep, every=30)
        post_migrate.connect(load_catalogue, sender=self, dispatch_uid="subscriptions.catalogue")
