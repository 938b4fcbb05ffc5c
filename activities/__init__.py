"""The effects: small classes, each with its ports in the constructor, each activity with one input and one outcome model."""
