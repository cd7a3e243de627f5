from data.tables.plan import Plan
def measure(con, plan, world):
    return {t: con.execute(f'select count(*) from {t}').fetchone()[0] for (t,) in con.execute('select table_name from duckdb_tables()').fetchall()}
