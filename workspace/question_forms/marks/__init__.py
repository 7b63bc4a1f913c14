"""Read what an author marks in a text: blanks, and the choices of a menu."""
