"""What staff see of all their courses at once: the first page of the admin, and what its numbers mean."""
