"""The CRM beside Dirigent: what reps and programmes did goes there, what reps log there comes here. Neutral records, one adapter for each vendor."""
