"""How moderation and the site are doing, for moderators, in charts and tables.

    rows → `counting` (numbers by day or week), `queue_age`, `storage` → `charts` (bars with their places) → the page

Charts are SVG that the template writes from numbers: no library, since those for Python put styles and scripts into
their pictures, which the site's CSP forbids, and those for browsers need scripts before anything shows.
"""
