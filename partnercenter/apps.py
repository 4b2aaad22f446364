from django.apps import AppConfig


class PartnerCenterConfig(AppConfig):
    name = "partnercenter"

    def ready(self) -> None:
        from . import checks  # noqa: F401  importing registers them
