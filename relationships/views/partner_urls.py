"""Addresses below `/partners/<slug>/`."""

from django.urls import include, path

from . import partner, partner_activity, partner_customer_urls, subscription

urlpatterns = [
    path("", partner.partner_home, name="partner-home"),
    path("profile/", partner.partner_profile, name="partner-profile"),
    path("customers/", include(partner_customer_urls)),
    path("subscriptions/", partner.partner_subscriptions, name="partner-subscriptions"),
    path(
        "subscriptions/<uuid:public_id>/",
        subscription.partner_subscription,
        name="partner-subscription",
    ),
    path(
        "subscriptions/<uuid:public_id>/<slug:move>/",
        subscription.subscription_move,
        name="subscription-move",
    ),
    path("activity/", partner_activity.partner_activity, name="partner-activity"),
    path(
        "activity/download/",
        partner_activity.partner_activity_download,
        name="partner-activity-download",
    ),
    path("requests/", partner.request_list, name="request-list"),
    path("requests/new/", partner.request_new, name="request-new"),
    path("requests/<uuid:public_id>/", partner.request_detail, name="request-detail"),
    path("requests/<uuid:public_id>/send/", partner.request_send, name="request-send"),
]
