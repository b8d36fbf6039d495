"""Template tags of the site's frame and of the gallery's pages."""
