"""`dialer_client`, the typed client of the API: made from docs/openapi.json by openapi-python-client.

`python -m api.docs` writes it, as it writes the description. What the generator can't use is left out of what it
reads: the forms beside the bodies, and the errors, which are one class (`dialer_client.errors.Problem`).
"""

import filecmp
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path("dialer_client")
_TEMPLATES: Final = Path(__file__).parent / "client_templates"
_JSON: Final = "application/json"
_OCTETS: Final = "application/octet-stream"


def write(spec: dict[str, Any]) -> None:
    """Put the client of `spec` where the one is that is there."""
    with tempfile.TemporaryDirectory() as folder:
        made = _generate(spec, Path(folder))
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(made, FOLDER)


def is_current(spec: dict[str, Any]) -> bool:
    """Whether the client that is there is the one of `spec`."""
    with tempfile.TemporaryDirectory() as folder:
        return FOLDER.is_dir() and _same(_generate(spec, Path(folder)), FOLDER)


def _generate(spec: dict[str, Any], folder: Path) -> Path:
    programs = Path(sys.executable).parent
    ruff = programs / "ruff"
    options = "--isolated --quiet --line-length 120"
    types = {kind for kind in _media_types(spec) if kind != _JSON}
    config = {
        "package_version_override": spec["info"]["version"],
        "content_type_overrides": dict.fromkeys(sorted(types), _OCTETS),
        "post_hooks": [
            f"{ruff} check {options} --fix-only --select F401,I,UP --target-version py311 .",
            f"{ruff} format {options} .",
        ],
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "spec.json").write_text(json.dumps(_readable(spec)), encoding="utf-8")
    made = folder / FOLDER.name
    command = [
        *(str(programs / "openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", str(folder / "spec.json"), "--config", str(folder / "config.json")),
        *("--custom-template-path", str(_TEMPLATES), "--output-path", str(made)),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for cache in made.rglob(".ruff_cache"):
        shutil.rmtree(cache)
    return made


def _readable(spec: dict[str, Any]) -> dict[str, Any]:
    """A copy of `spec` as the generator understands it."""
    found: dict[str, Any] = json.loads(json.dumps(spec))
    for path in found["paths"].values():
        for operation in path.values():
            _simplify(operation)
    _drop_defaults(found["components"]["schemas"])
    return found


def _simplify(operation: dict[str, Any]) -> None:
    # Who has an answer and asks whether it is still so keeps it himself: the client doesn't.
    operation["parameters"] = [part for part in operation.get("parameters", []) if part["name"] != "If-None-Match"]
    responses = operation["responses"]
    operation["responses"] = {code: response for code, response in responses.items() if code.startswith("2")}
    body = operation.get("requestBody", {}).get("content", {})
    body.pop("multipart/form-data", None)
    for other in list(body)[1:]:
        # The first stands for all: what a file is the API sees by its content.
        del body[other]
    for content in (body, *(response.get("content", {}) for response in operation["responses"].values())):
        for kind, media in content.items():
            media.pop("example", None)
            if kind != _JSON:
                media["schema"] = {"type": "string", "format": "binary"}
    if body:
        operation["requestBody"].setdefault("required", True)


def _media_types(spec: dict[str, Any]) -> set[str]:
    operations = [operation for path in spec["paths"].values() for operation in path.values()]
    bodies = [operation.get("requestBody", {}).get("content", {}) for operation in operations]
    answers = [response.get("content", {}) for operation in operations for response in operation["responses"].values()]
    return {kind for content in (*bodies, *answers) for kind in content}


def _drop_defaults(schema: Any) -> None:
    """Defaults that are objects: what isn't sent is the API's to fill in."""
    if isinstance(schema, list):
        for part in schema:
            _drop_defaults(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("default"), dict):
            del schema["default"]
        for part in schema.values():
            _drop_defaults(part)


def _same(one: Path, other: Path) -> bool:
    found = filecmp.dircmp(one, other, ignore=["__pycache__"])
    return not (found.left_only or found.right_only or found.diff_files or found.funny_files) and all(
        _same(one / name, other / name) for name in found.common_dirs
    )
