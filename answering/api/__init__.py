"""Questions in lessons, flags and the cards of today through the API."""
