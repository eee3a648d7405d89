"""The web page: its files, its frame, and the session that keeps a key for it. The page itself is in ``web/page``."""

from .frame import send_page
from .resources import FileResource, PagePart
from .session import SessionResource

__all__ = ["FileResource", "PagePart", "SessionResource", "send_page"]
