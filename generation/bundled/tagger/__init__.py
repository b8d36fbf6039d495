"""The bundled tagger: a small CNN that reads the bundled model's tags off pictures of its kind.

Training, calibration, export and measuring live here; the site runs the exported file through `tagging.tagger`.
"""
