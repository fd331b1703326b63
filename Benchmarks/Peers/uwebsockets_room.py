"""uWebSockets' own publish, through socketify: one room, writers at /write, readers at /read.

    uwebsockets_room.py PORT

Python hears each message once; who gets it is uWebSockets' affair. Writers are in the room too, as
people are: what a socket without a subscription publishes goes out message by message, which costs
uWebSockets most of its rate.
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
    "/write",
    {
        **OPTIONS,
        "open": lambda socket: socket.subscribe(ROOM),
        "message": lambda socket, text, kind: socket.publish(ROOM, text, kind),
    },
)
app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"))
app.run()
