"""Addresses that a mail leads to."""

from django.urls import path

from . import invitation, landing

urlpatterns = [
    path("r/<str:token>/", landing.landing, name="landing"),
    path("r/<str:token>/continue/", landing.landing_continue, name="landing-continue"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
]
