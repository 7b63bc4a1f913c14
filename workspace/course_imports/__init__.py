"""Import a course folder that was uploaded as a zip file: read it, show its plan, and change the draft of the course."""
