# What the pages use of DuckDB's command line, `duckdb -c QUERY`, by its library: the same parser and the same answers.

import sys

import duckdb

_, option, query = sys.argv
assert option == "-c", option
with duckdb.connect() as database:
    database.sql(query).show()
