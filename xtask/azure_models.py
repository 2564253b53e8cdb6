"""Compares the description of an app in Azure Container Apps with the models of its API.

    azure_models.py deploy/container-app.yaml...

Every key has to be a field of its model, and every value of the field's type; of an enum, one of its words. The package itself
refuses none of that: it sends what it is given. Prints what is wrong, and then exits with 1.
"""

import enum
import sys
import types
import typing

import yaml
from azure.mgmt.appcontainers import models

NAMES = {"_models": models, "datetime": __import__("datetime")}
PLAIN = {str: (str,), bool: (bool,), int: (int,), float: (int, float)}


def fields(model):
    """The type of each field, by its name in the API."""
    # The names are known once an object has been made.
    model({})
    hints = {}
    for base in reversed(model.__mro__):
        hints.update(getattr(base, "__annotations__", {}))
    return {field._rest_name: hints[name] for name, field in model._attr_to_rest_field.items()}


def resolve(hint):
    """The type that a name stands for."""
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    return eval(hint, NAMES) if isinstance(hint, str) else hint


def faults(hint, value, place):
    """What is wrong with a value of this type."""
    hint = resolve(hint)
    origin, arguments = typing.get_origin(hint), [resolve(one) for one in typing.get_args(hint)]
    if origin in (typing.Union, types.UnionType):
        options = [one for one in arguments if one is not type(None)]
        enums = [one for one in options if isinstance(one, type) and issubclass(one, enum.Enum)]
        if not enums:
            yield from faults(options[0], value, place)
        elif value not in [word.value for word in enums[0]]:
            yield f"{place}: {value!r} is not one of {', '.join(word.value for word in enums[0])}"
    elif origin is list:
        if not isinstance(value, list):
            yield f"{place}: a list is expected"
            return
        for index, one in enumerate(value):
            yield from faults(arguments[0], one, f"{place}[{index}]")
    elif origin is dict:
        if not isinstance(value, dict):
            yield f"{place}: an object is expected"
            return
        for key, one in value.items():
            yield from faults(arguments[1], one, f"{place}.{key}")
    elif hint in PLAIN:
        if not isinstance(value, PLAIN[hint]) or isinstance(value, bool) != (hint is bool):
            yield f"{place}: {value!r} is no {hint.__name__}"
    elif isinstance(hint, type) and hint.__module__.startswith("azure."):
        yield from faults_of_object(hint, value, place)
    else:
        yield f"{place}: the type {hint} is not known here"


def faults_of_object(model, value, place):
    if not isinstance(value, dict):
        yield f"{place}: an object is expected"
        return
    known = fields(model)
    for key, one in value.items():
        if key in known:
            yield from faults(known[key], one, f"{place}.{key}")
        else:
            yield f"{place}.{key}: no field of {model.__name__}"


def main(paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += faults(models.ContainerApp, yaml.safe_load(file), f"{path}: app")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
