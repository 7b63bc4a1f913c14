"""What students answer outside of attempts, and mark in them, for apps: questions in lessons, flags, the cards of today."""
