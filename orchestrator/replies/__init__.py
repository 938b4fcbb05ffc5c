"""What people write back: e-mails by a provider's webhook or from a mailbox, and texts. Read without trusting anything in them."""
