"""A chain of six clinics, made up: the data of a business that nothing in the code was written for.

Seeded, so the same rows every time: 20,000 registrations in two years up to 2026-06-23. It has the dirt
of real systems: two spellings of a city, registrations without a patient, negative waits, surveys
without a score, patients without insurance or sex, refunds as negative payments, a drug without a class.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

START, END = date(2024, 6, 24), date(2026, 6, 23)
DAYS = (END - START).days + 1
VISITS, PATIENTS = 20_000, 6_000

CLINICS = (
    ("城东院区", "杭州", "2018-03-01", 22),
    ("滨江院区", "杭州市", "2021-09-15", 12),
    ("天一院区", "宁波", "2019-06-01", 14),
    ("鄞州院区", "宁波", "2024-10-08", 8),
    ("园区院区", "苏州", "2020-05-20", 16),
    ("姑苏院区", "苏州", "2022-11-11", 9),
)
DEPTS = (
    ("D01", "内科", "内科系"),
    ("D02", "儿科", "内科系"),
    ("D03", "中医科", "内科系"),
    ("D04", "外科", "外科系"),
    ("D05", "口腔科", "外科系"),
    ("D06", "眼科", "外科系"),
    ("D07", "妇科", "专科系"),
    ("D08", "皮肤科", "专科系"),
)
DIAGNOSES = (
    ("上呼吸道感染", "高血压", "糖尿病", "胃炎", "支气管炎"),
    ("上呼吸道感染", "支气管炎", "手足口病", "过敏性鼻炎"),
    ("失眠", "颈椎病", "月经不调", "胃炎"),
    ("骨折", "腰肌劳损", "颈椎病"),
    ("龋齿", "牙周炎", "智齿冠周炎"),
    ("近视", "干眼症", "结膜炎"),
    ("月经不调", "阴道炎"),
    ("湿疹", "痤疮", "荨麻疹"),
)
DOCTORS = (
    "陆静宜",
    "宋怀远",
    "梁书敏",
    "贺子谦",
    "唐若兰",
    "韩柏川",
    "程雨晴",
    "丁一凡",
    "苏明哲",
    "罗佩仪",
    "薛景行",
    "方慧中",
    "顾清妍",
    "邹立群",
    "崔文彬",
    "潘思源",
    "姚若曦",
    "谭嘉树",
    "廖知秋",
    "范晓彤",
    "石磊",
    "金美琪",
    "尹正阳",
    "黎婉如",
    "易天佑",
    "常欣怡",
    "武建章",
    "乔安然",
    "赖国栋",
    "龚雪梅",
    "文思齐",
    "庞海涛",
    "樊素心",
    "兰婷",
    "殷志远",
    "施雅文",
)
TITLES = ("住院医师", "主治医师", "主治医师", "副主任医师", "主任医师")
DRUGS = (
    ("阿莫西林胶囊", "西药", "康元制药", 18.5, 1),
    ("头孢克肟片", "西药", "康元制药", 32.0, 1),
    ("布洛芬缓释胶囊", "西药", "和泽药业", 22.8, 0),
    ("奥美拉唑肠溶胶囊", "西药", "和泽药业", 26.0, 0),
    ("氯雷他定片", "西药", "东衡医药", 19.9, 0),
    ("蒙脱石散", "西药", "东衡医药", 15.6, 0),
    ("硝苯地平控释片", "西药", "康元制药", 35.4, 0),
    ("二甲双胍片", "西药", "和泽药业", 12.9, 0),
    ("阿托伐他汀钙片", "西药", "康元制药", 48.0, 0),
    ("左氧氟沙星滴眼液", "西药", "明澈药业", 24.5, 1),
    ("玻璃酸钠滴眼液", "西药", "明澈药业", 39.0, 0),
    ("莫匹罗星软膏", "西药", "东衡医药", 21.0, 1),
    ("连花清瘟胶囊", "中成药", "百草堂", 28.0, 0),
    ("板蓝根颗粒", "中成药", "百草堂", 14.0, 0),
    ("六味地黄丸", "中成药", "百草堂", 33.0, 0),
    ("逍遥丸", "中成药", "百草堂", 25.0, 0),
    ("黄芪", "中药饮片", "杏林饮片", 45.0, 0),
    ("当归", "中药饮片", "杏林饮片", 58.0, 0),
    ("党参", "中药饮片", "杏林饮片", 66.0, 0),
    ("甘草", "中药饮片", "杏林饮片", 21.0, 0),
    ("无菌纱布", "耗材", "洁安器械", 6.5, 0),
    ("一次性注射器", "耗材", "洁安器械", 2.5, 0),
    ("医用口罩", "耗材", "洁安器械", 9.9, 0),
    ("牙科树脂", None, "洁安器械", 120.0, 0),
)
WARDS = ("日间病区", "留观病区")


def write(path: Path) -> Path:
    """Write the database to ``path`` (replaced if there) and return it."""
    path.unlink(missing_ok=True)
    rng = np.random.default_rng(20260624)
    people = _people(rng)
    visits = _visits(rng, people["doctors"], people["patients"])
    frames = {**_lists(), **people, "visits": visits}
    frames |= _money(rng, visits) | _surveys(rng, visits) | _daily(rng)
    with duckdb.connect(str(path)) as db:
        for name, frame in frames.items():
            db.register("frame", frame)
            db.execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
            db.unregister("frame")
    return path


def _days(offsets: Any) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.Timestamp(START) + pd.to_timedelta(offsets, unit="D"))


def _pick(rng: np.random.Generator, n: int, shares: dict[str | None, float]) -> Any:
    """``n`` of the keys, by share; None is a hole."""
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), n, p=list(shares.values()))]


def _lists() -> dict[str, pd.DataFrame]:
    clinics = pd.DataFrame(CLINICS, columns=["clinic_name", "city", "opened_on", "rooms"])
    clinics.insert(0, "clinic_id", range(1, len(CLINICS) + 1))
    clinics["opened_on"] = pd.to_datetime(clinics["opened_on"])
    drugs = pd.DataFrame(
        DRUGS, columns=["drug_name", "drug_class", "maker", "list_price", "is_antibiotic"]
    )
    drugs.insert(0, "drug_code", [f"Y{i:03}" for i in range(len(DRUGS))])
    depts = pd.DataFrame(DEPTS, columns=["dept_code", "dept_name", "dept_class"])
    return {"dim_clinic": clinics, "dim_dept": depts, "dim_drug": drugs}


def _people(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    n = len(DOCTORS)
    doctors = pd.DataFrame(
        {
            "doc_no": [f"W{i:03}" for i in range(n)],
            "doc_name": DOCTORS,
            "title": [TITLES[i % len(TITLES)] for i in range(n)],
            "dept_code": [DEPTS[i % len(DEPTS)][0] for i in range(n)],
            "hired_on": pd.to_datetime("2016-01-04")
            + pd.to_timedelta(rng.integers(0, 3500, n), unit="D"),
        }
    )
    n = PATIENTS
    patients = pd.DataFrame(
        {
            "patient_no": [f"P{i:05}" for i in range(n)],
            "pname": [f"患者{i}" for i in range(n)],
            "mobile": [f"139{i:08}" if i % 50 else None for i in range(n)],
            "sex": _pick(rng, n, {"M": 0.44, "F": 0.54, None: 0.02}),
            "birth_year": rng.integers(1940, 2025, n),
            "insurance": _pick(
                rng, n, {"城镇职工": 0.45, "城乡居民": 0.3, "商业保险": 0.08, None: 0.17}
            ),
            "origin": _pick(
                rng,
                n,
                {"公众号": 0.3, "朋友介绍": 0.25, "路过": 0.2, "企业体检": 0.15, "短视频": 0.1},
            ),
            "home_city": _pick(
                rng,
                n,
                {"杭州": 0.3, "宁波": 0.25, "苏州": 0.25, "绍兴": 0.1, "无锡": 0.07, None: 0.03},
            ),
            "is_chronic": (rng.random(n) < 0.18).astype(int),
            "filed_at": _days(np.sort((DAYS * rng.random(n) ** 0.8).astype(int)))
            + pd.to_timedelta(rng.integers(8 * 60, 18 * 60, n), unit="min"),
        }
    )
    return {"doctors": doctors, "patients": patients}


def _visits(
    rng: np.random.Generator, doctors: pd.DataFrame, patients: pd.DataFrame
) -> pd.DataFrame:
    n = VISITS
    dates = pd.date_range(START, END)
    flu = np.where(np.isin(dates.month, (12, 1, 2)), 1.35, 1.0)
    weight = flu * np.where(dates.day_of_week >= 5, 1.3, 1.0) * np.linspace(0.8, 1.25, DAYS)
    day = np.sort(rng.choice(DAYS, n, p=weight / weight.sum()))
    registered = _days(day) + pd.to_timedelta(rng.integers(8 * 60, 17 * 60, n), unit="min")
    clinic = rng.choice(6, n, p=[0.28, 0.16, 0.18, 0.08, 0.19, 0.11]) + 1
    clinic[(clinic == 4) & (registered < pd.Timestamp("2024-10-08"))] = 3
    doctor = rng.integers(0, len(doctors), n)
    status = rng.choice(["已就诊", "已取消", "爽约"], n, p=[0.86, 0.08, 0.06])
    status[(day == DAYS - 1) & (rng.random(n) < 0.1)] = "候诊中"
    wait = np.maximum(rng.gamma(3, 9, n) + (clinic == 1) * 8, 1).round()
    wait[rng.random(n) < 0.003] = -1
    seen = registered + pd.to_timedelta(np.maximum(wait, 1), unit="min")
    patient = patients["patient_no"].to_numpy()[(PATIENTS * rng.random(n) ** 1.6).astype(int)]
    dept = doctor % len(DEPTS)
    sickness = [
        DIAGNOSES[d][k % len(DIAGNOSES[d])]
        for d, k in zip(dept, rng.integers(0, 60, n), strict=True)
    ]
    return pd.DataFrame(
        {
            "visit_no": [f"V{i:06}" for i in range(n)],
            "patient_no": np.where(rng.random(n) < 0.005, None, patient),
            "doc_no": doctors["doc_no"].to_numpy()[doctor],
            "clinic_id": clinic,
            "register_at": registered,
            "seen_at": pd.Series(seen).where(status == "已就诊"),
            "visit_type": np.where(rng.random(n) < 0.42, "初诊", "复诊"),
            "channel": rng.choice(["公众号", "电话", "现场", "美团"], n, p=[0.4, 0.15, 0.3, 0.15]),
            "visit_status": status,
            "is_urgent": (rng.random(n) < 0.06).astype(int),
            "wait_min": pd.Series(wait).where(status == "已就诊"),
            "diagnosis": pd.Series(sickness).where((status == "已就诊") & (rng.random(n) > 0.02)),
        }
    )


def _money(rng: np.random.Generator, visits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Prescriptions of 1–4 lines for most visits, and 1–3 payments each, some refunded later."""
    seen = visits[visits["visit_status"] == "已就诊"]
    rx = seen[rng.random(len(seen)) < 0.7]
    rx = rx.loc[rx.index.repeat(rng.integers(1, 5, len(rx)))]
    drug = rng.integers(0, len(DRUGS), len(rx))
    qty = rng.integers(1, 5, len(rx))
    price = np.array([d[3] for d in DRUGS])[drug]
    lines = pd.DataFrame(
        {
            "rx_id": np.arange(len(rx)) + 1,
            "visit_no": rx["visit_no"].to_numpy(),
            "drug_code": [f"Y{i:03}" for i in drug],
            "qty": qty,
            "amount": (qty * price).round(2),
            "rx_at": rx["seen_at"].to_numpy() + np.timedelta64(10, "m"),
        }
    )
    paid = seen.loc[seen.index.repeat(rng.integers(1, 4, len(seen)))]
    n = len(paid)
    amount = np.round(rng.lognormal(4.6, 0.7, n), 2)
    way = rng.choice(
        ["微信", "支付宝", "医保卡", "现金", "银行卡"], n, p=[0.4, 0.2, 0.28, 0.06, 0.06]
    )
    payments = pd.DataFrame(
        {
            "visit_no": paid["visit_no"].to_numpy(),
            "paid_at": paid["seen_at"].to_numpy() + np.timedelta64(25, "m"),
            "fee_type": rng.choice(["诊疗费", "检查费", "药费", "治疗费"], n),
            "pay_way": way,
            "amount": amount,
            "insurer_paid": np.where(way == "医保卡", np.round(amount * 0.7, 2), 0.0),
        }
    )
    back = payments[rng.random(n) < 0.02].copy()
    back["amount"] = -back["amount"]
    back["insurer_paid"] = 0.0
    late = back["paid_at"] + pd.Timedelta(days=2)
    back["paid_at"] = late.where(late < pd.Timestamp(END), pd.Timestamp(END))
    payments = pd.concat([payments, back], ignore_index=True)
    payments.insert(0, "pay_no", np.arange(len(payments)) + 1)
    return {"rx": lines, "payments": payments}


