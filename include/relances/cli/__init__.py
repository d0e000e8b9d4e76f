"""One grammar of commands, for the person and for the processes that are handed them."""

import locale
from contextlib import suppress

# Where a cron or a container has no language, whoever opens a file without naming its encoding reads ASCII: Airflow,
# as it is imported. Python does the same as it starts, unless LC_ALL or PYTHONUTF8 keep it from doing so.
if locale.getpreferredencoding(do_setlocale=False).upper() in {"ASCII", "US-ASCII", "ANSI_X3.4-1968", "646"}:
    with suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
