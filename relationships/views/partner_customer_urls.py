"""Addresses below `/partners/<slug>/customers/`."""

from django.urls import path

from . import administration, assignments, partner_customers, partner_ending, partner_ordering

urlpatterns = [
    path("", partner_customers.partner_customers, name="partner-customers"),
    path("<uuid:tenant_id>/", partner_customers.partner_customer, name="partner-customer"),
    path(
        "<uuid:tenant_id>/subscriptions/new/",
        partner_ordering.subscription_new,
        name="subscription-new",
    ),
    path(
        "<uuid:tenant_id>/administration/<uuid:public_id>/terminate/",
        partner_ending.administration_terminate,
        name="administration-terminate",
    ),
    path(
        "<uuid:tenant_id>/administration/<uuid:public_id>/",
        administration.administration,
        name="administration",
    ),
    path(
        "<uuid:tenant_id>/administration/<uuid:public_id>/groups/",
        assignments.administration_groups,
        name="administration-groups",
    ),
    path(
        "<uuid:tenant_id>/administration/<uuid:public_id>/groups/<uuid:group_id>/",
        assignments.administration_group,
        name="administration-group",
    ),
    path(
        "<uuid:tenant_id>/administration/<uuid:public_id>/<slug:act>/",
        administration.administration_act,
        name="administration-act",
    ),
    path("<uuid:tenant_id>/end/", partner_ending.selling_end, name="selling-end"),
]
