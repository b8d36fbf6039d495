"""The Django app of the gallery floor."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self) -> None:
        """The search language learns what can be asked here; `manage.py check` learns to look at the signing key; a
        second factor that was just set up counts as shown."""
        from allauth.mfa.signals import authenticator_added

        import gallery.ingest.signing_check  # noqa: F401
        from gallery.accounts.second_factor import set_up
        from gallery.search.metatags import register_metatags
        from gallery.search.orders import register_orders

        register_metatags()
        register_orders()
        authenticator_added.connect(set_up, dispatch_uid="gallery.second_factor")
