"""Read and change the drafts of a course."""
