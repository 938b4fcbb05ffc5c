"""Messages: composed from approved content, and written down as MIME and as calendar entries."""
