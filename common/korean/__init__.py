"""Write Korean sentences around words that are known only at run time."""
