"""What people, staff and the clock do with relationships; every entry point goes through here."""
