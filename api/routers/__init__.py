"""The endpoints, one file per noun: each checks who asks, asks a port, and tells the answer."""