def _surveys(rng: np.random.Generator, visits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    seen = visits[visits["visit_status"] == "已就诊"]
    asked = seen[rng.random(len(seen)) < 0.35]
    n = len(asked)
    score = rng.choice([1, 2, 3, 4, 5], n, p=[0.03, 0.06, 0.14, 0.32, 0.45]).astype(float)
    score = np.where(rng.random(n) < 0.04, np.nan, score)
    says = np.array(["等太久", "态度不好", "一般", "挺好", "医生很耐心"])
    called = pd.DatetimeIndex(asked["seen_at"]).normalize() + pd.Timedelta(hours=34)
    frame = pd.DataFrame(
        {
            "survey_id": np.arange(n) + 1,
            "visit_no": asked["visit_no"].to_numpy(),
            "called_at": called,
            "score": pd.Series(score).astype("Int64"),
            "comment": says[np.nan_to_num(score, nan=3).astype(int) - 1],
            "is_complaint": ((score <= 2) & (rng.random(n) < 0.4)).astype(int),
        }
    )
    return {"surveys": frame[frame["called_at"] < pd.Timestamp(END + timedelta(days=1))]}


def _daily(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The two snapshots of every day, and the goals of every month."""
    days = pd.date_range(START, END)
    beds = pd.MultiIndex.from_product(
        [days, range(1, 7), WARDS], names=["day", "clinic_id", "ward"]
    ).to_frame(index=False)
    beds["opened"] = 6 + beds["clinic_id"] % 3 * 2
    beds["used"] = (beds["opened"] * rng.uniform(0.4, 1.0, len(beds))).round().astype(int)
    stock = pd.MultiIndex.from_product(
        [days, range(1, 7), [f"Y{i:03}" for i in range(len(DRUGS))]],
        names=["day", "clinic_id", "drug_code"],
    ).to_frame(index=False)
    stock["qty"] = rng.integers(0, 200, len(stock))
    stock["safety"] = 15
    stock["cost"] = 0.6 * np.tile([d[3] for d in DRUGS], len(days) * 6)
    goals = pd.MultiIndex.from_product(
        [pd.date_range("2024-07-01", "2026-12-01", freq="MS"), range(1, 7)],
        names=["month", "clinic_id"],
    ).to_frame(index=False)
    share = np.array([0.28, 0.16, 0.18, 0.08, 0.19, 0.11])[goals["clinic_id"] - 1]
    goals["goal_amount"] = (190_000 * share).round(-2)
    goals["goal_visits"] = (760 * share).round().astype(int)
    return {"bed_daily": beds, "stock_daily": stock, "goals": goals}
