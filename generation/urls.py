"""Addresses of the generation floor."""

from django.urls import URLPattern

app_name = "generation"
urlpatterns: list[URLPattern] = []
