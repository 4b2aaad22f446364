"""Column types that the engines do not share by themselves."""

from typing import Any

from django.db import models


class BinaryOrderCharField(models.CharField):
    """Text that sorts by its bytes on both engines, so that pages by key never skip a row."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
