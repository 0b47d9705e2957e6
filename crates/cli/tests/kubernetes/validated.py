"""Holds the manifests of a folder against the schemas of Kubernetes, and prints them: a JSON list of [file, document].

The oldest version is the first with `backoffLimitPerIndex`; fields that a schema does not have are errors.
"""

import json
import sys
from pathlib import Path

import kubernetes_validate
import yaml

VERSIONS = ["1.29", kubernetes_validate.latest_version()]

documents = []
for file in sorted(Path(sys.argv[1]).glob("*.yaml")):
    for document in yaml.safe_load_all(file.read_text()):
        for version in VERSIONS:
            kubernetes_validate.validate(document, version, strict=True)
        documents.append([file.name, document])
json.dump(documents, sys.stdout)
