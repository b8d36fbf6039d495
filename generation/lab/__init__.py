"""The same-seed lab: one recipe drawn once for each pair of values of two axes.

`axes` reads what was typed as values, `applying` puts a value of each axis into the recipe, `drawing` makes the
comparison and its requests, `form` is its page's form, `sheet` lays the pictures out as one, `keeping` makes that a
take.
"""
