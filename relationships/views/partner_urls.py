"""Addresses below `/partners/<slug>/`."""

from django.urls import path

from . import partner

urlpatterns = [
    path("", partner.partner_home, name="partner-home"),
    path("profile/", partner.partner_profile, name="partner-profile"),
    path("subscriptions/", partner.partner_subscriptions, name="partner-subscriptions"),
    path("requests/", partner.request_list, name="request-list"),
    path("requests/new/", partner.request_new, name="request-new"),
    path("requests/<uuid:public_id>/", partner.request_detail, name="request-detail"),
    path("requests/<uuid:public_id>/send/", partner.request_send, name="request-send"),
]
