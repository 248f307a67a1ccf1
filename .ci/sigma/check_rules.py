"""Read every rule of Sigma in a folder with Sigma's own library; it refuses what is no rule.

Usage: check_rules.py FOLDER
"""

import pathlib
import sys

from sigma.collection import SigmaCollection

files = sorted(pathlib.Path(sys.argv[1]).glob("*.yml"))
rules = SigmaCollection.load_ruleset([str(file) for file in files])
rules.resolve_rule_references()
errors = [error for rule in rules for error in rule.errors]
assert files and not errors, errors
print(f"{len(files)} files, {len(rules.rules)} rules of Sigma are right")
