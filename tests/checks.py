"""Questions to the demo business, each with the SQL that a person would write for it by hand.

The second column never looks at the first: it names physical tables, and repeats itself rather than
share a trick with the compiler. ``test_checks_sql.py`` runs both and compares the rows.
"""

from __future__ import annotations

from datetime import date

from semantic_layer.query import (
    Agg,
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    DetailQuery,
    Formula,
    Grain,
    Group,
    Having,
    HavingChange,
    Members,
    MetricQuery,
    MetricRef,
    Not,
    Op,
    Or,
    Order,
    Period,
    PerUnit,
    Rollup,
    Scalar,
    Scope,
    Streak,
    Term,
    Top,
    Where,
    WhereTime,
    Window,
    WindowKind,
)

TODAY = date(2026, 6, 24)
MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "5月", Grain.MONTH)
APRIL = Period(date(2026, 4, 1), date(2026, 5, 1), "4月", Grain.MONTH)
JUNE = Period(date(2026, 6, 1), date(2026, 6, 24), "本月", Grain.MONTH, partial=True)
YEAR = Period(date(2026, 1, 1), date(2026, 6, 24), "今年", Grain.YEAR, partial=True)
LAST_YEAR = Period(date(2025, 1, 1), date(2026, 1, 1), "去年", Grain.YEAR)
WEEK = Period(date(2026, 6, 15), date(2026, 6, 22), "上周", Grain.WEEK)
YESTERDAY = Period(date(2026, 6, 23), date(2026, 6, 24), "昨天", Grain.DAY)
DAYS_30 = Period(date(2026, 5, 25), date(2026, 6, 24), "近30天")
YOY = Comparison(CompareKind.YEAR_OVER_YEAR)
POP = Comparison(CompareKind.PREVIOUS_PERIOD)
GMV = MetricRef("gmv")


def ask(
    *metrics: str, by: tuple[Group, ...] = (), during: Period | None = None, **rest: object
) -> MetricQuery:
    where = rest.pop("where", None)
    scope = Scope(where, (during,) if during else ())  # type: ignore[arg-type]
    return MetricQuery(tuple(MetricRef(m) for m in metrics), by, scope, **rest)  # type: ignore[arg-type]


def eq(dimension: str, *values: Scalar) -> Condition:
    return Where(dimension, Op.EQ if len(values) == 1 else Op.IN, values)


PAID = "pay_time IS NOT NULL AND status <> '已取消'"
IN_MAY = "pay_time >= '2026-05-01' AND pay_time < '2026-06-01'"
CITY = "CASE WHEN city IN ('上海市', 'Shanghai') THEN '上海' ELSE city END"
ITEMS = """(SELECT i.*, o.pay_time, o.user_id, o.province, o.channel, p.category, p.brand, p.product_name
  FROM order_items i JOIN orders o USING (order_id) JOIN products p USING (product_id)
  WHERE o.pay_time IS NOT NULL AND o.status <> '已取消')"""

