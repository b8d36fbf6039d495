"""What the site did in a year, in numbers for everybody: the figures that articles 15 and 24 of the EU's Digital
Services Act ask for, as far as a site of this kind has them.

    rows → `figures` (plain numbers of one year) → `sections` (tables in words) → `writing` (Markdown, HTML) or the page

Nothing here names a person, a post or a case.
"""
