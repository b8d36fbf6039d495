"""Hashed static file names, also inside ES modules' import statements."""

from collections.abc import Callable
from re import Match
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Manifest storage that rewrites `import … from "./x.js"` so that modules can be cached for ever."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def url_converter(self, name: str, *details: Any, **more: Any) -> Callable[[Match[str]], str]:  # type: ignore[override]
        """Leave the files of django-htmx as they are: their comments name modules that aren't there."""
        if name.startswith("django_htmx/"):
            return lambda match: match[0]
        return super().url_converter(name, *details, **more)
