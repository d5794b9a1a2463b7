"""``python -m server.api.openapi`` prints the description of the admin API."""

import json
import sys

from server.api.v1.every import openapi_document

if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
