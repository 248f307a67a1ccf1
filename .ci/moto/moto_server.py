"""moto's server, which serves one request at a time.

moto's own serves each in a thread, and looks at the condition of a write before it writes, without
a lock: now and then two writers both get what DynamoDB and S3 give to one.
"""

import sys
from threading import Lock

from moto import server

ONE_AT_A_TIME = Lock()


class SerialApplication(server.DomainDispatcherApplication):
    def __call__(self, environ, start_response):
        with ONE_AT_A_TIME:
            return super().__call__(environ, start_response)


server.DomainDispatcherApplication = SerialApplication

if __name__ == "__main__":
    sys.exit(server.main())
