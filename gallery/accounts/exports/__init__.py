"""A copy of one's own account: asked for, made by the gardener, fetched by its owner alone, removed after some days.

`tables` says what stands in it, `archive` writes it, `requests` holds the states. Nobody else's data go in: neither who
reported or decided something, nor a post that its reader may not see.
"""
