"""One grammar of commands, for the person and for the processes that are handed them."""
