from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from partnercenter.lib import guards, readiness


class RelationshipsConfig(AppConfig):
    name = "relationships"
    verbose_name = _("Relationships")

    def ready(self) -> None:
        from audit import kinds
        from mail import sweeps

        from . import certificates, signals, watch  # noqa: F401  importing registers them
        from .guards import GUARDS
        from .kinds import SENTENCES
        from .loading import load_roles
        from .moves import bulk_work, clock, proving, renewing, resetting  # noqa: F401  it listens
        from .signin import demo_rules  # noqa: F401  importing registers its check

        guards.register(self.label, GUARDS)
        kinds.register(SENTENCES)
        sweeps.register("relationships.clock", clock.sweep, every=5)
        sweeps.register("relationships.certificates", certificates.sweep, every=10)
        sweeps.register("relationships.renewing", renewing.sweep, every=30)
        sweeps.register_apart("relationships.bulk", bulk_work.sweep, every=1)
        sweeps.register_apart("relationships.watch", watch.sweep, every=1)
        sweeps.register_apart("relationships.domains", proving.sweep, every=600)
        readiness.tell("watch", watch.state)
        post_migrate.connect(load_roles, sender=self, dispatch_uid="relationships.roles")
