"""How `clv` speaks: tables, progress, numbers and words."""
