"""E-mail: composing it from approved content, and the SMTP conversation that hands it over."""
