"""Counts in English sentences."""


def counted(count: int, plural: str) -> str:
    """Return so many of what has a regular plural: 1 missing profile, 2 missing profiles."""
    if count != 1:
        return f"{count} {plural}"
    singular = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
    return f"1 {singular}"
