"""Names to figures: which model, machine, place and workload a row means, and on what basis."""
