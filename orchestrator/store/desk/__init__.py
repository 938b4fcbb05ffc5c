"""The front desk's side of the store: one class for each port of `api`, each method one transaction."""
