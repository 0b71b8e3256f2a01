"""The chat page and its JSON API."""
