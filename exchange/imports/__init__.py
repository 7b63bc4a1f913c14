"""Import questions into a quiz: plan the import, merge with what is there, execute, and do large files in the worker."""
