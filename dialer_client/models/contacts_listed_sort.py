from enum import StrEnum


class ContactsListedSort(StrEnum):
    PHONE_NUMBER = "phone_number"
    VALUE_1 = "-phone_number"

    def __str__(self) -> str:
        return str(self.value)
