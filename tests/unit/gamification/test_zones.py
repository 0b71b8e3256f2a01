"""Names of time zones, right, wrong and nearly right."""

import pytest

from bot.gamification.zones import UnknownTimezone, find_zone, load_zone


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "Europe",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "Factory",
        "posix/Europe/Madrid",
        "right/UTC",
        "tzdata.zi",
        "zone.tab",
        "Europe/Madrid\0",
        "Ünknown",
        "A" * 300,
    ],
)
def test_no_zone(name: str) -> None:
    """What is no zone of the IANA database is none, whatever files lie there."""
    assert load_zone(name) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        (" europe/madrid ", "Europe/Madrid"),
        ("madrid", "Europe/Madrid"),
        ("new york", "America/New_York"),
        ("America/mexico city", "America/Mexico_City"),
        ("utc", "UTC"),
        ("Bogotá", "America/Bogota"),
    ],
)
def test_find_zone(text: str, name: str) -> None:
    """A zone is found by its name or its city, however people type it."""
    assert name == find_zone(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Europe/Madird", "Europe/Madrid"),
        ("bogtoa", "America/Bogota"),
        ("México", "America/Mexico_City"),
        ("buenos", "America/Argentina/Buenos_Aires"),
    ],
)
def test_nearest(text: str, near: str) -> None:
    """An unknown one is answered with the names most like it."""
    with pytest.raises(UnknownTimezone) as caught:
        find_zone(text)

    assert near in caught.value.near
    assert near in str(caught.value)


def test_nothing_near() -> None:
    """Where nothing is like it, an example tells how to write one."""
    with pytest.raises(UnknownTimezone) as caught:
        find_zone("qqqqqqqqqqqqqqqq")

    assert ((), True) == (caught.value.near, "such as Europe/Madrid" in str(caught.value))
