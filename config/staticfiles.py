"""Hashed static file names, also inside ES modules' import statements."""

from collections.abc import Callable
from re import Match
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Manifest storage that rewrites `import … from "./x.js"` so that modules can be cached for ever."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def url_converter(self, name: str, hashed_files: Any, template: str | None = None) -> Callable[[Match[str]], str]:
        """Leave the files of django-htmx as they are: their comments name modules that aren't there."""
        if name.startswith("django_htmx/"):
            return lambda match: match[0]
        return super().url_converter(name, hashed_files, template)
