"""The chapters of the report."""

from clv.report import cost, more, stay, trust, worth
from clv.report.data import Published
from clv.report.parts import Section, Shop


def sections(published: Published) -> list[Section]:
    """Return the report, chapter by chapter; without the last where there are no data for it."""
    shop = Shop(published)
    found = [
        Section("worth", "Worth: what do they bring?", worth.figures(shop)),
        Section("stay", "Stay: who comes back, who leaves?", stay.figures(shop)),
        Section("cost", "Cost: what is paid for them?", cost.figures(shop)),
        Section("trust", "Trust: can this be believed?", trust.figures(shop)),
        Section("more", "More", more.figures(shop)),
    ]
    return [section for section in found if section.figures]
