"""A group of eight hotels and serviced apartments, made up: a business that nothing in the code was written for.

Seeded, so the same rows every time: two years of reservations up to 2026-06-23, with stays that reach into
the summer after it. A reservation that finds the house full is cancelled, so nobody sleeps twice in a room.
It has the dirt of real systems: two spellings of a channel and of a city, reservations without a guest or an
amount, rates of zero (free nights), bills without a table, ratings missing, guests without sex or level.
Two things happened: one channel lost half its guests in the south in May 2026, and one kitchen closed for a week.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

START, END, HORIZON = date(2024, 6, 24), date(2026, 6, 23), date(2026, 8, 31)
TODAY = pd.Timestamp("2026-06-24")
DAYS = (END - START).days + 1
BOOKINGS, GUESTS = 66_000, 14_000

HOTELS = (
    ("外滩云栖酒店", "上海市", "华东", "酒店", 5, 46, "2016-05-01", 880),
    ("虹桥云栖酒店", "上海", "华东", "酒店", 4, 40, "2018-09-10", 520),
    ("西湖云栖酒店", "杭州", "华东", "酒店", 5, 38, "2017-03-18", 760),
    ("金鸡湖云栖公寓", "苏州", "华东", "服务式公寓", 4, 24, "2021-06-01", 430),
    ("春熙云栖酒店", "成都", "西南", "酒店", 4, 36, "2019-10-01", 460),
    ("解放碑云栖公寓", "重庆", "西南", "服务式公寓", 4, 22, "2022-04-15", 360),
    ("珠江新城云栖酒店", "广州", "华南", "酒店", 5, 34, "2018-12-12", 640),
    ("亚龙湾云栖酒店", "三亚", "华南", "酒店", 5, 44, "2024-11-01", 980),
)
ROOMS = (
    ("DK", "豪华大床房", "标准房", 1.0, 0.34),
    ("DT", "豪华双床房", "标准房", 1.02, 0.3),
    ("FM", "家庭房", "标准房", 1.3, 0.14),
    ("EX", "行政大床房", "行政房", 1.45, 0.12),
    ("ST", "江景套房", "套房", 2.1, 0.1),
)
CHANNELS = {
    "携程": 0.26,
    "Ctrip": 0.04,
    "飞猪": 0.16,
    "美团": 0.1,
    "官网": 0.08,
    "小程序": 0.12,
    "电话": 0.06,
    "前台": 0.06,
    "协议公司": 0.12,
}
COMPANIES = ("远航科技", "嘉禾咨询", "明德律所", "中汇贸易", "瑞康医药")
CAMPAIGNS = (
    ("暑期亲子季", "套餐", "2024-07-01", "2024-08-31", 120_000),
    ("会员节", "折扣", "2025-04-18", "2025-04-24", 60_000),
    ("暑期亲子季二", "套餐", "2025-07-01", "2025-08-31", 150_000),
    ("周年庆", "折扣", "2025-11-05", "2025-11-15", 80_000),
    ("早鸟特惠", "预售", "2026-03-01", "2026-04-15", 50_000),
    ("会员节二", "折扣", "2026-04-17", "2026-04-23", 70_000),
)
OUTLETS = ("云上中餐厅", "西餐厅", "大堂吧", "客房送餐")
MEALS = {"早餐": 8, "午餐": 12, "晚餐": 18, "夜宵": 22}
SAYS = {
    1: ("隔音太差，一晚上没睡好", "房间有异味，卫生间很脏", "前台办入住等了一个小时，态度也差"),
    2: ("空调不制冷，叫了维修没人来", "早餐种类太少，价格还贵", "隔音不好，走廊很吵"),
    3: ("位置不错，设施有点旧", "中规中矩，早餐一般", "房间偏小，服务还行"),
    4: ("位置很好，离地铁近", "房间干净，前台热情", "早餐丰富，性价比不错"),
    5: ("服务非常贴心，下次还来", "房间干净舒适，江景很美", "前台小姐姐热情，免费升级了房型"),
}


def write(path: Path) -> Path:
    """Write the database to ``path`` (replaced if there) and return it."""
    path.unlink(missing_ok=True)
    rng = np.random.default_rng(20260624)
    frames = _lists() | {"guests": _guests(rng)}
    bookings = _bookings(rng, frames["guests"])
    frames |= {"bookings": bookings, "room_nights": _nights(rng, bookings)}
    frames |= {"fnb_bills": _bills(rng), "reviews": _reviews(rng, bookings)} | _daily(rng)
    with duckdb.connect(str(path)) as db:
        for name, frame in frames.items():
            db.register("frame", frame)
            db.execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
            db.unregister("frame")
    return path


def _at(offsets: Any) -> pd.DatetimeIndex:
    """The days so many days after the first."""
    return pd.DatetimeIndex(pd.Timestamp(START) + pd.to_timedelta(offsets, unit="D"))


def _pick(rng: np.random.Generator, n: int, shares: Mapping[Any, float]) -> Any:
    """``n`` of the keys, by share; None is a hole."""
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), n, p=list(shares.values()))]


def _lists() -> dict[str, pd.DataFrame]:
    hotels = pd.DataFrame(
        [row[:7] for row in HOTELS],
        columns=["hotel_name", "city", "region", "kind", "stars", "rooms", "opened_on"],
    )
    hotels.insert(0, "hotel_id", [f"H{i + 1:02}" for i in range(len(HOTELS))])
    hotels["opened_on"] = pd.to_datetime(hotels["opened_on"])
    rooms = pd.DataFrame([row[:3] for row in ROOMS], columns=["room_code", "room_name", "class"])
    campaigns = pd.DataFrame(CAMPAIGNS, columns=["title", "kind", "starts", "ends", "budget"])
    campaigns.insert(0, "campaign_id", range(1, len(CAMPAIGNS) + 1))
    for column in ("starts", "ends"):
        campaigns[column] = pd.to_datetime(campaigns[column])
    return {"hotels": hotels, "room_types": rooms, "campaigns": campaigns}


def _guests(rng: np.random.Generator) -> pd.DataFrame:
    n = GUESTS
    level = _pick(rng, n, {None: 0.42, "银卡": 0.34, "金卡": 0.15, "白金卡": 0.06, "钻石卡": 0.03})
    joined = _at(np.sort((DAYS * rng.random(n) ** 0.8).astype(int)))
    homes = {"上海": 0.22, "浙江": 0.18, "江苏": 0.15, "广东": 0.18, "四川": 0.1, "北京": 0.12}
    return pd.DataFrame(
        {
            "guest_no": [f"G{i:05}" for i in range(n)],
            "gname": [f"客人{i}" for i in range(n)],
            "mobile": [f"138{i:08}" if i % 40 else None for i in range(n)],
            "sex": _pick(rng, n, {"M": 0.53, "F": 0.44, None: 0.03}),
            "birth_year": np.where(rng.random(n) < 0.01, 1900, rng.integers(1950, 2007, n)),
            "level": level,
            "home": _pick(rng, n, {**homes, None: 0.05}),
            "joined_at": pd.Series(joined).where(pd.Series(level).notna()),
            "join_from": _pick(rng, n, {"小程序": 0.5, "前台": 0.35, "官网": 0.15}),
        }
    )


def _bookings(rng: np.random.Generator, guests: pd.DataFrame) -> pd.DataFrame:
    """Who asked for which room when; the nights are summed up by ``_nights``."""
    n = BOOKINGS
    share = np.array([row[5] for row in HOTELS], dtype=float)
    flat = np.array([row[3] == "服务式公寓" for row in HOTELS])
    share[flat] /= 2.4
    hotel = rng.choice(len(HOTELS), n, p=share / share.sum())
    span = (HORIZON - START).days + 1
    dates = pd.date_range(START, HORIZON)
    season = np.where(np.isin(dates.month, (7, 8, 10)), 1.25, 1.0) * np.linspace(0.85, 1.15, span)
    weight = season * np.where(dates.day_of_week.isin((4, 5)), 1.35, 1.0)
    arrive = rng.choice(span, n, p=weight / weight.sum())
    lead = np.minimum(rng.geometric(0.09, n) - 1, 120)
    booked = _at(arrive - lead)
    check_in = _at(arrive)
    nights = 1 + rng.geometric(0.52, n) - 1
    nights = np.where(flat[hotel], nights + rng.integers(1, 9, n), nights)
    nights[rng.random(n) < 0.01] = 0
    room = rng.choice(len(ROOMS), n, p=[row[4] for row in ROOMS])
    channel = _pick(rng, n, CHANNELS)
    rooms = rng.choice([1, 2, 3], n, p=[0.88, 0.09, 0.03])
    price = np.array([row[7] for row in HOTELS])[hotel] * np.array([row[3] for row in ROOMS])[room]
    price = price * np.where(np.isin(check_in.month, (7, 8, 10)), 1.2, 1.0)
    price = price * np.where(channel == "协议公司", 0.82, 1.0) * rng.uniform(0.85, 1.2, n)
    ran = [(pd.Timestamp(c[2]), pd.Timestamp(c[3])) for c in CAMPAIGNS]
    campaign = np.full(n, np.nan)
    for number, (first, last) in enumerate(ran, 1):
        campaign[(booked >= first) & (booked <= last) & (rng.random(n) < 0.25)] = number
    guest = guests["guest_no"].to_numpy()[(GUESTS * rng.random(n) ** 1.7).astype(int)]
    frame = pd.DataFrame(
        {
            "guest_no": np.where(rng.random(n) < 0.008, None, guest),
            "hotel_id": [f"H{i + 1:02}" for i in hotel],
            "room_code": np.array([row[0] for row in ROOMS])[room],
            "channel": channel,
            "company": pd.Series(rng.choice(COMPANIES, n)).where(channel == "协议公司"),
            "booked_at": booked + pd.to_timedelta(rng.integers(0, 1440, n), unit="min"),
            "check_in": check_in,
            "check_out": check_in + pd.to_timedelta(nights, unit="D"),
            "rooms": rooms,
            "rate": price.round(0),
            "campaign_id": pd.Series(campaign).astype("Int64"),
        }
    )
    opened = frame["hotel_id"].ne("H08") | (check_in >= pd.Timestamp("2024-11-01"))
    south = frame["hotel_id"].isin(["H07", "H08"]) & frame["channel"].eq("飞猪")
    lost = south & check_in.to_period("M").astype(str).__eq__("2026-05") & (rng.random(n) < 0.5)
    frame = frame[opened & ~lost & (frame["booked_at"] < TODAY)]
    return _fates(rng, frame.sort_values("booked_at", ignore_index=True))


def _fates(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """What became of each reservation: first come, first housed."""
    n = len(frame)
    days = (frame["check_out"] - frame["check_in"]).dt.days
    left = {(f"H{i + 1:02}"): np.full(1000, row[5] - 2) for i, row in enumerate(HOTELS)}
    first = (frame["check_in"] - pd.Timestamp(START)).dt.days
    early = (frame["check_in"] - frame["booked_at"].dt.normalize()).dt.days
    gone = rng.random(n) < 0.09 + 0.003 * np.minimum(early, 40)
    absent = ~gone & (rng.random(n) < 0.02)
    full = np.zeros(n, dtype=bool)
    houses = zip(frame["hotel_id"], first, days, frame["rooms"], gone | absent, strict=True)
    for i, (hotel, day, length, rooms, away) in enumerate(houses):
        free = left[hotel][day : day + length]
        if not away and length:
            full[i] = free.min() < rooms
            free -= 0 if full[i] else rooms
    arrived, past = frame["check_in"] < TODAY, frame["check_out"] < TODAY
    status = np.select(
        [gone | full, absent & arrived, past, arrived],
        ["已取消", "未到", "已离店", "在住"],
        default="已确认",
    )
    why = _pick(rng, n, {"行程变更": 0.5, "价格": 0.2, "重复预订": 0.1, None: 0.2})
    frame.insert(0, "booking_no", [f"R{i:06}" for i in range(n)])
    frame["nights"] = days
    frame["status"] = status
    frame["cancel_reason"] = pd.Series(np.where(full, "满房", why)).where(status == "已取消")
    money = frame["rate"] * frame["rooms"] * np.maximum(days, 0.5)
    frame["amount"] = money.round(2).where(rng.random(n) > 0.004)
    return frame.drop(columns="rate")


def _nights(rng: np.random.Generator, bookings: pd.DataFrame) -> pd.DataFrame:
    """One row a room and night slept in, up to last night."""
    slept = bookings[bookings["status"].isin(["已离店", "在住"]) & (bookings["nights"] > 0)]
    slept = slept.loc[slept.index.repeat(slept["nights"])]
    turn = slept.groupby(level=0).cumcount()
    slept = slept.assign(stay_on=slept["check_in"] + pd.to_timedelta(turn, unit="D"))
    slept = slept[slept["stay_on"] < TODAY]
    slept = slept.reset_index(drop=True).pipe(lambda f: f.loc[f.index.repeat(f["rooms"])])
    each = (slept["amount"] / slept["nights"] / slept["rooms"]).fillna(0)
    weekend = np.where(slept["stay_on"].dt.day_of_week.isin((4, 5)), 1.08, 0.98)
    free = rng.random(len(slept)) < 0.006
    return pd.DataFrame(
        {
            "night_id": np.arange(len(slept)) + 1,
            "booking_no": slept["booking_no"].to_numpy(),
            "stay_on": slept["stay_on"].to_numpy(),
            "rate": np.where(free, 0.0, (each * weekend).round(2)),
        }
    )


def _bills(rng: np.random.Generator) -> pd.DataFrame:
    n = 30_000
    day = np.sort(rng.integers(0, DAYS, n))
    hotel = rng.choice(len(HOTELS), n, p=[0.2, 0.13, 0.17, 0.05, 0.13, 0.04, 0.14, 0.14])
    meal = rng.choice(list(MEALS), n, p=[0.2, 0.3, 0.42, 0.08])
    hour = np.array([MEALS[m] for m in meal])
    covers = rng.integers(1, 9, n)
    frame = pd.DataFrame(
        {
            "bill_no": [f"F{i:06}" for i in range(n)],
            "hotel_id": [f"H{i + 1:02}" for i in hotel],
            "guest_no": pd.Series([f"G{i:05}" for i in rng.integers(0, GUESTS, n)]).where(rng.random(n) < 0.45),
            "outlet": rng.choice(OUTLETS, n, p=[0.42, 0.3, 0.18, 0.1]),
            "meal": meal,
            "billed_at": _at(day) + pd.to_timedelta(hour * 60 + rng.integers(0, 100, n), unit="min"),
            "covers": pd.Series(covers).where(rng.random(n) > 0.02).astype("Int64"),
            "amount": np.round(covers * rng.lognormal(4.6, 0.35, n), 2),
            "to_room": (rng.random(n) < 0.35).astype(int),
        }
    )  # fmt: skip
    billed = frame["billed_at"]
    shut = frame["hotel_id"].eq("H03") & (billed >= "2026-03-09") & (billed < "2026-03-16")
    opened = frame["hotel_id"].ne("H08") | (billed >= "2024-11-01")
    return frame[opened & ~(shut & frame["outlet"].eq("云上中餐厅"))].reset_index(drop=True)


def _reviews(rng: np.random.Generator, bookings: pd.DataFrame) -> pd.DataFrame:
    left = bookings[bookings["status"].eq("已离店") & (bookings["check_out"] < TODAY)]
    told = left[rng.random(len(left)) < 0.22]
    n = len(told)
    stars = rng.choice([1, 2, 3, 4, 5], n, p=[0.04, 0.06, 0.12, 0.33, 0.45])
    stars = np.where(told["hotel_id"].eq("H05") & (rng.random(n) < 0.1), 2, stars)
    written = told["check_out"] + pd.to_timedelta(rng.integers(9 * 60, 60 * 60, n), unit="min")
    frame = pd.DataFrame(
        {
            "review_id": np.arange(n) + 1,
            "booking_no": told["booking_no"].to_numpy(),
            "written_at": written.to_numpy(),
            "site": rng.choice(["携程", "美团", "大众点评", "小程序"], n, p=[0.45, 0.25, 0.2, 0.1]),
            "stars": pd.Series(stars).where(rng.random(n) > 0.02).astype("Int64"),
            "content": [SAYS[s][k % len(SAYS[s])] for s, k in zip(stars, rng.integers(0, 60, n), strict=True)],
            "replied_at": pd.Series(written.to_numpy() + np.timedelta64(1, "D")).where(rng.random(n) < 0.7),
        }
    )  # fmt: skip
    return frame[frame["written_at"] < TODAY]


def _daily(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The rooms of every day, and the goals of every month and year."""
    hotels = [f"H{i + 1:02}" for i in range(len(HOTELS))]
    rooms = pd.MultiIndex.from_product(
        [pd.date_range(START, END), hotels], names=["day", "hotel_id"]
    ).to_frame(index=False)
    rooms["total"] = rooms["hotel_id"].map(
        {h: row[5] for h, row in zip(hotels, HOTELS, strict=True)}
    )
    rooms["broken"] = rng.binomial(2, 0.4, len(rooms))
    rooms = rooms[rooms["hotel_id"].ne("H08") | (rooms["day"] >= "2024-11-01")]
    goals = pd.MultiIndex.from_product(
        [pd.date_range("2024-07-01", "2026-12-01", freq="MS"), hotels], names=["month", "hotel_id"]
    ).to_frame(index=False)
    size = {h: row[5] * row[7] * 30 * 0.78 for h, row in zip(hotels, HOTELS, strict=True)}
    goals["revenue"] = goals["hotel_id"].map(size).round(-3)
    goals["nights"] = goals["hotel_id"].map(
        {h: round(row[5] * 21.5) for h, row in zip(hotels, HOTELS, strict=True)}
    )
    yearly = pd.MultiIndex.from_product([[2025, 2026], hotels], names=["year", "hotel_id"])
    years = yearly.to_frame(index=False)
    years["year_on"] = pd.to_datetime(years["year"].astype(str) + "-01-01")
    years["revenue"] = years["hotel_id"].map(size).mul(12).round(-4)
    return {"room_days": rooms, "goals": goals, "year_goals": years.drop(columns="year")}