CHECKS: tuple[tuple[str, MetricQuery | DetailQuery, str], ...] = (
    (
        "5月的销售额",
        ask("gmv", during=MAY),
        f"SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY}",
    ),
    (
        "5月的销售额、订单数、客单价和退款率",
        ask("gmv", "order_count", "arppu", "refund_rate", during=MAY),
        f"""SELECT sum(pay_amount), count(*), sum(pay_amount) / count(DISTINCT user_id),
              (SELECT sum(refund_amount) FROM refunds
               WHERE refund_time >= '2026-05-01' AND refund_time < '2026-06-01') / sum(pay_amount)
            FROM orders WHERE {PAID} AND {IN_MAY}""",
    ),
    (
        "5月的净销售额",
        ask("net_sales", during=MAY),
        f"""SELECT (SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY})
              - (SELECT sum(refund_amount) FROM refunds
                 WHERE refund_time >= '2026-05-01' AND refund_time < '2026-06-01')""",
    ),
    (
        "全部时间的下单用户数",
        ask("buyer_count"),
        f"SELECT count(DISTINCT user_id) FROM orders WHERE {PAID}",
    ),
    (
        "5月新客数、老客数和新客占比",
        ask("new_buyers", "returning_buyers", "new_buyer_share", during=MAY),
        f"""WITH f AS (SELECT user_id, min(pay_time) AS first FROM orders WHERE {PAID} GROUP BY 1),
              b AS (SELECT DISTINCT user_id FROM orders WHERE {PAID} AND {IN_MAY})
            SELECT count(*) FILTER (first >= '2026-05-01'), count(*) FILTER (first < '2026-05-01'),
              count(*) FILTER (first >= '2026-05-01') / count(*) FROM b JOIN f USING (user_id)""",
    ),
    (
        "今年每月新客数",
        ask("new_buyers", by=(ByTime(Grain.MONTH),), during=YEAR),
        f"""SELECT date_trunc('month', first)::DATE, count(*) FROM
              (SELECT user_id, min(pay_time) AS first FROM orders WHERE {PAID} GROUP BY 1)
            WHERE first >= '2026-01-01' AND first < '2026-06-24' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "5月的复购率",
        ask("repeat_rate", during=MAY),
        f"""SELECT count(*) FILTER (n >= 2) / count(*) FROM
              (SELECT user_id, count(*) AS n FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY 1)""",
    ),
    (
        "5月各渠道的复购率",
        ask("repeat_rate", by=(By("channel"),), during=MAY),
        f"""SELECT channel, count(*) FILTER (n >= 2) / count(*) AS r FROM
              (SELECT channel, user_id, count(*) AS n FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY ALL)
            GROUP BY 1 ORDER BY r DESC, 1""",
    ),
    (
        "每天的访客数（去重不能再加）",
        ask("visitors", by=(ByTime(Grain.DAY),), during=WEEK),
        """SELECT event_time::DATE, count(DISTINCT coalesce(user_id, -device_id)) FROM events
            WHERE event_time >= '2026-06-15' AND event_time < '2026-06-22' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "上周的支付转化率",
        ask("pay_conversion", during=WEEK),
        """SELECT count(DISTINCT CASE WHEN event_name = '支付成功' THEN coalesce(user_id, -device_id) END)
              / count(DISTINCT coalesce(user_id, -device_id)) FROM events
            WHERE event_time >= '2026-06-15' AND event_time < '2026-06-22'""",
    ),
    (
        "5月各城市的销售额（城市三种写法归一）",
        ask("gmv", by=(By("city"),), during=MAY),
        f"""SELECT {CITY} AS c, sum(pay_amount) AS s FROM orders WHERE {PAID} AND {IN_MAY}
            GROUP BY c ORDER BY s DESC, c""",
    ),
    (
        "5月各大区的销售额",
        ask("gmv", by=(By("region"),), during=MAY),
        f"""SELECT region, sum(pay_amount) AS s FROM orders JOIN regions USING (province)
            WHERE {PAID} AND {IN_MAY} GROUP BY 1 ORDER BY s DESC""",
    ),
    (
        "各品类的销售额是商品销售额",
        ask("gmv", by=(By("category"),), during=MAY),
        f"SELECT category, sum(item_amount) AS s FROM {ITEMS} WHERE {IN_MAY} GROUP BY 1 ORDER BY s DESC",
    ),
    (
        "各品类的销售额和平均评分（多事实不放大）",
        ask("item_sales", "avg_rating", by=(By("category"),)),
        f"""SELECT category, s, r FROM (SELECT category, sum(item_amount) AS s FROM {ITEMS} GROUP BY 1)
            JOIN (SELECT category, avg(rating) AS r FROM reviews JOIN products USING (product_id) GROUP BY 1)
              USING (category) ORDER BY s DESC""",
    ),
    (
        "各渠道的销售额和访客数",
        ask("gmv", "visitors", by=(By("channel"),), during=WEEK),
        f"""SELECT coalesce(a.channel, b.channel), coalesce(s, 0), coalesce(v, 0) FROM
              (SELECT channel, sum(pay_amount) AS s FROM orders WHERE {PAID}
                 AND pay_time >= '2026-06-15' AND pay_time < '2026-06-22' GROUP BY 1) a
            FULL JOIN (SELECT CASE WHEN channel IN (SELECT channel FROM orders) THEN channel END AS channel,
                 count(DISTINCT coalesce(user_id, -device_id)) AS v FROM events
               WHERE event_time >= '2026-06-15' AND event_time < '2026-06-22' GROUP BY 1) b
              ON a.channel IS NOT DISTINCT FROM b.channel ORDER BY 2 DESC, 3 DESC""",
    ),
    (
        "各品类的毛利率",
        ask("gross_margin", by=(By("category"),), during=LAST_YEAR),
        f"""SELECT category, sum(item_amount - cost_amount) / sum(item_amount) AS m FROM {ITEMS}
            WHERE pay_time >= '2025-01-01' AND pay_time < '2026-01-01' GROUP BY 1 ORDER BY m DESC""",
    ),
    (
        "各会员等级的客单价",
        ask("arppu", by=(By("member_level"),), during=MAY),
        f"""SELECT member_level, sum(pay_amount) / count(DISTINCT o.user_id) AS a
            FROM orders o LEFT JOIN users u USING (user_id) WHERE {PAID} AND {IN_MAY}
            GROUP BY 1 ORDER BY a DESC""",
    ),
    (
        "按退款原因的退款单数",
        ask("refund_count", by=(By("refund_reason"),), during=YEAR),
        """SELECT reason, count(*) AS n FROM refunds WHERE refund_time >= '2026-01-01'
            AND refund_time < '2026-06-24' GROUP BY 1 ORDER BY n DESC""",
    ),
    (
        "各品类的退款率",
        ask("refund_rate", by=(By("category"),), during=YEAR),
        f"""SELECT category, r / s AS rate FROM
              (SELECT category, sum(item_amount) AS s FROM {ITEMS}
               WHERE pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY 1)
            JOIN (SELECT category, sum(refund_amount) AS r FROM refunds JOIN products USING (product_id)
               WHERE refund_time >= '2026-01-01' AND refund_time < '2026-06-24' GROUP BY 1)
              USING (category) ORDER BY rate DESC""",
    ),
    (
        "广东和浙江的销售额",
        ask("gmv", during=MAY, where=eq("province", "广东", "浙江")),
        f"SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY} AND province IN ('广东', '浙江')",
    ),
    (
        "除抖音外的销售额",
        ask("gmv", during=MAY, where=Where("channel", Op.NE, ("抖音",))),
        f"SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY} AND channel <> '抖音'",
    ),
    (
        "门店为空的订单数",
        ask("order_count", during=MAY, where=Where("store_name", Op.IS_NULL)),
        f"SELECT count(*) FROM orders WHERE {PAID} AND {IN_MAY} AND store_id IS NULL",
    ),
    (
        "广东的抖音或者浙江的天猫",
        ask(
            "gmv",
            during=MAY,
            where=Or(
                (
                    And((eq("province", "广东"), eq("channel", "抖音"))),
                    And((eq("province", "浙江"), eq("channel", "天猫"))),
                )
            ),
        ),
        f"""SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY}
            AND ((province = '广东' AND channel = '抖音') OR (province = '浙江' AND channel = '天猫'))""",
    ),
    (
        "名称带咖啡的商品卖了多少件",
        ask("units_sold", during=YEAR, where=Where("product_name", Op.CONTAINS, ("咖啡",))),
        f"""SELECT sum(quantity) FROM {ITEMS} WHERE product_name LIKE '%咖啡%'
            AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24'""",
    ),
    (
        "线上的销售额",
        ask("gmv", during=MAY, where=Term("online")),
        f"SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY} AND channel <> '线下门店'",
    ),
    (
        "不是线上的销售额",
        ask("gmv", during=MAY, where=Not(Term("online"))),
        f"SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY} AND channel = '线下门店'",
    ),
    (
        "单价在50到100元之间的商品数",
        ask("product_count", where=Where("list_price", Op.BETWEEN, (50, 100))),
        "SELECT count(*) FROM products WHERE list_price BETWEEN 50 AND 100",
    ),
    (
        "手机号为空的用户数",
        ask("registrations", where=Where("phone", Op.IS_NULL)),
        "SELECT count(*) FROM users WHERE phone IS NULL",
    ),
    (
        "订单金额的P90和中位数",
        MetricQuery(
            (
                ColumnAggregate(Agg.PERCENTILE, "order_amount", at=0.9),
                ColumnAggregate(Agg.MEDIAN, "order_amount"),
                ColumnAggregate(Agg.STDDEV, "order_amount"),
            ),
            scope=Scope(periods=(MAY,)),
        ),
        f"""SELECT quantile_cont(order_amount, 0.9), median(order_amount), stddev(order_amount)
            FROM orders WHERE {IN_MAY}""",
    ),
    (
        "退款率高于3%的品类",
        ask(
            "refund_rate",
            by=(By("category"),),
            during=YEAR,
            having=Having(MetricRef("refund_rate"), Op.GT, (0.035,)),
        ),
        f"""SELECT category, r / s AS rate FROM
              (SELECT category, sum(item_amount) AS s FROM {ITEMS}
               WHERE pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY 1)
            JOIN (SELECT category, sum(refund_amount) AS r FROM refunds JOIN products USING (product_id)
               WHERE refund_time >= '2026-01-01' AND refund_time < '2026-06-24' GROUP BY 1)
              USING (category) WHERE r / s > 0.035 ORDER BY rate DESC""",
    ),
    (
        "累计消费满1万的用户",
        ask("gmv", by=(By("user_id"),), having=Having(GMV, Op.GE, (10000.0,))),
        f"""SELECT user_id, sum(pay_amount) AS s FROM orders WHERE {PAID} GROUP BY 1
            HAVING s >= 10000 ORDER BY s DESC, 1""",
    ),
    (
        "累计消费满1万的用户数",
        ask(
            "gmv",
            by=(By("user_id"),),
            having=Having(GMV, Op.GE, (10000.0,)),
            rollup=Rollup(Agg.COUNT),
        ),
        f"""SELECT count(*) FROM (SELECT user_id FROM orders WHERE {PAID} GROUP BY 1
            HAVING sum(pay_amount) >= 10000)""",
    ),
    (
        "客单价高于各城市平均的城市",
        ask(
            "arppu",
            by=(By("city"),),
            during=MAY,
            having=Having(MetricRef("arppu"), Op.GT, (Benchmark("group_average"),)),
        ),
        f"""WITH g AS (SELECT {CITY} AS c, sum(pay_amount) / count(DISTINCT user_id) AS a FROM orders
              WHERE {PAID} AND {IN_MAY} GROUP BY c)
            SELECT c, a FROM g WHERE a > (SELECT avg(a) FROM g) ORDER BY a DESC, c""",
    ),
    (
        "客单价高于总体的城市",
        ask(
            "arppu",
            by=(By("city"),),
            during=MAY,
            having=Having(MetricRef("arppu"), Op.GT, (Benchmark("overall"),)),
        ),
        f"""WITH g AS (SELECT {CITY} AS c, sum(pay_amount) / count(DISTINCT user_id) AS a FROM orders
              WHERE {PAID} AND {IN_MAY} GROUP BY c)
            SELECT c, a FROM g WHERE a > (SELECT sum(pay_amount) / count(DISTINCT user_id) FROM orders
              WHERE {PAID} AND {IN_MAY}) ORDER BY a DESC, c""",
    ),
    (
        "超过目标的大区",
        ask(
            "gmv",
            by=(By("region"),),
            during=APRIL,
            having=Having(GMV, Op.GT, (Benchmark("measure", MetricRef("target_sales"), 0.9),)),
        ),
        f"""SELECT region, s FROM (SELECT region, sum(pay_amount) AS s FROM orders JOIN regions USING (province)
              WHERE {PAID} AND pay_time >= '2026-04-01' AND pay_time < '2026-05-01' GROUP BY 1)
            JOIN targets t USING (region) WHERE t.month = '2026-04-01' AND s > 0.9 * target_amount
            ORDER BY s DESC""",
    ),
    (
        "各大区目标达成率",
        ask("target_attainment", by=(By("region"),), during=MAY),
        f"""SELECT region, s / target_amount AS r FROM
              (SELECT region, sum(pay_amount) AS s FROM orders JOIN regions USING (province)
               WHERE {PAID} AND {IN_MAY} GROUP BY 1)
            JOIN targets t USING (region) WHERE t.month = '2026-05-01' ORDER BY r DESC""",
    ),
    (
        "今年各周的销售额",
        ask("gmv", by=(ByTime(Grain.WEEK),), during=YEAR),
        f"""SELECT date_trunc('week', pay_time)::DATE, sum(pay_amount) FROM orders WHERE {PAID}
            AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "每个小时的订单数",
        ask("order_count", by=(ByTime(Grain.HOUR_OF_DAY),), during=YESTERDAY),
        f"""SELECT h, coalesce(n, 0) FROM range(24) t(h) LEFT JOIN
              (SELECT hour(pay_time) AS h, count(*) AS n FROM orders WHERE {PAID}
               AND pay_time >= '2026-06-23' AND pay_time < '2026-06-24' GROUP BY 1) USING (h) ORDER BY 1""",
    ),
    (
        "一周各天的销售额",
        ask("gmv", by=(ByTime(Grain.DAY_OF_WEEK),), during=MAY),
        f"""SELECT ['周一','周二','周三','周四','周五','周六','周日'][isodow(pay_time)], sum(pay_amount)
            FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY isodow(pay_time) ORDER BY isodow(pay_time)""",
    ),
    (
        "周末和工作日的日均销售额",
        MetricQuery((PerUnit(GMV, "day"),), (ByTime(Grain.WEEKEND),), Scope(periods=(MAY,))),
        f"""SELECT CASE WHEN isodow(pay_time) >= 6 THEN '周末' ELSE '工作日' END AS w,
              sum(pay_amount) / count(DISTINCT pay_time::DATE) FROM orders WHERE {PAID} AND {IN_MAY}
            GROUP BY 1 ORDER BY w DESC""",
    ),
    (
        "半年的订单数",
        ask("order_count", by=(ByTime(Grain.HALF),)),
        f"""SELECT make_date(year(pay_time), CASE WHEN month(pay_time) <= 6 THEN 1 ELSE 7 END, 1) AS h,
              count(*) FROM orders WHERE {PAID} GROUP BY 1 ORDER BY 1""",
    ),
    (
        "各品类销售额占比",
        ask("item_sales", by=(By("category"),), during=MAY, windows=(Window(WindowKind.SHARE),)),
        f"""SELECT category, sum(item_amount) AS s, s / (SELECT sum(item_amount) FROM {ITEMS} WHERE {IN_MAY})
            FROM {ITEMS} WHERE {IN_MAY} GROUP BY 1 ORDER BY s DESC""",
    ),
    (
        "各渠道下单用户数占比（分母是去重总数）",
        ask("buyer_count", by=(By("channel"),), during=MAY, windows=(Window(WindowKind.SHARE),)),
        f"""SELECT channel, count(DISTINCT user_id) AS n,
              n / (SELECT count(DISTINCT user_id) FROM orders WHERE {PAID} AND {IN_MAY})
            FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY 1 ORDER BY n DESC, 1""",
    ),
    (
        "各省内各城市的销售额占比",
        ask(
            "gmv",
            by=(By("province"), By("city")),
            during=MAY,
            windows=(Window(WindowKind.SHARE, within=("province",)),),
        ),
        f"""SELECT o.province, {CITY} AS c, sum(pay_amount) AS s,
              s / any_value(t.total) FROM orders o JOIN (SELECT province, sum(pay_amount) AS total FROM orders
                WHERE {PAID} AND {IN_MAY} GROUP BY 1) t ON o.province = t.province
            WHERE {PAID} AND {IN_MAY} GROUP BY o.province, c ORDER BY s DESC, 1, 2""",
    ),
    (
        "每月各渠道占比（按月的分母）",
        ask(
            "gmv",
            by=(ByTime(Grain.MONTH), By("channel")),
            during=YEAR,
            windows=(Window(WindowKind.SHARE),),
        ),
        f"""WITH c AS (SELECT date_trunc('month', pay_time)::DATE AS m, channel, sum(pay_amount) AS s FROM orders
              WHERE {PAID} AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY ALL)
            SELECT m, channel, s, s / (SELECT sum(s) FROM c AS d WHERE d.m = c.m) FROM c
            ORDER BY m, s DESC""",
    ),
    (
        "前20%的商品贡献了多少销售额",
        ask(
            "item_sales",
            during=LAST_YEAR,
            where=Members(
                "product_id",
                ask(
                    "item_sales", by=(By("product_id"),), during=LAST_YEAR, top=Top(0, fraction=0.2)
                ),
            ),
        ),
        f"""WITH p AS (SELECT product_id, sum(item_amount) AS s FROM {ITEMS}
              WHERE pay_time >= '2025-01-01' AND pay_time < '2026-01-01' GROUP BY 1)
            SELECT sum(s) FROM (SELECT s FROM p ORDER BY s DESC, product_id
              LIMIT (SELECT ceil(count(*) * 0.2)::INT FROM p))""",
    ),
    (
        "每用户购买次数的分布",
        MetricQuery(
            (MetricRef("buyer_count"),),
            (ByBucket(measure=MetricRef("order_count"), per="user_id", edges=(2, 3, 5)),),
            Scope(periods=(MAY,)),
        ),
        f"""SELECT CASE WHEN n < 2 THEN '<2 单' WHEN n < 3 THEN '2 单' WHEN n < 5 THEN '3–4 单' ELSE '≥5 单' END AS b,
              count(*) FROM (SELECT user_id, count(*) AS n FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY 1)
            GROUP BY 1 ORDER BY min(n)""",
    ),
    (
        "订单金额每200元一段的订单数",
        MetricQuery(
            (MetricRef("order_count"),),
            (ByBucket("order_amount", width=200),),
            Scope(periods=(WEEK,)),
        ),
        f"""SELECT concat(b, '–', b + 200, ' 元'), n FROM
              (SELECT (floor(order_amount / 200) * 200)::INT AS b, count(*) AS n FROM orders WHERE {PAID}
               AND pay_time >= '2026-06-15' AND pay_time < '2026-06-22' GROUP BY 1) ORDER BY b""",
    ),
    (
        "销售额倒数五名的城市",
        ask("gmv", by=(By("city"),), during=MAY, top=Top(5, descending=False)),
        f"""SELECT {CITY} AS c, sum(pay_amount) AS s FROM orders WHERE {PAID} AND {IN_MAY}
            GROUP BY c ORDER BY s, c LIMIT 5""",
    ),
    (
        "广东在各省里排第几",
        ask(
            "gmv",
            by=(By("province"),),
            during=MAY,
            windows=(Window(WindowKind.RANK),),
            keep=eq("province", "广东"),
        ),
        f"""SELECT * FROM (SELECT province, sum(pay_amount) AS s, rank() OVER (ORDER BY sum(pay_amount) DESC)
              FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY 1) WHERE province = '广东'""",
    ),
    (
        "每个省销售额前三的城市",
        ask("gmv", by=(By("province"), By("city")), during=MAY, top=Top(3, per=("province",))),
        f"""SELECT province, c, s FROM (SELECT province, {CITY} AS c, sum(pay_amount) AS s FROM orders
              WHERE {PAID} AND {IN_MAY} GROUP BY 1, c)
            QUALIFY row_number() OVER (PARTITION BY province ORDER BY s DESC, c) <= 3
            ORDER BY province, s DESC, c""",
    ),
    (
        "每个月的销冠门店",
        ask(
            "gmv",
            by=(ByTime(Grain.MONTH), By("store_name")),
            during=YEAR,
            top=Top(1, per=("month",)),
        ),
        f"""SELECT m, store_name, s FROM (SELECT date_trunc('month', pay_time)::DATE AS m, store_name,
              sum(pay_amount) AS s FROM orders JOIN stores USING (store_id) WHERE {PAID}
              AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY ALL)
            QUALIFY row_number() OVER (PARTITION BY m ORDER BY s DESC, store_name) = 1 ORDER BY m""",
    ),
    (
        "销售额前10的城市里哪个客单价最低",
        ask(
            "arppu",
            by=(By("city"),),
            during=MAY,
            where=Members("city", ask("gmv", by=(By("city"),), during=MAY, top=Top(10))),
            top=Top(1, descending=False, ties=True),
        ),
        f"""WITH g AS (SELECT {CITY} AS c, sum(pay_amount) AS s, s / count(DISTINCT user_id) AS a FROM orders
              WHERE {PAID} AND {IN_MAY} GROUP BY c ORDER BY s DESC LIMIT 10)
            SELECT c, a FROM g ORDER BY a LIMIT 1""",
    ),
    (
        "去年哪个月销售额最低",
        ask(
            "gmv",
            by=(ByTime(Grain.MONTH),),
            during=LAST_YEAR,
            top=Top(1, descending=False, ties=True),
        ),
        f"""SELECT date_trunc('month', pay_time)::DATE, sum(pay_amount) AS s FROM orders WHERE {PAID}
            AND pay_time >= '2025-01-01' AND pay_time < '2026-01-01' GROUP BY 1 ORDER BY s LIMIT 1""",
    ),
    (
        "销售额最高和最低的渠道",
        ask("gmv", by=(By("channel"),), during=MAY, top=Top(1, both=True)),
        f"""WITH g AS (SELECT channel, sum(pay_amount) AS s FROM orders WHERE {PAID} AND {IN_MAY} GROUP BY 1)
            SELECT * FROM g WHERE s IN ((SELECT max(s) FROM g), (SELECT min(s) FROM g)) ORDER BY s DESC""",
    ),
    (
        "排第三的商品",
        ask("units_sold", by=(By("product_name"),), during=MAY, top=Top(1, offset=2)),
        f"""SELECT product_name, sum(quantity) AS n FROM {ITEMS} WHERE {IN_MAY} GROUP BY 1
            ORDER BY n DESC, 1 LIMIT 1 OFFSET 2""",
    ),
    (
        "5月销售额破5万的门店有几家",
        ask(
            "gmv",
            by=(By("store_name"),),
            during=MAY,
            having=Having(GMV, Op.GE, (5000.0,)),
            rollup=Rollup(Agg.COUNT),
        ),
        f"""SELECT count(*) FROM (SELECT store_name FROM orders JOIN stores USING (store_id)
            WHERE {PAID} AND {IN_MAY} GROUP BY 1 HAVING sum(pay_amount) >= 5000)""",
    ),
    (
        "本月至今和去年同期、上月同期比",
        ask("gmv", during=JUNE, compare=(POP, YOY)),
        f"""WITH x AS (SELECT sum(pay_amount) FILTER (pay_time >= '2026-06-01' AND pay_time < '2026-06-24') AS a,
              sum(pay_amount) FILTER (pay_time >= '2026-05-01' AND pay_time < '2026-05-24') AS b,
              sum(pay_amount) FILTER (pay_time >= '2025-06-01' AND pay_time < '2025-06-24') AS c
              FROM orders WHERE {PAID}) SELECT a, b, a / b - 1, c, a / c - 1 FROM x""",
    ),
    (
        "5月各大区销售额同比",
        ask("gmv", by=(By("region"),), during=MAY, compare=(YOY,)),
        f"""WITH x AS (SELECT region, sum(pay_amount) FILTER (pay_time >= '2026-05-01' AND pay_time < '2026-06-01') AS a,
              sum(pay_amount) FILTER (pay_time >= '2025-05-01' AND pay_time < '2025-06-01') AS b
              FROM orders JOIN regions USING (province) WHERE {PAID} GROUP BY 1)
            SELECT region, a, b, a / b - 1 FROM x ORDER BY a DESC""",
    ),
    (
        "今年各月环比（最后一个月按已过天数）",
        ask("gmv", by=(ByTime(Grain.MONTH),), during=YEAR, compare=(POP,)),
        f"""WITH d AS (SELECT pay_time::DATE AS d, sum(pay_amount) AS s FROM orders WHERE {PAID} GROUP BY 1),
              m AS (SELECT date_trunc('month', d)::DATE AS m, sum(s) AS s,
                sum(s) FILTER (day(d) <= 23) AS first23 FROM d WHERE d < '2026-06-24' GROUP BY 1)
            SELECT a.m, a.s, CASE WHEN a.m = '2026-06-01' THEN b.first23 ELSE b.s END AS p, a.s / p - 1
            FROM m a JOIN m b ON b.m = a.m - INTERVAL 1 MONTH WHERE a.m >= '2026-01-01' ORDER BY a.m""",
    ),
    (
        "5月环比涨得最多的城市",
        ask(
            "gmv", by=(By("city"),), during=MAY, compare=(POP,), top=Top(3, by_change="difference")
        ),
        f"""WITH x AS (SELECT {CITY} AS c,
              coalesce(sum(pay_amount) FILTER (pay_time >= '2026-05-01' AND pay_time < '2026-06-01'), 0) AS a,
              coalesce(sum(pay_amount) FILTER (pay_time >= '2026-04-01' AND pay_time < '2026-05-01'), 0) AS b
              FROM orders WHERE {PAID} AND pay_time >= '2026-04-01' AND pay_time < '2026-06-01' GROUP BY c)
            SELECT c, a, b, a / b - 1 FROM x ORDER BY a - b DESC LIMIT 3""",
    ),
    (
        "环比下滑超过10%的品类",
        ask(
            "item_sales",
            by=(By("category"),),
            during=MAY,
            having=HavingChange(MetricRef("item_sales"), POP, Op.LT, (-0.02,)),
        ),
        f"""WITH x AS (SELECT category, sum(item_amount) FILTER ({IN_MAY}) AS a,
              sum(item_amount) FILTER (pay_time >= '2026-04-01' AND pay_time < '2026-05-01') AS b
              FROM {ITEMS} GROUP BY 1) SELECT category, a FROM x WHERE a / b - 1 < -0.02 ORDER BY a DESC""",
    ),
    (
        "5月和4月分别多少",
        MetricQuery((GMV, MetricRef("order_count")), (ByPeriod(),), Scope(periods=(MAY, APRIL))),
        f"""SELECT '5月', sum(pay_amount), count(*) FROM orders WHERE {PAID} AND {IN_MAY} UNION ALL
            SELECT '4月', sum(pay_amount), count(*) FROM orders WHERE {PAID}
              AND pay_time >= '2026-04-01' AND pay_time < '2026-05-01'""",
    ),
    (
        "3月和5月一共",
        MetricQuery(
            (GMV, MetricRef("buyer_count")),
            scope=Scope(periods=(MAY, Period(date(2026, 3, 1), date(2026, 4, 1), "3月"))),
        ),
        f"""SELECT sum(pay_amount), count(DISTINCT user_id) FROM orders WHERE {PAID}
            AND strftime(pay_time, '%Y-%m') IN ('2026-03', '2026-05')""",
    ),
    (
        "新客和老客的客单价差多少",
        ask("arppu", during=MAY, contrast=Contrast("is_new", "新客", "老客")),
        f"""WITH f AS (SELECT user_id, min(pay_time) AS first FROM orders WHERE {PAID} GROUP BY 1),
              g AS (SELECT first >= '2026-05-01' AS fresh, sum(pay_amount) / count(DISTINCT user_id) AS a
                FROM orders JOIN f USING (user_id) WHERE {PAID} AND {IN_MAY} GROUP BY 1)
            SELECT n.a, o.a, n.a - o.a, n.a / o.a - 1 FROM g n, g o WHERE n.fresh AND NOT o.fresh""",
    ),
    (
        "华东比华南",
        ask("gmv", during=MAY, contrast=Contrast("region", "华东", "华南")),
        f"""WITH g AS (SELECT region, sum(pay_amount) AS s FROM orders JOIN regions USING (province)
              WHERE {PAID} AND {IN_MAY} GROUP BY 1)
            SELECT a.s, b.s, a.s - b.s, a.s / b.s - 1 FROM g a, g b WHERE a.region = '华东' AND b.region = '华南'""",
    ),
    (
        "今年每月累计销售额",
        ask(
            "gmv", by=(ByTime(Grain.MONTH),), during=YEAR, windows=(Window(WindowKind.CUMULATIVE),)
        ),
        f"""WITH m AS (SELECT date_trunc('month', pay_time)::DATE AS m, sum(pay_amount) AS s FROM orders
              WHERE {PAID} AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY 1)
            SELECT m, s, (SELECT sum(s) FROM m AS e WHERE e.m <= m.m) FROM m ORDER BY m""",
    ),
    (
        "今年每月累计下单用户（去重）",
        ask(
            "buyer_count",
            by=(ByTime(Grain.MONTH),),
            during=YEAR,
            windows=(Window(WindowKind.CUMULATIVE),),
        ),
        f"""WITH o AS (SELECT date_trunc('month', pay_time)::DATE AS m, user_id FROM orders
              WHERE {PAID} AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24')
            SELECT m, count(DISTINCT user_id), (SELECT count(DISTINCT user_id) FROM o AS e WHERE e.m <= o.m)
            FROM o GROUP BY 1 ORDER BY 1""",
    ),
    (
        "近30天的7日移动平均（窗口向前取足）",
        ask(
            "gmv",
            by=(ByTime(Grain.DAY),),
            during=DAYS_30,
            windows=(Window(WindowKind.MOVING_AVERAGE, n=7),),
        ),
        f"""WITH d AS (SELECT pay_time::DATE AS d, sum(pay_amount) AS s FROM orders WHERE {PAID} GROUP BY 1)
            SELECT d, s, (SELECT sum(s) / 7 FROM d AS e WHERE e.d BETWEEN d.d - 6 AND d.d) FROM d
            WHERE d >= '2026-05-25' AND d < '2026-06-24' ORDER BY d""",
    ),
    (
        "每月累计用户数",
        ask("total_users", by=(ByTime(Grain.MONTH),), during=YEAR),
        """SELECT m::DATE, (SELECT count(*) FROM users WHERE register_time < least(m + INTERVAL 1 MONTH, DATE '2026-06-24'))
            FROM generate_series(DATE '2026-01-01', DATE '2026-06-01', INTERVAL 1 MONTH) t(m) ORDER BY 1""",
    ),
    (
        "连续两个月下滑的品类",
        ask("item_sales", by=(By("category"),), streak=Streak(2, Grain.MONTH, "down")),
        f"""WITH m AS (SELECT category, date_trunc('month', pay_time)::DATE AS m, sum(item_amount) AS s
              FROM {ITEMS} GROUP BY ALL),
              c AS (SELECT *, lag(s) OVER w AS p1, lag(s, 2) OVER w AS p2, lag(s, 3) OVER w AS p3,
                lag(s, 4) OVER w AS p4 FROM m WINDOW w AS (PARTITION BY category ORDER BY m))
            SELECT category, s, CASE WHEN p2 < p3 THEN CASE WHEN p3 < p4 THEN 4 ELSE 3 END ELSE 2 END,
              CASE WHEN p2 < p3 THEN DATE '2026-03-01' ELSE DATE '2026-04-01' END, m
            FROM c WHERE m = '2026-05-01' AND s < p1 AND p1 < p2 ORDER BY 3 DESC, s DESC""",
    ),
    (
        "连续三个月都下过单的用户数",
        ask(
            "order_count",
            by=(By("user_id"),),
            streak=Streak(3, Grain.MONTH, "nonzero"),
            rollup=Rollup(Agg.COUNT),
        ),
        f"""WITH m AS (SELECT DISTINCT user_id, date_trunc('month', pay_time)::DATE AS m FROM orders
              WHERE {PAID} AND pay_time < '2026-06-01'),
              r AS (SELECT user_id, 12 * year(m) + month(m) - row_number() OVER (PARTITION BY user_id ORDER BY m) AS i, m
                FROM m),
              s AS (SELECT user_id, count(*) AS n, min(m) AS a, max(m) AS b FROM r GROUP BY user_id, i)
            SELECT count(DISTINCT user_id) FROM s WHERE b = '2026-05-01' AND n >= 3""",
    ),
    (
        "日均、店均和人均销售额",
        MetricQuery(
            (PerUnit(GMV, "day"), PerUnit(GMV, "store_id"), PerUnit(GMV, "user_id")),
            scope=Scope(eq("channel", "线下门店"), (JUNE,)),
        ),
        f"""SELECT sum(pay_amount) / 23, sum(pay_amount) / count(DISTINCT store_id),
              sum(pay_amount) / count(DISTINCT user_id) FROM orders WHERE {PAID} AND channel = '线下门店'
            AND pay_time >= '2026-06-01' AND pay_time < '2026-06-24'""",
    ),
    (
        "每月日均订单数",
        MetricQuery(
            (PerUnit(MetricRef("order_count"), "day"),),
            (ByTime(Grain.MONTH),),
            Scope(periods=(YEAR,)),
        ),
        f"""SELECT date_trunc('month', pay_time)::DATE AS m,
              count(*) / CASE WHEN m = '2026-06-01' THEN 23 ELSE day(last_day(m)) END FROM orders
            WHERE {PAID} AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "晚上8点到10点的销售额",
        ask("gmv", during=MAY, where=WhereTime(Grain.HOUR_OF_DAY, (20, 21))),
        f"SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY} AND hour(pay_time) IN (20, 21)",
    ),
    (
        "工作日每天的订单数（周末没有空行）",
        ask(
            "order_count", by=(ByTime(Grain.DAY),), during=MAY, where=WhereTime(Grain.WEEKEND, (0,))
        ),
        f"""SELECT pay_time::DATE, count(*) FROM orders WHERE {PAID} AND {IN_MAY} AND isodow(pay_time) < 6
            GROUP BY 1 ORDER BY 1""",
    ),
    (
        "每月周末的日均销售额（只除以周末的天数）",
        MetricQuery(
            (PerUnit(GMV, "day"),),
            (ByTime(Grain.MONTH),),
            Scope(WhereTime(Grain.WEEKEND, (1,)), (YEAR,)),
        ),
        f"""SELECT date_trunc('month', pay_time)::DATE, sum(pay_amount) / count(DISTINCT pay_time::DATE)
            FROM orders WHERE {PAID} AND isodow(pay_time) >= 6
            AND pay_time >= '2026-01-01' AND pay_time < '2026-06-24' GROUP BY 1 ORDER BY 1""",
    ),
    (
        "没填城市的注册用户（按用户的城市）",
        ask("registrations", where=Where("city", Op.IS_NULL)),
        "SELECT count(*) FROM users WHERE city IS NULL",
    ),
    (
        "各省的访客数和销售额（访客按用户省份）",
        ask("gmv", "active_users", by=(By("province"),), during=WEEK),
        f"""SELECT coalesce(a.p, b.p), coalesce(s, 0), coalesce(v, 0) FROM
              (SELECT province AS p, sum(pay_amount) AS s FROM orders WHERE {PAID}
                 AND pay_time >= '2026-06-15' AND pay_time < '2026-06-22' GROUP BY 1) a
            FULL JOIN (SELECT province AS p, count(DISTINCT user_id) AS v FROM events JOIN users USING (user_id)
               WHERE event_time >= '2026-06-15' AND event_time < '2026-06-22' GROUP BY 1) b
              ON a.p IS NOT DISTINCT FROM b.p ORDER BY 2 DESC, 3 DESC, 1""",
    ),
    (
        "销售额减广告花费",
        MetricQuery((Formula("-", GMV, MetricRef("ad_cost")),), scope=Scope(periods=(MAY,))),
        f"""SELECT (SELECT sum(pay_amount) FROM orders WHERE {PAID} AND {IN_MAY})
            - (SELECT sum(cost) FROM ad_spend WHERE spend_date >= '2026-05-01' AND spend_date < '2026-06-01')""",
    ),
    (
        "iOS 和安卓的支付访客数",
        MetricQuery(
            (
                MetricRef("paying_visitors", eq("platform", "iOS")),
                MetricRef("paying_visitors", eq("platform", "Android")),
            ),
            scope=Scope(periods=(WEEK,)),
        ),
        """SELECT count(DISTINCT coalesce(user_id, -device_id)) FILTER (platform = 'iOS'),
              count(DISTINCT coalesce(user_id, -device_id)) FILTER (platform = 'Android') FROM events
            WHERE event_name = '支付成功' AND event_time >= '2026-06-15' AND event_time < '2026-06-22'""",
    ),
    (
        "5月末库存量（不按时间相加）",
        ask("stock", "out_of_stock_products", by=(By("warehouse"),), during=MAY),
        """SELECT warehouse, sum(stock_qty) AS s, count(DISTINCT product_id) FILTER (stock_qty <= 0)
            FROM inventory WHERE snapshot_date = (SELECT max(snapshot_date) FROM inventory
              WHERE snapshot_date >= '2026-05-01' AND snapshot_date < '2026-06-01')
            GROUP BY 1 ORDER BY s DESC, 3 DESC, 1""",
    ),
    (
        "今年每月库存量（每月最后一次盘点）",
        ask("stock", by=(ByTime(Grain.MONTH),), during=YEAR),
        """SELECT date_trunc('month', snapshot_date)::DATE, sum(stock_qty) FROM inventory
            WHERE snapshot_date IN (SELECT max(snapshot_date) FROM inventory
              WHERE snapshot_date >= '2026-01-01' AND snapshot_date < '2026-06-24'
              GROUP BY date_trunc('month', snapshot_date)) GROUP BY 1 ORDER BY 1""",
    ),
    (
        "5月买过但6月没买的用户数",
        ask(
            "registrations",
            where=And(
                (
                    Members("user_id", ask("order_count", by=(By("user_id"),), during=MAY)),
                    Members(
                        "user_id",
                        ask("order_count", by=(By("user_id"),), during=JUNE),
                        negated=True,
                    ),
                )
            ),
        ),
        f"""SELECT count(*) FROM (SELECT user_id FROM orders WHERE {PAID} AND {IN_MAY}
            EXCEPT SELECT user_id FROM orders WHERE {PAID} AND pay_time >= '2026-06-01' AND pay_time < '2026-06-24')""",
    ),
    (
        "注册了但从未购买的用户数",
        ask(
            "registrations",
            where=Members("user_id", ask("order_count", by=(By("user_id"),)), negated=True),
        ),
        f"SELECT count(*) FROM users WHERE user_id NOT IN (SELECT user_id FROM orders WHERE {PAID})",
    ),
    (
        "有浏览没下单的用户数",
        ask(
            "active_users",
            during=WEEK,
            where=Members(
                "user_id", ask("order_count", by=(By("user_id"),), during=WEEK), negated=True
            ),
        ),
        f"""SELECT count(DISTINCT user_id) FROM events WHERE event_time >= '2026-06-15'
            AND event_time < '2026-06-22' AND user_id NOT IN (SELECT user_id FROM orders WHERE {PAID}
              AND pay_time >= '2026-06-15' AND pay_time < '2026-06-22')""",
    ),
    (
        "昨天金额最大的20笔订单",
        DetailQuery(
            "orders",
            ("order_id", "order_amount"),
            Scope(periods=(YESTERDAY,)),
            (Order("order_amount"),),
            Top(20),
        ),
        """SELECT order_id, order_amount FROM orders WHERE pay_time >= '2026-06-23' AND pay_time < '2026-06-24'
            ORDER BY order_amount DESC, order_id LIMIT 20""",
    ),
    (
        "上周的退款明细，带商品和城市",
        DetailQuery(
            "refunds",
            ("refund_id", "product_name", "category", "province", "refund_item_amount"),
            Scope(periods=(WEEK,)),
            (Order("refund_item_amount"),),
        ),
        """SELECT refund_id, product_name, category, province, refund_amount FROM refunds r
            LEFT JOIN products USING (product_id) LEFT JOIN orders o ON o.order_id = r.order_id
            WHERE refund_time >= '2026-06-15' AND refund_time < '2026-06-22'
            ORDER BY refund_amount DESC, refund_id""",
    ),
    (
        "昨天买了美妆护肤的订单",
        DetailQuery(
            "orders",
            ("order_id",),
            Scope(eq("category", "美妆护肤"), (YESTERDAY,)),
            (Order("order_id", descending=False),),
        ),
        """SELECT DISTINCT order_id FROM orders JOIN order_items USING (order_id) JOIN products USING (product_id)
            WHERE category = '美妆护肤' AND pay_time >= '2026-06-23' AND pay_time < '2026-06-24' ORDER BY 1""",
    ),
    (
        "有哪些品牌卖宠物用品",
        DetailQuery("products", ("brand",), Scope(eq("category", "宠物用品")), distinct=True),
        "SELECT DISTINCT brand FROM products WHERE category = '宠物用品' ORDER BY 1",
    ),
    (
        "每个品类最贵的商品",
        DetailQuery(
            "products",
            ("category", "product_name", "list_price"),
            order=(Order("list_price"),),
            top=Top(1, per=("category",)),
        ),
        """SELECT category, product_name, list_price FROM products
            QUALIFY row_number() OVER (PARTITION BY category ORDER BY list_price DESC, product_id) = 1
            ORDER BY category""",
    ),
)
