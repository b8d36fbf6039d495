"""Addresses of the generation floor."""

from django.urls import URLPattern, path

from generation import views

app_name = "generation"
urlpatterns: list[URLPattern] = [
    path("create", views.create, name="create"),
    path("create/estimate", views.estimate, name="estimate"),
    path("create/styles", views.book, name="book"),
    path("create/events", views.events, name="events"),
    path("requests/<int:request_id>", views.request_status, name="request"),
    path("requests/<int:request_id>/cancel", views.cancel_request, name="request_cancel"),
    path("jobs/<int:job_id>/cancel", views.cancel_job, name="job_cancel"),
    path("jobs/<int:job_id>/preview", views.job_preview, name="job_preview"),
    path("masks/<int:mask_id>", views.mask, name="mask"),
    path("takes", views.takes, name="takes"),
    path("takes/<int:take_id>", views.take, name="take"),
    path("takes/<int:take_id>/file.<slug:extension>", views.take_file, name="take_file"),
    path("takes/<int:take_id>/publish", views.publish, name="publish"),
    path("queue", views.queue, name="queue"),
    path("queue/order", views.queue_order, name="queue_order"),
    path("queue/worker", views.worker_order, name="worker_order"),
    path("queue/jobs", views.queue_jobs, name="queue_jobs"),
    path("models", views.models, name="models"),
    path("models/<slug:slug>", views.model, name="model"),
    path("models/<slug:kind>/<str:slug>", views.resource, name="resource"),
    path("settings/import", views.import_takes, name="import_takes"),
    path("settings/import/piece", views.import_piece, name="import_piece"),
    path("manage/models", views.manage_models, name="manage_models"),
    path("manage/models/<slug:kind>/<int:key>", views.manage_model, name="manage_model"),
]
