"""How a post was made, as its rows say: written when it is published, edited with history, asked for, compared.

What a recipe is and how files tell of it is in `gallery.provenance`; who may read it in `gallery.visibility`. Nobody
else writes these rows: `write_recipe` (publication), `edit_recipe` and `revert_recipe`.
"""

from gallery.recipes.rows import file_recipe_of, recipe_of, write_recipe

__all__ = ["file_recipe_of", "recipe_of", "write_recipe"]
