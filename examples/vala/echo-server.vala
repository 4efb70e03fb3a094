// echo-server.vala: sends every client back what it sends
//
// Run:  echo-server [PORT]        (0, the default: any free port)
// Shows a server that holds no state of its own, and back-pressure in two lines.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a client has not fetched yet waits in the send queue. While that is long, its bytes are
// left unread: the socket then stops reading by itself, and `drained` says when to go on.
void echo (Tisock.TCPSocket socket) {
    try {
        if (!socket.needs_drain)
            socket.write (socket.read_all ());
    } catch (Error error) {
        printerr ("%s\n", error.message);
    }
}

void left (Tisock.SocketCore socket) {
    print ("port %d left\n", ((Tisock.TCPSocket) socket).remote_port);
}

int main (string[] args) {
    // Without an address it would listen on all interfaces.
    var server = new Tisock.ServerSocket () {
        address = "127.0.0.1",
        port = args.length > 1 ? int.parse (args[1]) : 0
    };

    // The library keeps an open socket alive until it has closed, so there is nothing to store. The
    // handlers are given their socket: one that used this variable would keep it for ever.
    server.accepted.connect (socket => {
        print ("port %d came\n", socket.remote_port);
        socket.data_available.connect (sender => echo ((Tisock.TCPSocket) sender));
        socket.drained.connect (echo);
        socket.closed.connect (left);
    });

    try {
        server.listen ();
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }

    print ("listening on %d\n", server.port);
    new MainLoop ().run ();

    return 0;
}
