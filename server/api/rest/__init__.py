"""The framework of our JSON interfaces: a route is declared once, and from that come routing, decoding, authorisation,
OpenAPI and the tests of all of it. Knows nothing of firms' data; imports the store for sessions only.

Words: *route* one method of one path; *access* who may use it and what its path is limited to; *shape* a request's or
answer's type; *call* one request being served.
"""
