"""What `build.py` calls: `content/` and `templates/` in, a finished and checked `site/` out."""
