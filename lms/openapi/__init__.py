"""Describe the whole API in one OpenAPI document, and show the document as a page."""
