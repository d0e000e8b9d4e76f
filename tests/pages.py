"""great-expectations compiles the templates of its pages anew for each page: here, once for a whole session."""

from functools import partial

from great_expectations.render.view import view
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """What was compiled, by the name and the content of each template."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def compile_pages_once() -> None:
    """Let all the pages of this process, and of those divided from it, share what is compiled from now on."""
    view.Environment = partial(Environment, bytecode_cache=Compiled())  # type: ignore[misc, assignment]


def compile_pages() -> None:
    """Compile every template now."""
    environment = view.DefaultJinjaPageView().env
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)
