"""What schemathesis may not send.

JSON has one kind of number, so a schema's integer may be written 706.0. The generated service reads 706 and answers
706.0 with a 422 that says so; no client library writes an integer like that. It is sent as 706.
"""

import schemathesis


def whole(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return value


@schemathesis.hook
def map_body(context, body):
    return whole(body)
