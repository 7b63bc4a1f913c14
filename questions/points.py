"""Format points."""

from decimal import Decimal


def format_points(value: str | Decimal) -> str:
    """Return points without trailing zeros: 1, 0.5."""
    text = f"{Decimal(value):.2f}".rstrip("0").rstrip(".")
    return text or "0"
