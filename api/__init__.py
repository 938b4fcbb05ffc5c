"""The front desk: routers by noun, problems, security and schemas. It speaks `journeys` and declares, in `ports`, what it needs of the house."""
