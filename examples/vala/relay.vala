// relay.vala: passes connections on to another host
//
// Run:  relay HOST PORT [PORT-TO-LISTEN-ON]        (0, the default: any free port)
// Shows splice_to(), which needs no memory for what a slow peer has not fetched, and ends by
// itself however either side does.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Neither way, if not both ways: then there is nothing to wait for.
async void relay (Tisock.TCPSocket client, Tisock.TCPSocket server) {
    try {
        yield server.open_async ();
        client.splice_to (server);
        server.splice_to (client);
    } catch (Error error) {
        printerr ("%s\n", error.message);
        client.abort ();
        server.abort ();
    }
}

// Given its socket by the signal: a handler that used a variable for that would keep it for ever.
void left (Tisock.SocketCore socket) {
    print ("port %d left\n", ((Tisock.TCPSocket) socket).remote_port);
}

int main (string[] args) {
    if (args.length < 3) {
        printerr ("Usage: relay HOST PORT [PORT-TO-LISTEN-ON]\n");
        return 1;
    }

    var listener = new Tisock.ServerSocket () {
        address = "127.0.0.1",
        port = args.length > 3 ? int.parse (args[3]) : 0
    };

    listener.accepted.connect (client => {
        print ("port %d came\n", client.remote_port);
        client.closed.connect (left);
        // It may have ended its side before the server is there; what it has sent is kept.
        client.allow_half_open = true;
        var server = new Tisock.TCPSocket () { address = args[1], port = int.parse (args[2]) };
        relay.begin (client, server);
    });

    try {
        listener.listen ();
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }

    print ("listening on %d\n", listener.port);
    new MainLoop ().run ();

    return 0;
}
