"""uWebSockets' own publish, through socketify: one room, writers at /write, readers at /read.

    uwebsockets_room.py PORT

Python hears each message once; who gets it is uWebSockets' affair. Writers subscribe too, to
nothing anybody says: what a socket without a subscription publishes is sent message by
message, at a quarter of the rate.
"""

import sys

from socketify import App, AppListenOptions, CompressOptions

ROOM = "room"
OPTIONS = {
    "compression": CompressOptions.DISABLED,
    "idle_timeout": 0,
    "max_backpressure": 64 << 20,
    "max_payload_length": 64 << 10,
}

app = App()
app.ws("/read", {**OPTIONS, "open": lambda socket: socket.subscribe(ROOM)})
app.ws(
    "/write", {**OPTIONS, "message": lambda socket, text, kind: socket.publish(ROOM, text, kind)}
)
app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"))
app.run()
