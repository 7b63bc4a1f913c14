"""Show a course to its authors exactly as students will see it, without a trace."""
