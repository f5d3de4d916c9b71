"""A row as whoever asked for it reads it: by its columns' names, however it was fetched."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

Row = RowMapping | Mapping[str, Any]
