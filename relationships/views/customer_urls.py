"""Addresses below `/customers/<slug>/`."""

from django.urls import path

from customers.access import customer_view

from . import (
    certificate,
    customer,
    customer_access,
    customer_activity,
    customer_partner,
    customer_profile,
    decision,
    people,
    request_policy,
    subscription,
)
from .people_urls import addresses_of

urlpatterns = [
    *addresses_of("customer", customer_view),
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
        "partners/<slug:partner_slug>/administration/<uuid:public_id>/take-roles/",
        customer_partner.customer_take_roles,
        name="customer-take-roles",
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
    path("people/factor/", customer_view(people.factor_demand), name="customer-factor-demand"),
    path("profile/", customer_profile.customer_profile, name="customer-profile"),
    path("profile/domain/", customer_profile.domain_begin, name="domain-begin"),
    path("profile/domain/check/", customer_profile.domain_check, name="domain-check"),
    path("access/", customer_access.customer_access, name="customer-access"),
    path(
        "access/download/",
        customer_access.customer_access_download,
        name="customer-access-download",
    ),
    path("access/why/", customer_access.customer_access_why, name="customer-access-why"),
    path("activity/", customer_activity.customer_activity, name="customer-activity"),
    path("requests/", customer.decision_list, name="decision-list"),
    path("request-policy/", request_policy.policy, name="customer-policy"),
    path("request-policy/code/", request_policy.policy_code, name="customer-policy-code"),
    path("request-policy/list/", request_policy.policy_list, name="customer-policy-list"),
    path("request-policy/unlist/", request_policy.policy_unlist, name="customer-policy-unlist"),
    path("requests/refused/<uuid:public_id>/", request_policy.refusal, name="customer-refusal"),
    path("requests/<uuid:public_id>/", decision.decision_detail, name="decision"),
    path("requests/<uuid:public_id>/preview/", decision.decision_preview, name="decision-preview"),
    path("requests/<uuid:public_id>/pass-on/", decision.decision_pass_on, name="decision-pass-on"),
    path("requests/<uuid:public_id>/approve/", decision.decision_approve, name="decision-approve"),
    path("requests/<uuid:public_id>/decline/", decision.decision_decline, name="decision-decline"),
]
