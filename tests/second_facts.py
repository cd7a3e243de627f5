"""The demo business a second time: its metrics written down again, its tables merged into one wide frame per fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

Frame = pd.DataFrame
PRODUCT = {"product_id", "product_name", "brand", "category", "subcategory", "list_price"}


@dataclass(frozen=True)
class Base:
    """``of`` a column of ``fact``, summed, averaged or counted once each; ``finer`` by product."""

    fact: str
    how: str  # sum, mean, nunique
    of: str
    keep: Callable[[Frame], Any] | None = None
    finer: str = ""


BASES = {
    "gmv": Base("paid", "sum", "pay_amount", finer="item_sales"),
    "order_count": Base("paid", "nunique", "order_id", finer="product_orders"),
    "buyer_count": Base("paid", "nunique", "user_id", finer="product_buyers"),
    "discount_total": Base("paid", "sum", "discount_amount", finer="beyond"),
    "original_sales": Base("paid", "sum", "order_amount", finer="item_sales"),
    "product_orders": Base("items", "nunique", "order_id"),
    "product_buyers": Base("items", "nunique", "user_id"),
    "units_sold": Base("items", "sum", "quantity"),
    "item_sales": Base("items", "sum", "item_amount"),
    "gross_profit": Base("items", "sum", "profit"),
    "refund_amount": Base("refunds", "sum", "refund_amount"),
    "refund_count": Base("refunds", "nunique", "refund_id"),
    "visitors": Base("events", "nunique", "visitor"),
    "page_views": Base(
        "events",
        "nunique",
        "event_id",
        lambda f: f.event_name.isin(["浏览首页", "浏览商品", "搜索"]),
    ),
    "active_users": Base("events", "nunique", "user_id"),
    "cart_users": Base("events", "nunique", "visitor", lambda f: f.event_name == "加购"),
    "paying_visitors": Base("events", "nunique", "visitor", lambda f: f.event_name == "支付成功"),
    "registrations": Base("users", "nunique", "user_id"),
    "review_count": Base("reviews", "nunique", "review_id"),
    "good_reviews": Base("reviews", "nunique", "review_id", lambda f: f.rating >= 4),
    "bad_reviews": Base("reviews", "nunique", "review_id", lambda f: f.rating <= 2),
    "avg_rating": Base("reviews", "mean", "rating"),
    "ad_cost": Base("ads", "sum", "cost"),
    "ad_clicks": Base("ads", "sum", "clicks"),
    "ad_impressions": Base("ads", "sum", "impressions"),
}
PARTS = {
    "arppu": ("/", "gmv", "buyer_count"),
    "aov": ("/", "gmv", "order_count"),
    "net_sales": ("-", "gmv", "refund_amount"),
    "refund_rate": ("/", "refund_amount", "gmv"),
    "gross_margin": ("/", "gross_profit", "item_sales"),
    "unit_price": ("/", "item_sales", "units_sold"),
    "items_per_order": ("/", "units_sold", "order_count"),
    "discount_rate": ("/", "discount_total", "original_sales"),
    "cart_rate": ("/", "cart_users", "visitors"),
    "pay_conversion": ("/", "paying_visitors", "visitors"),
    "good_rate": ("/", "good_reviews", "review_count"),
    "bad_rate": ("/", "bad_reviews", "review_count"),
    "ctr": ("/", "ad_clicks", "ad_impressions"),
    "cpc": ("/", "ad_cost", "ad_clicks"),
}


def facts(read: Callable[[str], Frame]) -> dict[str, Frame]:
    regions = read("regions")[["province", "region"]].drop_duplicates()
    users = read("users")[["user_id", "gender", "member_level", "city_tier", "register_channel"]]
    stores = read("stores")[["store_id", "store_name", "store_type"]]
    products = read("products")[[*sorted(PRODUCT)]]
    orders = read("orders").merge(regions, on="province", how="left")
    orders["city"] = orders.city.replace({"上海市": "上海", "Shanghai": "上海"})
    orders = orders.merge(users, on="user_id", how="left").merge(stores, on="store_id", how="left")
    wide = [*stores.columns[1:], *users.columns[1:], "user_id", "store_id", "province", "region"]
    wide = ["order_id", *wide, "city", "channel", "pay_time", "status"]
    paid = orders[orders.pay_time.notna() & (orders.status != "已取消")]
    items = read("order_items").merge(paid[wide], on="order_id")
    items["profit"] = items.item_amount - items.cost_amount
    refunds = read("refunds").rename(columns={"reason": "refund_reason"})
    refunds = refunds.merge(orders[wide], on="order_id", how="left")
    events = read("events").merge(users, on="user_id", how="left")
    events["visitor"] = events.user_id.fillna(-events.device_id)
    reviews = read("reviews").merge(users, on="user_id", how="left")
    reviews = reviews.merge(orders[[w for w in wide if w not in users]], on="order_id", how="left")
    ads = read("ad_spend")
    ads["channel"] = ads.ad_channel
    buyers = read("users").merge(regions, on="province", how="left")
    buyers["channel"] = buyers.register_channel
    wider = {"items": items, "refunds": refunds, "events": events, "reviews": reviews}
    wider = {k: v.merge(products, on="product_id", how="left") for k, v in wider.items()}
    return {
        "paid": paid.assign(time=paid.pay_time),
        "items": wider["items"].assign(time=wider["items"].pay_time),
        "refunds": wider["refunds"].assign(time=wider["refunds"].refund_time),
        "events": wider["events"].assign(time=wider["events"].event_time),
        "reviews": wider["reviews"].assign(time=wider["reviews"].review_time),
        "users": buyers.assign(time=pd.to_datetime(buyers.register_time)),
        "ads": ads.assign(time=pd.to_datetime(ads.spend_date)),
    }
