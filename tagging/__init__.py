"""Tags and the language over them.

Here live the tags' names, categories, aliases and counters, what finds them while somebody types (completion,
suggestions) and, in `tagging.query`, the search language. This floor has not heard of posts or pictures: rewriting the
tags of a post is `gallery`'s work.
"""
