"""Addresses below `/partners/<slug>/admin-relationships/`."""

from django.urls import path

from . import admin_relationships, bulk

urlpatterns = [
    path("", admin_relationships.admin_relationships, name="admin-relationships"),
    path(
        "download/",
        admin_relationships.admin_relationships_download,
        name="admin-relationships-download",
    ),
    path("jobs/", bulk.bulk_list, name="bulk-list"),
    path("jobs/choose/", bulk.bulk_choose, name="bulk-choose"),
    path("jobs/upload/", bulk.bulk_upload, name="bulk-upload"),
    path("jobs/requests/", bulk.bulk_request, name="bulk-request"),
    path("jobs/<uuid:public_id>/", bulk.bulk_job, name="bulk-job"),
    path("jobs/<uuid:public_id>/give/", bulk.bulk_give, name="bulk-give"),
    path("jobs/<uuid:public_id>/start/", bulk.bulk_start, name="bulk-start"),
    path("jobs/<uuid:public_id>/stop/", bulk.bulk_stop, name="bulk-stop"),
    path("jobs/<uuid:public_id>/resume/", bulk.bulk_resume, name="bulk-resume"),
    path("jobs/<uuid:public_id>/discard/", bulk.bulk_discard, name="bulk-discard"),
    path("jobs/<uuid:public_id>/download/", bulk.bulk_download, name="bulk-download"),
]
