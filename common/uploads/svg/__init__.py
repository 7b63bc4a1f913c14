"""Clean the SVG of a drawing program, so that it is a figure of the course format."""
