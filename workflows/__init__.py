"""The durability: thin workflow classes that feed events to the conductor and have its commands performed."""
