"""What people do with their own account, on pages and through the API: preferences, devices, and the way to the browser."""
