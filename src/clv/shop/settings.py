"""What a synthetic shop is made of: its size, its period, its law and its fixed catalogue of names."""

import math
from dataclasses import dataclass
from datetime import date

CURRENCIES = ("USD", "EUR", "GBP")
COUNTRIES = ("US", "GB", "DE", "FR")
COUNTRY_CURRENCY = (0, 2, 1, 1)
SALES_CHANNELS = ("web", "app", "store")
CHANNELS = ("paid_search", "paid_social", "affiliate", "email", "organic", "referral")
UNPRODUCTIVE_CHANNEL = "podcast"
CAMPAIGNS = ("brand_search", "generic_search", "prospecting", "lookalike")
CHANNEL_CAMPAIGNS: dict[int, tuple[int, ...]] = {0: (0, 1), 1: (2, 3)}
CHANNEL_CAC_USD: dict[int, float] = {0: 28.0, 1: 35.0, 2: 18.0, 3: 6.0}
EUR_SPEND_CHANNEL = 2
TEST_CAMPAIGN = "winback_test"
CAMPAIGN_WINDOW_DAYS = 90
MINIMUM_DAYS = 180
MAXIMUM_DEFECT_SHARE = 0.03


@dataclass(frozen=True)
class Plan:
    """A monthly plan whose churn is shifted beta-geometric (Fader & Hardie 2007).

    `monthly_cents` is in the subscriber's currency; `alpha`, `beta` shape the churn probability per month.
    """

    name: str
    monthly_cents: int
    alpha: float
    beta: float


@dataclass(frozen=True)
class ShopSettings:
    """Everything that decides a shop's content; the same settings give the same rows.

    customers: persons who buy at least once. start, end: first and last day (UTC, inclusive).
    file_format: "parquet" or "csv". chunk_customers: persons per delivery, which bounds the memory.
    defect_share: rejected, superseded and late rows, each as a share of a delivery's clean rows.
    seasonality: relative amplitude of the yearly wave in purchases and acquisition, peak in mid-December.
    growth: yearly rate by which acquisition grows (continuous).

    The law, time in weeks, money in USD:
    r, alpha: purchase rate ~ Gamma(shape r, rate alpha); a, b: dropout probability after each repeat
    purchase ~ Beta(a, b) (BG/NBD, Fader, Hardie & Lee 2005); p, q, gamma: spend per purchase occasion
    ~ Gamma(shape p, rate nu) with nu ~ Gamma(shape q, rate gamma) (Gamma-Gamma, Fader & Hardie 2013).
    campaign_factor: what a treated customer's spend is multiplied by for 90 days.

    Raises ValueError with one sentence that says what to change.
    """

    customers: int = 2000
    start: date = date(2023, 1, 1)
    end: date = date(2025, 12, 31)
    seed: int = 1
    file_format: str = "parquet"
    chunk_customers: int = 50_000
    defect_share: float = 0.01
    seasonality: float = 0.2
    growth: float = 0.25
    r: float = 0.8
    alpha: float = 14.0
    a: float = 0.8
    b: float = 3.5
    p: float = 6.0
    q: float = 4.0
    gamma: float = 40.0
    campaign_factor: float = 1.2
    plans: tuple[Plan, ...] = (Plan("basic", 990, 0.9, 5.5), Plan("plus", 1990, 0.7, 9.0))

    def __post_init__(self) -> None:
        """Refuse settings that no shop can be made of."""
        _require(self.customers >= 1, f"customers is {self.customers}: ask for at least one")
        _require(self.chunk_customers >= 1, f"chunk_customers is {self.chunk_customers}: ask for at least one")
        _require(self.seed >= 0, f"seed is {self.seed}: give zero or a positive whole number")
        _require(
            self.file_format in ("parquet", "csv"),
            f"file_format is '{self.file_format}': choose 'parquet' or 'csv'",
        )
        _require(
            self.start.year >= 1971 and self.end.year <= 2200,
            f"the period {self.start} to {self.end} is out of range: stay between 1971 and 2200",
        )
        _require(
            self.days >= MINIMUM_DAYS,
            f"the period {self.start} to {self.end} is too short: end at least {MINIMUM_DAYS} days after the start",
        )
        _require(
            0 <= self.defect_share <= MAXIMUM_DEFECT_SHARE,
            f"defect_share is {self.defect_share}: choose between 0 and {MAXIMUM_DEFECT_SHARE}",
        )
        _require(0 <= self.seasonality < 1, f"seasonality is {self.seasonality}: choose at least 0 and less than 1")
        _require(abs(self.growth) <= 5, f"growth is {self.growth}: choose a yearly rate between -5 and 5")
        for name in ("r", "alpha", "a", "b", "p", "q", "gamma", "campaign_factor"):
            value = getattr(self, name)
            _require(math.isfinite(value) and value > 0, f"{name} is {value}: give a positive number")
        _require(self.q > 1, f"q is {self.q}: give more than 1, or mean spend is infinite")
        _require(
            self.r / self.alpha <= 7,
            f"r / alpha is {self.r / self.alpha:g} purchases a week: lower r or raise alpha until it is at most 7",
        )
        _require(len(self.plans) > 0, "plans is empty: give at least one plan")
        for plan in self.plans:
            _require(
                plan.monthly_cents > 0 and plan.alpha > 0 and plan.beta > 0,
                f"plan '{plan.name}' is impossible: give it a positive amount, alpha and beta",
            )

    @property
    def days(self) -> int:
        """Days in the period, both ends included."""
        return (self.end - self.start).days + 1

    @property
    def start_day(self) -> int:
        """First day, in days since 1970-01-01."""
        return (self.start - date(1970, 1, 1)).days

    @property
    def start_second(self) -> int:
        """First second of the period, in seconds since 1970-01-01 UTC."""
        return self.start_day * 86_400

    @property
    def end_second(self) -> int:
        """Last second of the period, in seconds since 1970-01-01 UTC."""
        return (self.start_day + self.days) * 86_400 - 1

    @property
    def assigned_second(self) -> int:
        """When the test campaign's groups are drawn, in seconds since 1970-01-01 UTC."""
        day = min(int(self.days * 0.6), self.days - CAMPAIGN_WINDOW_DAYS)
        return self.start_second + day * 86_400 + 9 * 3600

    @property
    def chunks(self) -> int:
        """Number of deliveries that bring customers."""
        return -(-self.customers // self.chunk_customers)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
