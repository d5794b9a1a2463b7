"""The console against a real server process: no mocked API, offscreen Qt."""
