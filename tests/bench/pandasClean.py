"""What Pallet does with a file, as far as pandas does it: types, dates, and a file of clean rows.

Arguments: file, output without its ending; or --version. Parquet where a library for it is there, else CSV.
"""
import sys

import pandas

try:
    import pyarrow  # noqa: F401

    parquet = True
except ImportError:
    parquet = False

if sys.argv[1] == "--version":
    print(pandas.__version__, "to Parquet" if parquet else "to CSV (no pyarrow is here)")
    sys.exit()
table = pandas.read_csv(sys.argv[1])
for name in table.select_dtypes("object"):
    table[name] = table[name].str.strip()
table["date"] = pandas.to_datetime(table["date"], format="%Y-%m-%d")
table["time"] = pandas.to_datetime(table["time"], format="%Y-%m-%d %H:%M:%S")
table["price"] = pandas.to_numeric(table["price"], errors="coerce")
table = table[table["price"].notna()]
if parquet:
    table.to_parquet(sys.argv[2] + ".parquet", index=False)
else:
    table.to_csv(sys.argv[2] + ".csv", index=False)
print(len(table))
