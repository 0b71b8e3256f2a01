"""What admins do to the economy: every change is checked, recorded, and in one transaction."""
