"""Check the Terraform module against the template: its parameters, their defaults, its variables.

The AWS provider's schema is not asked: `terraform validate` needs its registry.

Usage: check_terraform.py MODULE TEMPLATE
"""

import json
import re
import sys
from pathlib import Path

import hcl2


def main(module: Path, template: Path) -> None:
    parameters = json.loads(template.read_text())["Parameters"]
    texts = {path.name: path.read_text() for path in sorted(module.glob("*.tf"))}
    for name, text in texts.items():
        hcl2.loads(text)  # raises where it is no HCL
        print(f"{name}: is HCL")

    variables = blocks("variable", texts["variables.tf"])
    for name, body in {**variables, **blocks("output", texts["outputs.tf"])}.items():
        assert re.search(r'^  description = ".+"$', body, re.M), f"{name} has no description"
    for name, body in variables.items():
        assert re.search(r"^  type +=", body, re.M), f"{name} has no type"
    used = set(re.findall(r"\bvar\.(\w+)", "".join(texts.values())))
    assert used == set(variables), f"used or declared only: {sorted(used ^ set(variables))}"

    (block,) = re.findall(r"  parameters = \{\n(.*?)\n  \}", texts["main.tf"], re.S)
    passed = dict(re.findall(r"^    (\w+) += (.+)$", block, re.M))
    assert set(passed) == set(parameters), f"differ: {sorted(set(passed) ^ set(parameters))}"
    for name, value in passed.items():
        default = parameters[name].get("Default")
        variable = re.search(r"var\.(\w+)", value)
        if default is None or variable is None or name == "CodePrefix":
            continue
        declared = re.search(r"^  default +=\s*(.+)$", variables[variable[1]], re.M)
        assert declared, f"{variable[1]} has no default, {name} has"
        given = json.loads(declared[1])
        given = {True: "on", False: "off"}[given] if isinstance(given, bool) else str(given)
        assert given == str(default), f"{variable[1]} is {given}, {name} is {default}"
    print(f"{len(variables)} variables give {len(passed)} parameters")


def blocks(kind: str, text: str) -> dict[str, str]:
    return dict(re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.S | re.M))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
