"""What of AWS's SDK is packed: its code, and the data of the services that the functions call.

botocore's data describes every service of AWS, some 25 MB. What does not belong to one service
(endpoints, partitions, retries) is packed, and so are the CA certificates beside it.
"""

# tests/unit/test_sdk.py compares them with the clients that the functions make.
SERVICES = ("s3", "secretsmanager", "sns")
_DATA = "botocore/data/"
_EXAMPLES = "examples-"


def is_packed(name: str) -> bool:
    """Whether a library's file is packed.

    Args:
        name: Below the folder of libraries, such as "botocore/data/s3/2006-03-01/waiters-2.json".
    """
    if not name.startswith(_DATA):
        return True
    service, *within = name.removeprefix(_DATA).split("/")
    # Examples are for documentation alone.
    return not within or (service in SERVICES and not within[-1].startswith(_EXAMPLES))
