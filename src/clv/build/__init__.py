"""Running dbt: the project, its settings, and what came of a build."""
