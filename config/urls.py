"""Every address of the site; each floor lists its own."""

from django.urls import include, path

import gallery.back_office.tables
import generation.back_office
from config import robots, views
from gallery.back_office.site import site as back_office

gallery.back_office.tables.register_tables()
generation.back_office.register_tables()

urlpatterns = [
    path("healthz", views.health, name="health"),
    path("robots.txt", robots.robots_txt, name="robots"),
    path("preferences", views.preferences, name="preferences"),
    path("accounts/", include("allauth.urls")),
    path("admin/", back_office.urls),
    path("", include("generation.urls")),
    path("", include("gallery.urls")),
]

handler400 = "config.views.bad_request"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
handler403 = "config.views.permission_denied"
# allauth answers with it where its own limits are reached.
handler429 = "config.views.too_many_requests"
