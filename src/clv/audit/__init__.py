"""What a candidate must meet before it is published."""
