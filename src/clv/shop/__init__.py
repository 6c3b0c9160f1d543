"""Synthetic shop: raw data of any size with a known law, and its truth written beside it."""

from clv.shop.generate import generate_shop
from clv.shop.settings import ShopSettings
from clv.shop.truth import SourceTruth, Truth

__all__ = ["ShopSettings", "SourceTruth", "Truth", "generate_shop"]
