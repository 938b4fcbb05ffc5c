"""The store's part in what a CRM is told and what comes from it."""
