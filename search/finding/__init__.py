"""Find passages of courses by parts of words."""
