"""Addresses below `/partners/<slug>/`."""

from django.urls import include, path

from partners.access import partner_view

from . import (
    admin_relationship_urls,
    groups,
    partner,
    partner_access,
    partner_activity,
    partner_customer_urls,
    request_acts,
    request_detail,
    request_form,
    request_list,
    request_text,
    standing_link,
    subscription,
)
from .people_urls import addresses_of

urlpatterns = [
    *addresses_of("partner", partner_view),
    path("", partner.partner_home, name="partner-home"),
    path("profile/", partner.partner_profile, name="partner-profile"),
    path("customers/", include(partner_customer_urls)),
    path("admin-relationships/", include(admin_relationship_urls)),
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
    path("access/", partner_access.partner_access, name="partner-access"),
    path(
        "access/download/", partner_access.partner_access_download, name="partner-access-download"
    ),
    path("access/why/", partner_access.partner_access_why, name="partner-access-why"),
    path("groups/", groups.group_list, name="group-list"),
    path("groups/new/", groups.group_new, name="group-new"),
    path("groups/<uuid:public_id>/", groups.group_detail, name="group"),
    path("groups/<uuid:public_id>/add/", groups.group_add, name="group-add"),
    path("groups/<uuid:public_id>/take-out/", groups.group_take_out, name="group-take-out"),
    path("groups/<uuid:public_id>/rename/", groups.group_rename, name="group-rename"),
    path("groups/<uuid:public_id>/close/", groups.group_close, name="group-close"),
    path("activity/", partner_activity.partner_activity, name="partner-activity"),
    path(
        "activity/download/",
        partner_activity.partner_activity_download,
        name="partner-activity-download",
    ),
    path("requests/", request_list.request_list, name="request-list"),
    path("requests/new/", request_form.request_new, name="request-new"),
    path("requests/link/", standing_link.standing_link, name="standing-link"),
    path("requests/link/make/", standing_link.link_make, name="link-make"),
    path("requests/link/edit/", standing_link.link_edit, name="link-edit"),
    path("requests/link/rotate/", standing_link.link_rotate, name="link-rotate"),
    path("requests/<uuid:public_id>/", request_detail.request_detail, name="request-detail"),
    path("requests/<uuid:public_id>/edit/", request_form.request_edit, name="request-edit"),
    path("requests/<uuid:public_id>/text/", request_text.request_text, name="request-text"),
    path("requests/<uuid:public_id>/create/", request_acts.request_create, name="request-create"),
    path("requests/<uuid:public_id>/send/", request_acts.request_send, name="request-send"),
    path("requests/<uuid:public_id>/cancel/", request_acts.request_cancel, name="request-cancel"),
]
