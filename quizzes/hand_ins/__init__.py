"""The files of hand-ins through the API: upload, list, download, remove."""
