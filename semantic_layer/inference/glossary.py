"""English words of column names and their Chinese, for databases whose columns are named in English.

One word may have several translations; the first is the label, the others are synonyms. No business
is favoured: these are the words that any transactional or public data set uses.
"""

from __future__ import annotations

_TEXT = """
id=编号 | no=编号 | num=数量,数 | number=数量,编号 | code=编码,代码 | key=键 | name=名称,名字,名 | title=标题,名称 | label=标签
user=用户 | users=用户 | customer=客户,顾客 | customers=客户,顾客 | client=客户 | member=会员 | members=会员 | buyer=买家 | seller=卖家
employee=员工 | employees=员工 | staff=员工 | manager=经理,上级 | supplier=供应商 | suppliers=供应商 | vendor=供应商 | shop=店铺 | store=门店,店铺 | stores=门店 | merchant=商家
order=订单 | orders=订单 | item=商品,明细 | items=商品,明细 | product=商品,产品 | products=商品,产品 | goods=商品 | sku=SKU | spu=SPU | brand=品牌 | brands=品牌 | category=品类,类别,分类 | categories=品类 | subcategory=子类,子品类 | type=类型,类别 | kind=种类 | class=类别 | group=组,分组
amount=金额 | price=价格,单价 | cost=成本,花费 | fee=费用 | total=总,合计 | sum=合计 | subtotal=小计 | revenue=收入,营收 | sales=销售额,销售 | sale=销售 | profit=利润 | margin=毛利 | discount=折扣,优惠 | tax=税,税额 | refund=退款 | refunds=退款 | pay=支付 | paid=支付 | payment=支付 | payments=支付 | salary=工资,薪资 | wage=工资 | income=收入 | budget=预算 | target=目标 | balance=余额 | value=值,价值 | unit=单位 | currency=币种 | expense=支出 | spend=花费 | gmv=成交总额,GMV | list=标
quantity=数量 | qty=数量 | count=数量,次数 | cnt=数量 | stock=库存 | inventory=库存 | weight=重量 | height=高度 | width=宽度 | length=长度 | size=大小,尺寸 | area=面积,地区 | volume=体积,量 | rate=率,比率 | ratio=比例 | percent=百分比 | pct=百分比 | score=评分,得分 | rating=评分 | rank=排名 | level=等级,级别 | grade=等级,年级 | age=年龄 | min=最小 | max=最大 | avg=平均 | average=平均
date=日期 | time=时间 | datetime=时间 | timestamp=时间 | day=日,天 | week=周 | month=月份,月 | quarter=季度 | year=年份,年 | hour=小时 | at=时间 | created=创建 | create=创建 | updated=更新 | update=更新 | modified=修改 | deleted=删除 | start=开始 | begin=开始 | end=结束 | birth=出生 | birthday=生日,出生日期 | birthdate=出生日期 | register=注册 | registered=注册 | registration=注册 | signup=注册 | login=登录 | open=开业 | close=关闭 | expire=到期 | due=到期 | ship=发货 | shipped=发货 | shipping=运费,配送 | delivery=配送,送达 | delivered=送达 | delivered_at=送达时间 | duration=时长 | period=时期 | first=首次 | last=最近 | latest=最新
country=国家 | province=省份,省 | state=州,状态 | city=城市,市 | district=区,区县 | county=县 | region=地区,区域,大区 | town=镇 | street=街道 | address=地址 | location=位置,地点 | place=地点 | zip=邮编 | postcode=邮编 | lat=纬度 | latitude=纬度 | lng=经度 | lon=经度 | longitude=经度 | warehouse=仓库
gender=性别 | sex=性别 | phone=电话,手机号 | mobile=手机号 | tel=电话 | email=邮箱 | job=职业,工作 | occupation=职业 | education=学历 | major=专业 | marital=婚姻 | nation=国籍 | nationality=国籍 | department=部门 | dept=部门 | position=职位 | company=公司 | school=学校 | student=学生 | students=学生 | teacher=教师,老师 | teachers=教师 | course=课程 | courses=课程 | team=团队,队伍 | player=球员 | author=作者 | director=导演 | actor=演员 | artist=艺人 | singer=歌手 | book=图书,书 | books=图书 | movie=电影 | movies=电影 | film=电影 | song=歌曲 | album=专辑 | game=游戏 | match=比赛 | hotel=酒店 | room=房间 | flight=航班 | airport=机场 | train=列车 | station=车站 | car=汽车 | vehicle=车辆 | house=房屋 | building=楼 | patient=患者 | doctor=医生 | hospital=医院 | disease=疾病 | account=账户,账号 | accounts=账户 | card=卡 | loan=贷款 | bank=银行 | invoice=发票 | contract=合同 | project=项目 | task=任务 | device=设备 | machine=机器 | sensor=传感器
status=状态 | flag=标记 | is=是否 | has=是否有 | active=有效,活跃 | enabled=启用 | valid=有效 | method=方式 | channel=渠道 | source=来源 | platform=平台 | version=版本 | app=应用 | os=操作系统 | browser=浏览器 | page=页面 | url=网址 | session=会话 | event=事件 | events=事件 | action=动作 | click=点击 | clicks=点击量 | view=浏览 | views=浏览量 | visit=访问 | visits=访问量 | impressions=曝光量 | impression=曝光 | campaign=活动 | campaigns=活动 | coupon=优惠券 | ad=广告 | ads=广告 | keyword=关键词
description=描述,说明 | desc=描述 | comment=评论,备注 | comments=评论 | review=评论,评价 | reviews=评论 | content=内容 | text=文本,内容 | remark=备注 | note=备注 | notes=备注 | reason=原因 | result=结果 | tag=标签 | tags=标签 | color=颜色 | colour=颜色 | image=图片 | full=全 | parent=上级 | detail=明细 | details=明细 | line=行 | new=新 | old=旧 | temperature=温度 | population=人口 | language=语言 | industry=行业 | capacity=容量 | distance=距离 | speed=速度 | power=功率 | energy=能耗 | by=由 | of= | the= | per=每 | in= | and= | to=到 | from=来自 | url=网址 | link=链接
"""

GLOSSARY: dict[str, tuple[str, ...]] = {
    word.strip(): tuple(chinese.strip().split(","))
    for line in _TEXT.strip().splitlines()
    for entry in line.split("|")
    for word, _, chinese in [entry.partition("=")]
}

# Pairs of words that have a word of their own.
COMPOUNDS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("unit", "price"): ("单价", "价格"),
    ("list", "price"): ("标价", "原价"),
    ("total", "amount"): ("总金额", "金额"),
    ("pay", "amount"): ("支付金额", "实付金额", "付款金额"),
    ("order", "amount"): ("订单金额",),
    ("first", "name"): ("名", "名字"),
    ("last", "name"): ("姓", "姓氏"),
    ("full", "name"): ("全名", "姓名"),
    ("user", "name"): ("用户名", "用户名称", "姓名"),
    ("birth", "date"): ("出生日期", "生日"),
    ("date", "of", "birth"): ("出生日期", "生日"),
    ("zip", "code"): ("邮编",),
    ("postal", "code"): ("邮编",),
    ("page", "views"): ("浏览量", "页面浏览量"),
    ("market", "value"): ("市值",),
    ("id", "card"): ("身份证号",),
}
