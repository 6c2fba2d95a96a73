"""Columns that hold personal data."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.lookups import IsNull

from candidates.encryption import blind_index, decrypt, encrypt

if TYPE_CHECKING:  # Django's fields take type arguments in its stubs only
    TextColumn = models.Field[str, str]
    CharColumn = models.CharField[str, str]
else:
    TextColumn, CharColumn = models.Field, models.CharField


class EncryptedTextField(TextColumn):
    """A text that is encrypted in its column. It cannot be searched; a BlindIndexField beside it can."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return IsNull
        raise TypeError(f"{self._context} is encrypted and cannot be searched; use its blind index")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        stored = encrypt(str(value), context=self._context) if value else b""
        return connection.Database.Binary(stored)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> str:
        stored = bytes(value or b"")
        return decrypt(stored, context=self._context) if stored else ""

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)


class BlindIndexField(CharColumn):
    """The keyed index of another field's value, kept right whenever the row is saved.

    `source` names the field or property of the model whose value is indexed. The model itself declares the index: one
    made by the field would come with a second one for searches by pattern, which nobody makes.
    """

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.update(max_length=32, blank=True, editable=False, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, list(args), {**kwargs, "source": self.source}

    # `add` is what Django calls it by.
    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = blind_index(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
