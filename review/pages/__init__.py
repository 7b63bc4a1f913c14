"""Pages on which staff grade by hand."""
