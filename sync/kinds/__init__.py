"""Carry out the operations of one kind each: by the functions that the pages and the API call, with rules for merging."""
