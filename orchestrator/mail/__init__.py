"""The channels: composing messages from approved content, the SMTP conversation that hands them over, and the gateways behind it."""
