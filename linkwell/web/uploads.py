"""How large a body with a file may be: nothing reads further than this, whatever a form says of itself."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

LARGEST_BODY = 24 * 1024 * 1024  # a file of 20 MiB and what stands around it


class Quota(FileUploadHandler):
    """Counts the bytes of all files of one request, and breaks off above the quota."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.read = 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any, **more: Any) -> None:  # noqa: N803 - Django's own name
        """Refuse before anything is read where the request itself says that it is too large."""
        if content_length > LARGEST_BODY:
            raise RequestDataTooBig("The file is too large.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a piece on, unless the pieces together are too much."""
        self.read += len(raw_data)
        if self.read > LARGEST_BODY:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""
