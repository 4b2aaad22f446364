"""Addresses of the pages of both sides, of links and of invitations."""

from django.urls import include, path

from .views import certificate, customer_urls, landing_urls, partner_urls

app_name = "relationships"

urlpatterns = [
    path("partners/<slug:partner_slug>/", include(partner_urls)),
    path("customers/<slug:customer_slug>/", include(customer_urls)),
    path(
        ".well-known/partner-center-keys.json",
        certificate.certificate_keys,
        name="certificate-keys",
    ),
    path("", include(landing_urls)),
]
