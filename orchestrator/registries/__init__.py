"""Official registers of healthcare professionals, read as they are published: what is good is kept, what is not is reported with its line and reason."""
