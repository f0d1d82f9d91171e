"""The allow-list for text from feeds: cleaned when it comes in, and again when it is shown."""

import html
import re

import nh3

TAGS = {"p", "br", "ul", "ol", "li", "strong", "b", "em", "i", "h3", "h4", "a", "blockquote"}
MOST_PASSES = 6
SCHEMES = {"http", "https", "mailto", "tel"}
_HEADINGS = re.compile(r"<(/?)h[1256](?=[\s>])", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|br|ul|ol|li|h[1-6]|div|tr|table|blockquote)\b[^>]*>", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z!/][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_EMPTY = re.compile(r"<(p|li|strong|b|em|i|h3|h4|ul|ol|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")

_DROPPED_WHOLE = {"script", "style", "svg", "math", "iframe", "object", "noscript", "template"}


def _href(element: str, attribute: str, value: str) -> str | None:
    if attribute != "href":
        return value
    return value if value.lower().startswith(("http://", "https://", "mailto:", "tel:")) else None


_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes={"a": {"href"}},
    attribute_filter=_href,
    url_schemes=SCHEMES,
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def is_html(text: str) -> bool:
    """Say whether a text holds tags or entities."""
    return ("<" in text or "&" in text) and bool(_LOOKS_LIKE_HTML.search(text))


def _is_bare(text: str) -> bool:
    """Say whether a text is one line of plain words, as most are: nothing in it can be markup."""
    return text.isascii() and text.isprintable() and not ("<" in text or "&" in text or ">" in text)


def clean_html(text: str) -> str:
    """Return the text with allowed tags only; plain text becomes paragraphs. Cleaning twice changes nothing."""
    if _is_bare(text):
        return f"<p>{words}</p>" if (words := text.strip()) else ""
    for _ in range(MOST_PASSES):  # badly nested tags settle on the second or third pass
        cleaned = _clean_once(text)
        if cleaned == text:
            return cleaned
        text = cleaned
    return _paragraphs(plain_text(text))


def _clean_once(text: str) -> str:
    if not text.strip():
        return ""
    if not is_html(text):
        return _paragraphs(text)
    kept = _cleaner.clean(_HEADINGS.sub(r"<\1h3", text)).replace("&nbsp;", " ").replace("\xa0", " ")
    while (smaller := _EMPTY.sub("", kept)) != kept:
        kept = smaller
    return kept.strip() if is_html(kept) else _paragraphs(kept)


def _paragraphs(text: str) -> str:
    parts = [html.escape(part, quote=False) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    return "".join(f"<p>{'<br>'.join(part.splitlines())}</p>" for part in parts)


def plain_text(text: str) -> str:
    """Return the words alone, a line for each block, no blank runs."""
    if _is_bare(text):
        return " ".join(text.split())
    if is_html(text):
        text = html.unescape(nh3.clean(_BLOCK.sub("\n", text), tags=set(), clean_content_tags=_DROPPED_WHOLE))
    lines = (" ".join(line.split()) for line in text.replace("\xa0", " ").splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
