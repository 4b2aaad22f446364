"""Addresses of the pages of both sides, of links and of invitations."""

app_name = "relationships"

urlpatterns: list = []
