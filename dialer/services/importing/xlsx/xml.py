"""XML as a stream of elements, without a tree and without anything that XML could do to us."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Generic, TypeVar
from xml.sax import SAXParseException  # nosec B406 # an error; what parses is defusedxml
from xml.sax.handler import ContentHandler  # nosec B406 # it only listens
from xml.sax.xmlreader import AttributesImpl  # nosec B406 # a type; what parses is defusedxml

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]

from dialer.errors import InvalidInput

T = TypeVar("T")

_MAX_DEPTH: Final = 64
_MAX_TOKEN_BYTES: Final = 1024 * 1024


class Handler(ContentHandler, Generic[T]):
    """Gathers what elements say into `found`. Names are without their prefixes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[T] = []
        self.seen = 0
        self._depth = 0

    def begin(self, name: str, attributes: "AttributesImpl[str]") -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element is over."""

    def startElement(self, name: str, attrs: "AttributesImpl[str]") -> None:  # noqa: N802
        self.seen += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise InvalidInput("The workbook is damaged: its elements are nested too deeply.")
        self.begin(name.rpartition(":")[2], attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        self.seen += 1
        self._depth -= 1
        self.end(name.rpartition(":")[2])

    def characters(self, content: str) -> None:
        self.seen += 1
        self.text(content)

    def text(self, content: str) -> None:
        """Some characters of the element that is open."""


def parse(blocks: Iterable[bytes], handler: Handler[T]) -> Iterator[T]:
    """What `handler` finds, as soon as it has found it. Memory is bounded by a block and one element's name and
    attributes.

    Raises:
        InvalidInput: not well-formed, with entities or a DTD, or with elements as no workbook has them.
    """
    parser: Any = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    silent, seen = 0, 0
    try:
        for block in blocks:
            parser.feed(block)
            silent = silent + len(block) if handler.seen == seen else 0
            seen = handler.seen
            if silent > _MAX_TOKEN_BYTES:
                raise InvalidInput("The workbook is damaged: one of its elements has no end.")
            yield from handler.found
            handler.found.clear()
        parser.close()
    except SAXParseException as error:
        raise InvalidInput(f"The workbook is damaged: {error.getMessage()}.") from error
    except DefusedXmlException as error:
        raise InvalidInput("The workbook has XML that no spreadsheet writes (entities or a DTD).") from error
    yield from handler.found
    handler.found.clear()
