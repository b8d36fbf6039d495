"""Hashed static file names, also inside ES modules' import statements."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Manifest storage that rewrites `import … from "./x.js"` so that modules can be cached for ever."""

    support_js_module_import_aggregation = True
    manifest_strict = False
