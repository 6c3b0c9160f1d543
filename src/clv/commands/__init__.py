"""What each command of `clv` does, a module each."""
