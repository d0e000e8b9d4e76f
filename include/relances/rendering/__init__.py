"""Values made readable: sentences, Markdown, CSV; in French, and in English where officers read it."""
