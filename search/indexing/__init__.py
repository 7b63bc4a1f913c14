"""Keep an index of what students may read in each course."""
