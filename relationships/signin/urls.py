from django.urls import path

from . import views

app_name = "signin"

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("strong-sign-in/", views.strong, name="strong"),
    path("sign-in-again/", views.again, name="again"),
]
