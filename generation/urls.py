"""Addresses of the generation floor."""

from django.urls import URLPattern, path

from generation import views

app_name = "generation"
urlpatterns: list[URLPattern] = [
    path("create", views.create, name="create"),
    path("create/estimate", views.estimate, name="estimate"),
    path("create/styles", views.book, name="book"),
    path("create/events", views.events, name="events"),
    path("canvas", views.canvas, name="canvas"),
    path("requests/<int:request_id>", views.request_status, name="request"),
    path("requests/<int:request_id>/cancel", views.cancel_request, name="request_cancel"),
    path("jobs/<int:job_id>/cancel", views.cancel_job, name="job_cancel"),
    path("jobs/<int:job_id>/preview", views.job_preview, name="job_preview"),
    path("masks/<int:mask_id>", views.mask, name="mask"),
    path("takes", views.all_takes, name="takes"),
    path("takes/mark", views.mark, name="mark"),
    path("takes/undo", views.undo_mark, name="undo_mark"),
    path("takes/compare", views.compare, name="compare"),
    path("takes/storage", views.storage, name="storage"),
    path("takes/<int:take_id>", views.take, name="take"),
    path("takes/<int:take_id>/marks", views.take_marks, name="take_marks"),
    path("takes/<int:take_id>/lineage", views.lineage, name="lineage"),
    path("takes/<int:take_id>/file.<slug:extension>", views.take_file, name="take_file"),
    path("takes/<int:take_id>/keep", views.keep, name="keep"),
    path("takes/<int:take_id>/layers.<slug:extension>", views.layers, name="layers"),
    path("takes/<int:take_id>/letters", views.letters, name="letters"),
    path("takes/<int:take_id>/letters/preview", views.letters_preview, name="letters_preview"),
    path("takes/<int:take_id>/publish", views.publish, name="publish"),
    path("posts/<int:post_id>/remix", views.remix_diff, name="remix_diff"),
    path("styles", views.styles, name="styles"),
    path("styles/new", views.style_new, name="style_new"),
    path("styles/<str:slug>", views.style, name="style"),
    path("styles/<str:slug>/edit", views.style_edit, name="style_edit"),
    path("styles/<str:slug>/delete", views.style_delete, name="style_delete"),
    path("styles/<str:slug>/posts", views.style_posts, name="style_posts"),
    path("queue", views.queue, name="queue"),
    path("queue/order", views.queue_order, name="queue_order"),
    path("queue/worker", views.worker_order, name="worker_order"),
    path("queue/jobs", views.queue_jobs, name="queue_jobs"),
    path("models", views.models, name="models"),
    path("models/<slug:slug>", views.model, name="model"),
    path("models/<slug:kind>/<str:slug>", views.resource, name="resource"),
    path("manage/models", views.manage_models, name="manage_models"),
    path("manage/models/<slug:kind>/<int:key>", views.manage_model, name="manage_model"),
]
