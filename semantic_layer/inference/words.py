"""Words that Chinese column names are made of, in any business: the data behind ``labels.py``.

Only general database vocabulary belongs here. It knows no table and no business.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Endings of a column name that say the same thing; each may stand for the others.
ENDINGS: tuple[tuple[str, ...], ...] = (
    ("时间", "日期", "年份", "时候"),
    ("数量", "数目", "个数", "数", "总数"),
    ("人数", "人口"),
    ("价格", "价钱", "价", "售价", "单价", "金额"),
    ("费用", "费", "收费", "价格"),
    ("地点", "地址", "位置", "地方", "地"),
    ("名称", "名字", "名"),
    ("比例", "占比", "比率", "份额", "比重"),
    ("时长", "时间", "长度"),
    ("类型", "类别", "种类", "分类", "品类", "类"),
    ("得分", "评分", "分数", "打分"),
    ("级别", "等级"),
    ("次数", "场次", "场数"),
    ("销量", "销售量", "售卖量", "销售数量", "售出数量"),
    ("薪资", "工资", "薪水", "月薪", "待遇"),
)

# Whole names, or parts of one, that people say in another way.
SAME: tuple[tuple[str, ...], ...] = (
    ("成立时间", "创办时间", "创立时间", "建立时间", "创建时间"),
    ("出版时间", "出版日期"),
    ("上市时间", "发布时间", "推出时间", "上线时间"),
    ("上映时间", "首播时间", "播出时间", "上映日期"),
    ("出生日期", "生日", "出生时间"),
    ("出生地", "籍贯", "出生地点", "老家"),
    ("毕业院校", "毕业学校", "母校"),
    ("国籍", "国家"),
    ("年营业额", "营业额", "营收", "营业收入", "年收入"),
    ("收入", "营收"),
    ("利润", "收益", "盈利"),
    ("市场份额", "市场占有率", "市占率", "市场占比"),
    ("注册资本", "注册资金"),
    ("总部地点", "总部", "总部地址", "总部所在地"),
    ("职业", "工作"),
    ("职位", "职务"),
    ("职称", "头衔"),
    ("称号", "美誉"),
    ("定价", "价格", "售价"),
    ("售价", "价格", "价钱", "卖价"),
    ("票价", "价格", "价钱"),
    ("票房", "票房收入"),
    ("薪资", "工资", "薪水", "收入"),
    ("学费", "费用"),
    ("地址", "位置", "地点"),
    ("电话", "联系方式", "联系电话", "电话号码"),
    ("性别", "男女"),
    ("年龄", "岁数", "年纪"),
    ("员工数量", "员工数", "员工人数", "员工总数"),
    ("学生人数", "学生数量", "学生数"),
    ("消费额", "消费金额", "消费"),
    ("销售额", "销售金额", "营业额"),
    ("股权占比", "持股比例", "股份"),
    ("出资比例", "持股比例"),
    ("投资资金", "投资金额", "投资额"),
    ("简介", "介绍", "描述"),
    ("含义", "意思", "释义"),
    ("功效", "作用", "效果"),
    ("评分", "分数", "得分", "打分", "评价"),
    ("字数", "篇幅"),
    ("集数", "多少集"),
    ("页数", "多少页"),
    ("面积", "占地面积"),
    ("人口", "人口数", "人口数量", "人数"),
    ("城市", "市"),
    ("朝代", "时代"),
    ("气候条件", "气候"),
    ("主要成就", "成就"),
    ("所属公司", "公司"),
    ("创始人", "创办人"),
)

# Openings that a person leaves out: 所属省份 is said 省份.
OPENINGS = (
    "所属",
    "所在",
    "所处",
    "位于",
    "当前",
    "目前",
    "具体",
    "主要",
    "所获",
    "获得",
    "来自",
    "举办",
    "平均",
    "总",
)

# Endings whose stem is what people ask with 多少, 何时, 在哪.
STEM_ENDINGS = (
    "数量",
    "总数",
    "个数",
    "人数",
    "数",
    "时间",
    "日期",
    "地点",
    "地址",
    "名称",
    "id",
    "编号",
)

# A column that says which row it is.
LABEL_ENDINGS = ("名称", "姓名", "名字", "名", "标题", "题目", "学名", "name", "title")
LABEL_NAMES = ("名称", "姓名", "名字", "标题", "中文名", "中文学名", "全称", "name", "title")
NOT_LABELS = (
    "排名",
    "国名",
    "网名",
    "提名",
    "署名",
    "曾用名",
    "别名",
    "用户名",
    "文件名",
    "第几名",
)
KEY_ENDINGS = (
    "id",
    "编号",
    "编码",
    "代码",
    "主键",
    "code",
    "key",
    "uuid",
    "guid",
    "学号",
    "工号",
    "单号",
)

# Entity → the word it is counted with. The longest ending wins.
CLASSIFIERS: tuple[tuple[str, str], ...] = (
    (
        "位",
        "人 人物 人员 名人 作者 诗人 嘉宾 员工 演员 演职员 歌手 运动员 球员 教师 老师 学生 将军 用户 客户 顾客 会员 医生 患者 导演 作家",
    ),
    (
        "家",
        "公司 企业 银行 机构 店 门店 商店 酒店 饭店 餐厅 商家 供应商 医院 驾校 工厂 品牌商 股东",
    ),
    ("所", "学校 高校 大学 小学 中学 院校 分校"),
    ("部", "电影 电视剧 小说 影片 剧 传记 作品 手机 软件 戏剧 话剧 音乐剧"),
    ("首", "诗 诗词 歌 歌曲"),
    ("本", "书 图书 文集 书籍 杂志"),
    ("场", "演唱会 峰会 比赛 战役 会议 演出 活动 赛事 运动会 宣讲会 晚会"),
    ("座", "场馆 山 桥 火车站 车站"),
    ("种", "水果 坚果 食物 动物 植物 类型 班型 产品 宗教 语言 货币 资源"),
    ("款", "型号 车型 系列 应用 app 游戏 基金"),
    ("趟", "列车 航班 车次"),
    ("单", "订单 运单 工单"),
    ("笔", "交易 支付 退款 账单 流水"),
    (
        "个",
        "省 省份 城市 地方 国家 品牌 部门 专业 岗位 项目 奖项 功能 平台 词语 词条 景点 小区 楼盘",
    ),
    ("块", "地块 土地"),
    ("条", "评论 记录 日志 新闻 评价"),
    ("件", "商品 货品 包裹"),
    ("辆", "车 车辆 汽车"),
    ("套", "房 房源 房屋 住宅"),
    ("间", "客房 房间 教室"),
    ("次", "事件 访问 登录"),
)

TRUE_WORDS = (
    "是",
    "有",
    "对",
    "真",
    "Y",
    "y",
    "yes",
    "Yes",
    "YES",
    "true",
    "True",
    "TRUE",
    "T",
    "1",
)
FALSE_WORDS = (
    "否",
    "没有",
    "无",
    "不是",
    "不",
    "假",
    "N",
    "n",
    "no",
    "No",
    "NO",
    "false",
    "False",
    "FALSE",
    "F",
    "0",
)
YES_NO_OPENINGS = ("是否有", "是否为", "是否", "有无", "能否", "可否")

# How a number is aggregated when nobody says: these endings are averaged, everything else summed.
AVERAGED = _words(
    "率 比例 占比 比重 份额 比 价 价格 单价 售价 均价 定价 票价 年龄 岁数 评分 得分 分数 打分 热度 度 排名 名次 "
    "等级 距离 时长 时间 天数 年限 工龄 面积 尺寸 容量 厚度 重量 高度 长度 宽度 温度 主频 薪资 工资 月薪 学制 "
    "期限 rate ratio price age score rating rank level size avg percent pct duration discount lat lng "
    "latitude longitude height weight"
)

MONEY = _words(
    "金额 收入 营收 营业额 销售额 消费额 利润 成本 费用 价格 单价 售价 定价 票价 票房 工资 薪资 月薪 资本 资金 市值 gdp 总价 均价 起步价"
)
RATES = _words("率 比例 占比 比重 份额 幅度 股权 rate ratio percent pct")

# A table's own time, when it has several: the earlier ending wins.
TIME_PREFERENCE = _words(
    "年份 年度 月份 年月 下单 成交 支付 交易 发生 统计 时间 日期 order transaction paid date created time "
    "创建 registered updated 更新"
)

# Endings of columns about a person that no listing should spread, and that are no words to filter by.
SENSITIVE = _words("手机号 手机号码 身份证 身份证号 身份证号码 银行卡号 邮箱 密码 手机")

# Stems of pointers from a table to itself.
SAME_KIND = frozenset(
    _words("parent manager supervisor boss leader superior 上级 父级 父 上司 经理 主管 推荐人")
)
