// unix-service.vala: greets the programs of its own user, and nobody else
//
// Run:  unix-service PATH        then for instance: socat - UNIX-CONNECT:PATH
// Shows a server on a path in the file system, and who is at the other end of a connection.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The mode of the path keeps all others out but root.
void greet (Tisock.TCPSocket socket) throws Error {
    var peer = socket.get_credentials ();
    var pid = (int) peer.get_unix_pid ();

    if (peer.is_same_user (new Credentials ())) {
        print ("process %d came\n", pid);
        socket.write_string ("hello %s, you are process %d\n".printf (
            Environment.get_user_name (), pid));
        socket.shutdown ();
    } else {
        print ("user %u was refused\n", (uint) peer.get_unix_user ());
        socket.close ();
    }
}

int main (string[] args) {
    if (args.length != 2) {
        printerr ("Usage: %s PATH\n", args[0]);
        return 1;
    }

    var loop = new MainLoop ();
    var server = new Tisock.ServerSocket () {
        socket_mode = 0600
    };

    server.accepted.connect (socket => {
        try {
            greet (socket);
        } catch (Error error) {
            printerr ("%s\n", error.message);
            socket.close ();
        }
    });

    try {
        server.add_address (new UnixSocketAddress (args[1]));
        server.listen ();
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }

    // That removes the path. One that is killed leaves it behind, and the next one takes it over.
    Unix.signal_add (ProcessSignal.INT, () => {
        server.close ();
        loop.quit ();
        return Source.REMOVE;
    });

    print ("listening on %s\n", args[1]);
    loop.run ();

    return 0;
}
