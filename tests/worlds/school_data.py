"""An online school, made up: a third business that nothing in the code was written for.

Seeded, so the same rows every time: 3,000 students, 6,000 orders, two years up to 2026-06-23. Some orders are
unpaid, some dropped; some students have no city; homework that was not handed in has no score.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

START, END = date(2024, 6, 24), date(2026, 6, 23)
DAYS = (END - START).days + 1
STUDENTS, ORDERS, LESSONS, HOMEWORK = 3_000, 6_000, 24_000, 12_000
COURSES = (
    ("Python入门", "编程", 1280),
    ("少儿编程", "编程", 2400),
    ("雅思冲刺", "英语", 5600),
    ("自然拼读", "英语", 1980),
    ("奥数思维", "数学", 2600),
    ("中考数学", "数学", 3200),
    ("大语文", "语文", 1800),
    ("水彩体验", "美术", 29),
)
TEACHERS = (
    ("林知远", "英语组"),
    ("周慕白", "编程组"),
    ("沈听澜", "数学组"),
    ("许嘉言", "语文组"),
    ("江临川", "编程组"),
    ("叶清和", "美术组"),
)


def write(path: Path) -> Path:
    """Write the database to ``path`` (replaced if there) and return it."""
    path.unlink(missing_ok=True)
    rng = np.random.default_rng(20260625)
    people = _students(rng)
    classes = _classes(rng)
    orders = _orders(rng, len(classes))
    frames = {
        "students": people,
        "courses": _named(COURSES, "course_id", ["course_name", "subject", "price"]),
        "teachers": _named(TEACHERS, "teacher_id", ["teacher_name", "team"]),
        "classes": classes,
        "orders": orders,
        **_study(rng, orders),
    }
    with duckdb.connect(str(path)) as db:
        for name, frame in frames.items():
            db.register("frame", frame)
            db.execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
            db.unregister("frame")
    return path


def _named(rows: tuple[tuple[object, ...], ...], key: str, columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, key, range(1, len(rows) + 1))
    return frame


def _moments(rng: np.random.Generator, n: int) -> pd.DatetimeIndex:
    day = np.sort(rng.integers(0, DAYS, n))
    return (
        pd.DatetimeIndex(pd.Timestamp(START) + pd.to_timedelta(day, unit="D"))
        + pd.to_timedelta(rng.integers(8 * 60, 22 * 60, n), unit="min")
    )  # fmt: skip


def _students(rng: np.random.Generator) -> pd.DataFrame:
    n = STUDENTS
    cities = np.array(["上海", "成都", "武汉", "西安", None], dtype=object)
    towns = np.array(["绵阳", "襄阳", "宝鸡", "上海"], dtype=object)
    return pd.DataFrame(
        {
            "student_id": [f"S{i:05}" for i in range(n)],
            "grade": rng.choice(["小学", "初中", "高中", "成人"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "city": cities[rng.choice(5, n, p=[0.35, 0.25, 0.2, 0.15, 0.05])],
            "hometown": towns[rng.integers(0, 4, n)],
            "age": rng.integers(7, 40, n),
            "origin": rng.choice(["地推", "老带新", "抖音", "公众号"], n),
            "joined_at": _moments(rng, n),
            "last_login": pd.Timestamp(END) - pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
        }
    )


def _classes(rng: np.random.Generator) -> pd.DataFrame:
    n = 24
    return pd.DataFrame(
        {
            "class_id": range(1, n + 1),
            "class_name": [f"{COURSES[i % 8][0]}{'ABC'[i // 8]}班" for i in range(n)],
            "course_id": [i % 8 + 1 for i in range(n)],
            "teacher_id": [i % 6 + 1 for i in range(n)],
            "mode": np.where(rng.random(n) < 0.7, "直播", "录播"),
            "seats": rng.integers(20, 60, n),
            "opened_on": pd.Timestamp("2024-06-24")
            + pd.to_timedelta(rng.integers(0, 600, n), unit="D"),
        }
    )


def _orders(rng: np.random.Generator, classes: int) -> pd.DataFrame:
    n = ORDERS
    klass = rng.integers(1, classes + 1, n)
    price = np.array([COURSES[(k - 1) % 8][2] for k in klass])
    return pd.DataFrame(
        {
            "order_id": [f"B{i:05}" for i in range(n)],
            "student_id": [f"S{i:05}" for i in (STUDENTS * rng.random(n) ** 1.5).astype(int)],
            "class_id": klass,
            "paid_at": _moments(rng, n),
            "paid": (price * rng.uniform(0.7, 1.0, n)).round(2),
            "order_state": rng.choice(["已支付", "已退课", "未支付"], n, p=[0.85, 0.09, 0.06]),
            "channel": rng.choice(["小程序", "官网", "顾问"], n, p=[0.5, 0.3, 0.2]),
            "is_renewal": rng.random(n) < 0.3,
        }
    )


def _study(rng: np.random.Generator, orders: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Lessons and homework of those who signed up."""
    taken = orders.iloc[rng.integers(0, len(orders), LESSONS)]
    lessons = pd.DataFrame(
        {
            "lesson_id": np.arange(LESSONS) + 1,
            "student_id": taken["student_id"].to_numpy(),
            "class_id": taken["class_id"].to_numpy(),
            "lesson_at": _moments(rng, LESSONS),
            "minutes": rng.integers(5, 90, LESSONS),
            "device": rng.choice(["手机", "平板", "电脑"], LESSONS),
            "attended": rng.random(LESSONS) < 0.8,
        }
    )
    given = orders.iloc[rng.integers(0, len(orders), HOMEWORK)]
    state = rng.choice(["已交", "迟交", "未交"], HOMEWORK, p=[0.7, 0.12, 0.18])
    homework = pd.DataFrame(
        {
            "homework_id": np.arange(HOMEWORK) + 1,
            "student_id": given["student_id"].to_numpy(),
            "class_id": given["class_id"].to_numpy(),
            "due_at": _moments(rng, HOMEWORK),
            "homework_state": state,
            "score": pd.Series(rng.integers(40, 101, HOMEWORK)).where(state != "未交"),
        }
    )
    return {"lessons": lessons, "homework": homework}
