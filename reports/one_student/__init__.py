"""What reports say of one student: a cell of the gradebook, and the course grade with assumed grades. No pages."""
