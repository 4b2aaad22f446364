"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from . import gallery, health

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
    path("dev/mail/", include("mail.urls")),
    path("dev/gallery/", gallery.gallery, name="gallery"),
    path("accounts/", include("relationships.signin.account_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("relationships.signin.urls")),
    path("", include("relationships.urls")),
]

handler403 = "relationships.views.rights.permission_denied"
