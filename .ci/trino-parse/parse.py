"""Parse each text as Trino's SQL and resolve its columns; exit 1 at the first that fails."""

import json
import sys

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

job = json.load(sys.stdin)
for name, text in job["texts"].items():
    try:
        (tree,) = sqlglot.parse(text, read="trino", error_level=sqlglot.ErrorLevel.RAISE)
        unknown = [function.name for function in tree.find_all(exp.Anonymous)]
        if unknown:
            raise ValueError(f"not among Trino's functions: {', '.join(unknown)}")
        qualify(tree, dialect="trino", schema=job["schema"], expand_alias_refs=False)
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        sys.exit(f"{name} is not right for Trino: {error}")
print(f"{len(job['texts'])} SQL texts are right for Trino (sqlglot {sqlglot.__version__})")
