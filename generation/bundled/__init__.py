"""The bundled model: its data set, its training, its evaluation and its export.

Nothing in here is needed to run the site; the finished folder ``model/`` is an ordinary ``StableDiffusionPipeline``.
"""
