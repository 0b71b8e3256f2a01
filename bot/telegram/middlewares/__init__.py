"""What happens around every update, whatever its kind."""
