"""Addresses that a mail leads to."""

from django.urls import path, register_converter

from partnercenter.lib.addresses import TokenConverter

from . import invitation, landing, registering

register_converter(TokenConverter, "token")

urlpatterns = [
    path("r/<token:token>/", landing.landing, name="landing"),
    path("r/<token:token>/continue/", landing.landing_continue, name="landing-continue"),
    path("r/<token:token>/register/", registering.landing_register, name="landing-register"),
    path("invitations/<token:token>/", invitation.invitation, name="invitation"),
]
