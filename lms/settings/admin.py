"""Configure the admin's theme (django-unfold)."""

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Baeum",
    "SITE_HEADER": "Baeum",
    "SITE_SYMBOL": "school",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "lms.admin_navigation.icon"}],
    "STYLES": ["lms.admin_navigation.style"],
    "SIDEBAR": {"show_search": True, "navigation": "lms.admin_navigation.groups"},
}
