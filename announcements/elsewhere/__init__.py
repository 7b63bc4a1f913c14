"""What announcements say on pages and in mails of other apps."""
