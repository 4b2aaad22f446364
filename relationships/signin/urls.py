from django.urls import path

from . import own_account, own_address, sign_on, views

app_name = "signin"

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("join/", own_account.join, name="join"),
    path("profile/address/", own_address.present_address, name="present-address"),
    path("profile/delete/", own_account.delete_account, name="delete"),
    path("strong-sign-in/", views.strong, name="strong"),
    path("sign-on/", sign_on.sign_on, name="sign-on"),
    path("sign-on/<slug:source_id>/callback/", sign_on.sign_on_callback, name="sign-on-callback"),
    path("sign-in-again/", views.again, name="again"),
]
