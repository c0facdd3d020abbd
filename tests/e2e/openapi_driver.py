"""The OpenAPI document under test: is it valid, do answers conform to it, does a fuzz run over it find anything.

    python openapi_driver.py validate URL
    python openapi_driver.py conform URL FILE      FILE: JSON lines of {method, path, status, type, body}
    python openapi_driver.py fuzz URL SECONDS PHASES [HEADER]
    python openapi_driver.py stranger DATABASE     adds an organisation with an administrator
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from second_organisation import add_stranger

# What a conforming server keeps to. Refused requests have status 200 here, so that whether data was accepted cannot be
# told by the status.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def document(url):
    with urllib.request.urlopen(f"{url}/openapi.json") as answer:
        assert answer.headers["content-type"] == "application/json"
        return json.load(answer)


def check_document(url):
    told = document(url)
    validate(told, cls=OpenAPIV31SpecValidator)
    for name, schema in told["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema.get("type") or schema.keys() & {"$ref", "anyOf", "oneOf", "allOf", "enum", "const"}, name


def pointer(*names):
    return "#/" + "/".join(name.replace("~", "~0").replace("/", "~1") for name in names)


def check_answers(url, file):
    """Each answer is of a status and type that its operation declares, and of the shape."""
    told = document(url)
    problems = []
    with open(file) as lines:
        for answer in map(json.loads, lines):
            operation = told["paths"][answer["path"]][answer["method"]]
            responses = operation["responses"]
            name = f"{answer['method']} {answer['path']}"
            if str(answer["status"]) not in responses:
                problems.append(f"{name}: status {answer['status']} is not declared")
                continue
            declared = responses[str(answer["status"])]
            at = ["paths", answer["path"], answer["method"], "responses", str(answer["status"])]
            if "$ref" in declared:
                at = declared["$ref"].removeprefix("#/").split("/")
                declared = told["components"]["responses"][at[-1]]
            if answer["type"] not in declared["content"]:
                problems.append(f"{name}: {answer['type']} is not declared")
                continue
            if answer["type"] != "application/json":
                continue
            # Of alternatives, the errors of the one that is meant say more.
            at += ["content", answer["type"], "schema"]
            schema = declared["content"][answer["type"]]["schema"]
            if "anyOf" in schema:
                at += ["anyOf", "1" if answer["body"].get("data") is False and "error" in answer["body"] else "0"]
            for error in Draft202012Validator({**told, "$ref": pointer(*at)}).iter_errors(answer["body"]):
                problems.append(f"{name}: {error.json_path}: {error.message[:300]}")
    assert not problems, "\n".join(problems)


def fuzz(url, seconds, phases, *headers):
    told = [argument for header in headers for argument in ("--header", header)]
    command = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"),
        *("run", f"{url}/openapi.json", "--checks", ",".join(CHECKS), "--phases", phases),
        *("--max-time", seconds, "--max-examples", "20", "--seed", "1", "--no-shrink", "--continue-on-failure"),
        *("--warnings", "off", "--suppress-health-check", "all", *told),
        # It would end the token of the run.
        *("--exclude-path", "/api/v1/user/logout"),
    ]
    # It leaves what it has learnt in its folder.
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ended.returncode != 0:
        sys.exit(ended.stdout)


COMMANDS = {"validate": check_document, "conform": check_answers, "fuzz": fuzz, "stranger": add_stranger}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
