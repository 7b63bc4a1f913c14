"""What staff see of all their courses at once: apps register what they know, and the app `overview` shows it."""
