from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class PartnerCenterConfig(AppConfig):
    name = "partnercenter"

    def ready(self) -> None:
        from . import checks  # noqa: F401  importing registers them


class StaffAdminConfig(SimpleAdminConfig):
    """Django's admin, with the staff's own first page."""

    default_site = "partnercenter.staff.StaffSite"
