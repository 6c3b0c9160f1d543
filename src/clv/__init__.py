"""Customer lifetime value in the warehouse: the command line around the dbt project."""
