"""Item models over frozen rows. Rows come from the server page by page; nothing here talks HTTP or shows a widget."""
