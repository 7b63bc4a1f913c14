"""Look at a course as one of its students: read-only, logged, with a banner on every page."""
