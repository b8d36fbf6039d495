"""How a post was made, as its rows say: written when it is published, edited with history, compared.

What a recipe is and how files tell of it is in `gallery.provenance`; who may read it in `gallery.visibility`.
"""

from gallery.recipes.rows import recipe_of, write_recipe

__all__ = ["recipe_of", "write_recipe"]
