"""The house style of charts: colours that people can tell apart, round ticks."""

from __future__ import annotations

import math
from typing import Any

import pytest

from assistant.answer.style import DARK, DARK_PALETTE, LIGHT, LIGHT_PALETTE, colours, ticks


def test_eight_names_have_eight_colours_whatever_they_are() -> None:
    assert len(set(colours([f"店{i}" for i in range(8)], LIGHT_PALETTE).values())) == 8


Colour = tuple[float, float, float]
SEEN_BY = {  # Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
}
XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


def linear(colour: str) -> Colour:
    """sRGB to linear light."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def times(matrix: tuple[Colour, Colour, Colour], v: Colour) -> Colour:
    x, y, z = (sum(w * p for w, p in zip(row, v, strict=True)) for row in matrix)
    return x, y, z


def lab(light: Colour) -> Colour:
    """CIELAB under D65."""
    red, green, blue = (min(1.0, max(0.0, v)) for v in light)
    scaled = zip(times(XYZ, (red, green, blue)), (0.9505, 1.0, 1.089), strict=True)
    x, y, z = (v / w for v, w in scaled)
    a, b, c = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_the_paper(theme: Any) -> None:
    """Contrast by WCAG 2.1."""
    paper = times(XYZ, linear(theme.paper))[1]

    def contrast(colour: str) -> float:
        low, high = sorted((times(XYZ, linear(colour))[1], paper))
        return (high + 0.05) / (low + 0.05)

    assert contrast(theme.text) >= 7
    assert contrast(theme.quiet) >= 4.5
    assert min(contrast(c) for c in theme.palette) >= 2


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("palette", [LIGHT_PALETTE, DARK_PALETTE], ids=["light", "dark"])
def test_no_two_colours_look_alike(palette: tuple[str, ...], eyes: str) -> None:
    seen = [lab(times(SEEN_BY[eyes], linear(c))) for c in palette]
    gaps = [math.dist(a, b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(gaps) >= 15


@pytest.mark.parametrize(("low", "high"), [(0, 9.3e6), (-5, 5), (0.01, 0.02), (0, 0), (3e8, 4e8)])
def test_ticks_cover_the_data_in_round_steps(low: float, high: float) -> None:
    at = ticks(low, high)
    assert at[0] <= low
    assert at[-1] >= high
    assert 2 <= len(at) <= 8
