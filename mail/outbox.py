"""Mail to send."""
