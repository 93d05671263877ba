"""Holds files, one JSON a line with its kind, to the shapes that Microsoft publishes; prints what does not fit, a line each."""

import json
import sys
from importlib.resources import files

from azure.mgmt.datafactory import models
from azure.mgmt.datafactory._utils.model_base import Model
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

folder = files("powerbi_mcp.validation") / "schemas"
index = json.loads((folder / "INDEX.json").read_text("utf-8"))
schemas = {uri: json.loads((folder / name).read_text("utf-8")) for uri, name in index.items()}


def anything(uri):
    """Schemas that others refer to, and that are not in the package, take everything."""
    return Resource.from_contents({}, default_specification=DRAFT7)


registry = Registry(retrieve=anything).with_resources(
    (uri, DRAFT7.create_resource(schema)) for uri, schema in schemas.items()
)


def wrong_in_power_bi(value):
    uri = value["$schema"]
    if uri not in schemas:
        return [f"no such schema is published: {uri}"]
    validator = Draft7Validator(schemas[uri], registry=registry)
    return [error.message for error in validator.iter_errors(value)]


def kind_of(shape, value):
    """The kind of a shape that the value says it is; null where nobody knows it."""
    for name, kind in vars(shape).get("__mapping__", {}).items():
        found = kind if value.get("type") == name else kind_of(kind, value)
        if found is not None:
            return found
    return None


def wrong_in_data_factory(shape, value, path):
    """Names that nobody knows, kinds that nobody knows, and names that are missing, however deep."""
    if vars(shape).get("__mapping__"):
        kind = kind_of(shape, value)
        if kind is None:
            return [f"{path}: nobody knows the type {value.get('type')}"]
        shape = kind
    read = shape._deserialize(value, [])
    names = {field._rest_name: (own, field) for own, field in shape._attr_to_rest_field.items()}
    found = [f"{path}: nobody knows {name}" for name in value if name not in names]
    found += [
        f"{path}: {name} is missing"
        for name, (_, field) in names.items()
        if name not in value and not field._is_optional and "create" in (field._visibility or [])
    ]
    for name, inside in value.items():
        if name not in names:
            continue
        child = getattr(read, names[name][0])
        pairs = [(child, inside)]
        if isinstance(inside, list) and isinstance(child, list):
            pairs = list(zip(child, inside))
        elif isinstance(inside, dict) and isinstance(child, dict):
            pairs = [(child[key], inside[key]) for key in inside]
        for one, raw in pairs:
            if isinstance(one, Model) and isinstance(raw, dict):
                found += wrong_in_data_factory(type(one), raw, f"{path}.{name}")
    return found


shapes = {"pipeline": models.PipelineResource, "dataset": models.DatasetResource}
for line in sys.stdin:
    file = json.loads(line)
    path, value, kind = file["path"], file["value"], file["kind"]
    found = wrong_in_power_bi(value) if kind == "powerbi" else wrong_in_data_factory(shapes[kind], value, kind)
    for message in found:
        print(f"{path}: {message}")
