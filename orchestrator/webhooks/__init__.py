"""What providers tell of the messages that they carried: each proves by its own scheme that it speaks, and each is read by one parser of its own."""
