"""The fourteen tables of the demo business, with the comments a real warehouse would carry."""

from __future__ import annotations

# table, comment: column type comment
TABLES = """
users 用户: user_id BIGINT 用户编号; register_time TIMESTAMP 注册时间; register_channel VARCHAR 注册渠道; gender VARCHAR 性别; birth_year SMALLINT 出生年份; province VARCHAR 省份; city VARCHAR 城市; city_tier VARCHAR 城市等级; member_level VARCHAR 会员等级; phone VARCHAR 手机号
products 商品: product_id INTEGER 商品编号; product_name VARCHAR 商品名称; brand VARCHAR 品牌; category VARCHAR 一级品类; subcategory VARCHAR 二级品类; list_price DECIMAL(10,2) 标价(元); cost_price DECIMAL(10,2) 成本价(元); launch_date DATE 上市日期
stores 门店: store_id INTEGER 门店编号; store_name VARCHAR 门店名称; region VARCHAR 大区; province VARCHAR 省份; city VARCHAR 城市; store_type VARCHAR 门店类型; open_date DATE 开业日期
regions 大区: province VARCHAR 省份; region VARCHAR 大区
campaigns 营销活动: campaign_id INTEGER 活动编号; campaign_name VARCHAR 活动名称; campaign_type VARCHAR 活动类型; channel VARCHAR 渠道; start_date DATE 开始日期; end_date DATE 结束日期; budget DECIMAL(12,2) 预算(元)
orders 订单: order_id BIGINT 订单编号; user_id BIGINT 用户编号; channel VARCHAR 销售渠道; store_id INTEGER 门店编号; campaign_id INTEGER 活动编号; province VARCHAR 省份; city VARCHAR 城市; order_time TIMESTAMP 下单时间; pay_time TIMESTAMP 支付时间; status VARCHAR 订单状态; order_amount DECIMAL(12,2) 订单金额(元); discount_amount DECIMAL(12,2) 优惠金额(元); shipping_fee DECIMAL(12,2) 运费(元); pay_amount DECIMAL(12,2) 实付金额(元)
order_items 订单明细: order_id BIGINT 订单编号; line_no INTEGER 行号; product_id INTEGER 商品编号; quantity INTEGER 件数; unit_price DECIMAL(10,2) 成交单价(元); item_amount DECIMAL(12,2) 商品金额(元); cost_amount DECIMAL(12,2) 成本金额(元)
refunds 退款: refund_id BIGINT 退款编号; order_id BIGINT 订单编号; product_id INTEGER 商品编号; refund_time TIMESTAMP 退款时间; refund_amount DECIMAL(12,2) 退款金额(元); reason VARCHAR 退款原因
events 行为事件: event_id BIGINT 事件编号; user_id BIGINT 用户编号; device_id BIGINT 设备编号; session_id BIGINT 会话编号; event_time TIMESTAMP 事件时间; event_name VARCHAR 事件名称; channel VARCHAR 渠道; platform VARCHAR 平台; app_version VARCHAR 应用版本; product_id INTEGER 商品编号; campaign_id INTEGER 活动编号
reviews 评论: review_id BIGINT 评论编号; order_id BIGINT 订单编号; product_id INTEGER 商品编号; user_id BIGINT 用户编号; rating TINYINT 评分; content VARCHAR 评论内容; review_time TIMESTAMP 评论时间
ad_spend 广告投放: spend_date DATE 投放日期; ad_channel VARCHAR 广告渠道; impressions BIGINT 展示次数; clicks BIGINT 点击次数; cost DECIMAL(12,2) 花费(元)
targets 销售目标: month DATE 月份; region VARCHAR 大区; target_amount DECIMAL(14,2) 目标金额(元)
inventory 库存快照: snapshot_date DATE 快照日期; warehouse VARCHAR 仓库; product_id INTEGER 商品编号; stock_qty INTEGER 库存件数; safety_qty INTEGER 安全库存件数
experiments 实验分组: experiment_name VARCHAR 实验名称; variant VARCHAR 分组; user_id BIGINT 用户编号; assigned_at TIMESTAMP 分组时间
"""


def statements() -> list[str]:
    """CREATE TABLE and COMMENT statements, in the order of the list above."""
    found = []
    for line in TABLES.strip().splitlines():
        head, body = line.split(": ", 1)
        table, comment = head.split()
        columns = [column.split() for column in body.split("; ")]
        found.append(
            f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind, _ in columns)})"
        )
        found.append(f"COMMENT ON TABLE {table} IS '{comment}'")
        found += [f"COMMENT ON COLUMN {table}.{name} IS '{said}'" for name, _, said in columns]
    return found
