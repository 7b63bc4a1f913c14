"""Fill a site with what a measurement needs. Each module runs in `manage.py shell` of the product."""
