"""Compare what a student writes with what an author accepts: terms in short sentences, and numbers."""
