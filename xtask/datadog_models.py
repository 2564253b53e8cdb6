"""Compares monitors, objectives and a dashboard with the models of Datadog's API.

    datadog_models.py ops/datadog...

Every key has to be a field of its model, every required field has to be there, and every value has to be of the field's type;
of an enum, one of its words. The client itself accepts unknown keys and words. Prints what is wrong, and then exits with 1.
"""

import inspect
import json
import pathlib
import sys

from datadog_api_client.model_utils import ModelComposed, ModelNormal, ModelSimple, none_type
from datadog_api_client.v1.model.dashboard import Dashboard
from datadog_api_client.v1.model.monitor import Monitor
from datadog_api_client.v1.model.service_level_objective_request import ServiceLevelObjectiveRequest
from datadog_api_client.v2.model.metric_tag_configuration_create_request import MetricTagConfigurationCreateRequest

FILES = {
    "monitors.json": [Monitor],
    "slo.json": [ServiceLevelObjectiveRequest],
    "dashboard.json": Dashboard,
    "distributions.json": MetricTagConfigurationCreateRequest,
}


def faults(hint, value, place):
    """What is wrong with a value of this type."""
    if isinstance(hint, (tuple, set)):
        return fewest(hint, value, place)
    if isinstance(hint, list):
        if not isinstance(value, list):
            return [f"{place} is not a list"]
        return [fault for index, item in enumerate(value) for fault in faults(hint[0], item, f"{place}[{index}]")]
    if isinstance(hint, dict):
        if not isinstance(value, dict):
            return [f"{place} has no keys"]
        return [fault for key, item in value.items() for fault in faults(hint[str], item, f"{place}.{key}")]
    if issubclass(hint, ModelComposed):
        return fewest(hint._composed_schemas["oneOf"], value, place)
    if issubclass(hint, ModelSimple):
        allowed = getattr(hint, "allowed_values", None)
        if allowed:
            return [] if value in allowed else [f"{place} is {value!r}, none of {sorted(allowed, key=str)}"]
        return faults(hint.openapi_types["value"], value, place)
    if issubclass(hint, ModelNormal):
        return faults_of_model(hint, value, place)
    return plain(hint, value, place)


def fewest(hints, value, place):
    """What is wrong with a value that may be of any of these types: compared with the most similar of them."""
    return min((faults(hint, value, place) for hint in hints), key=len, default=[])


def plain(hint, value, place):
    """A number without a fraction may stand for one with a fraction, but a truth value is no number."""
    fits = {float: (int, float), none_type: (type(None),)}.get(hint, (hint,))
    is_truth = isinstance(value, bool)
    fine = isinstance(value, fits) and (hint is bool or hint is object or not is_truth)
    return [] if fine else [f"{place} is {value!r}, not {hint.__name__}"]


def faults_of_model(model, value, place):
    if not isinstance(value, dict):
        return [f"{place} has no keys"]
    names = model.attribute_map
    fields = {name: model.openapi_types[attribute] for attribute, name in names.items()}
    parameters = list(inspect.signature(model.__init__).parameters.values())[1:]
    required = {p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty}
    found = [f"{place} has no {names[name]}" for name in sorted(required) if names[name] not in value]
    for key, item in value.items():
        if key in fields:
            found += faults(fields[key], item, f"{place}.{key}")
        else:
            found.append(f"{place}.{key} is no field of {model.__name__}")
    return found


def main():
    found, known = [], set()
    for folder in sys.argv[1:]:
        for name, hint in FILES.items():
            path = pathlib.Path(folder, name)
            text = path.read_text()
            # Many projects have the same file.
            if (name, text) in known:
                continue
            known.add((name, text))
            value = json.loads(text)
            if not value:
                found.append(f"{path} is empty")
            found += faults(hint, value, str(path))
    print("\n".join(found))
    sys.exit(bool(found))


main()
