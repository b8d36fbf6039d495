"""Addresses of the gallery floor."""

from django.urls import URLPattern

app_name = "gallery"
urlpatterns: list[URLPattern] = []
