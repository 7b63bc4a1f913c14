"""Imports of courses in the browser."""
