"""Answers queries: a JSON list of [language, query] on standard input becomes one of answers on standard output.

An answer is {"columns": [...], "rows": [[...], ...]}, or {"error": "..."}. The answer of Python is its last line, which is
an expression, as in a notebook. Each query has a database, or variables, of its own. What a later pandas will not do is an error.
"""

import ast
import json
import sys
import warnings

import duckdb
import pandas


def answer_of_sql(query):
    with duckdb.connect() as database:
        cursor = database.execute(query)
        return [column[0] for column in cursor.description], cursor.fetchall()


def answer_of_python(query):
    program = ast.parse(query)
    last = ast.Expression(program.body.pop().value)
    variables = {}
    exec(compile(program, "example", "exec"), variables)
    return table(eval(compile(last, "example", "eval"), variables))


def table(value):
    """Columns and rows of a frame or series of pandas, or of a frame of Polars."""
    if isinstance(value, pandas.Series):
        value = value.to_frame()
    if isinstance(value, pandas.DataFrame):
        value = value.reset_index().astype(object)
        return list(value.columns), value.where(value.notna(), None).values.tolist()
    return value.columns, value.rows()


def answer(language, query):
    try:
        columns, rows = {"sql": answer_of_sql, "python": answer_of_python}[language](query)
        return {"columns": columns, "rows": [list(row) for row in rows]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


warnings.simplefilter("error", FutureWarning)
queries = json.load(sys.stdin)
json.dump([answer(*query) for query in queries], sys.stdout, default=str, allow_nan=False)
