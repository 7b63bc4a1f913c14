"""What questions and replies add to pages and mails of other apps."""
