from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "partnercenter.lib"
    label = "lib"
