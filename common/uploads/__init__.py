"""Take in what instructors upload or paste into a course."""
