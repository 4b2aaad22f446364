"""Addresses below `/customers/<slug>/`."""

from django.urls import path

from customers.access import customer_view

from . import (
    certificate,
    customer,
    customer_activity,
    customer_partner,
    customer_profile,
    decision,
    people,
    sign_on,
    subscription,
)

urlpatterns = [
    path("", customer.customer_home, name="customer-home"),
    path("partners/", customer.customer_partners, name="customer-partners"),
    path(
        "partners/<slug:partner_slug>/",
        customer_partner.customer_partner,
        name="customer-partner",
    ),
    path(
        "partners/<slug:partner_slug>/<slug:act>/",
        customer_partner.customer_partner_act,
        name="customer-partner-act",
    ),
    path(
        "partners/<slug:partner_slug>/administration/<uuid:public_id>/<slug:act>/",
        customer_partner.customer_partner_act,
        name="customer-grant-act",
    ),
    path(
        "administration/pause/",
        customer_partner.customer_pause_all,
        {"act": "pause"},
        name="customer-pause-all",
    ),
    path(
        "administration/resume/",
        customer_partner.customer_pause_all,
        {"act": "resume"},
        name="customer-resume-all",
    ),
    path("subscriptions/", customer.customer_subscriptions, name="customer-subscriptions"),
    path(
        "subscriptions/<uuid:public_id>/",
        subscription.customer_subscription,
        name="customer-subscription",
    ),
    path(
        "certificates/<uuid:public_id>/",
        certificate.certificate,
        name="certificate",
    ),
    path(
        "certificates/<uuid:public_id>/download/",
        certificate.certificate_download,
        name="certificate-download",
    ),
    path("people/", customer_view(people.people), name="customer-people"),
    path("people/invite/", customer_view(people.person_invite), name="customer-person-invite"),
    path("people/leave/", customer_view(people.leave), name="customer-leave"),
    path("people/<uuid:public_id>/", customer_view(people.person), name="customer-person"),
    path(
        "people/<uuid:public_id>/remove/",
        customer_view(people.person_remove),
        name="customer-person-remove",
    ),
    path(
        "people/<uuid:public_id>/reset/",
        customer_view(people.person_reset),
        name="customer-person-reset",
    ),
    path(
        "people/invitations/<uuid:public_id>/send-again/",
        customer_view(people.invitation_send_again),
        name="customer-invitation-send-again",
    ),
    path(
        "people/invitations/<uuid:public_id>/withdraw/",
        customer_view(people.invitation_withdraw),
        name="customer-invitation-withdraw",
    ),
    path("people/factor/", customer_view(people.factor_demand), name="customer-factor-demand"),
    path("people/claims/<uuid:public_id>/", customer_view(people.claim), name="customer-claim"),
    path("profile/", customer_profile.customer_profile, name="customer-profile"),
    path("profile/sign-on/", customer_view(sign_on.sign_on), name="customer-sign-on"),
    path(
        "profile/sign-on/test/", customer_view(sign_on.sign_on_test), name="customer-sign-on-test"
    ),
    path("profile/sign-on/turn-on/", customer_view(sign_on.sign_on_on), name="customer-sign-on-on"),
    path(
        "profile/sign-on/turn-off/", customer_view(sign_on.sign_on_off), name="customer-sign-on-off"
    ),
    path("profile/domain/", customer_profile.domain_begin, name="domain-begin"),
    path("profile/domain/check/", customer_profile.domain_check, name="domain-check"),
    path("activity/", customer_activity.customer_activity, name="customer-activity"),
    path("requests/", customer.decision_list, name="decision-list"),
    path("requests/<uuid:public_id>/", decision.decision_detail, name="decision"),
    path("requests/<uuid:public_id>/preview/", decision.decision_preview, name="decision-preview"),
    path("requests/<uuid:public_id>/pass-on/", decision.decision_pass_on, name="decision-pass-on"),
    path("requests/<uuid:public_id>/approve/", decision.decision_approve, name="decision-approve"),
    path("requests/<uuid:public_id>/decline/", decision.decision_decline, name="decision-decline"),
]
