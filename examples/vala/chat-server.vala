// chat-server.vala: passes what each member of a chat says on to the others
//
// Run:  chat-server [PORT]        (0, the default: any free port)
// The first line a member sends is its name, each further line is said to all others.
// Shows lines, a subclass that handles its own signals, and the list of a server's connections.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

class Member : Tisock.TCPSocket {
    private weak Tisock.ServerSocket server;
    private string? name = null;

    // The limits keep a member that never ends a line, or never reads, from filling the memory.
    public Member (Tisock.ServerSocket server) {
        Object (receive_limit: (uint64) 4096, send_maximum: (uint64) 256 * 1024);
        this.server = server;
    }

    public override void data_available () {
        try {
            // null: the rest of the line is still on its way.
            string? line;
            while ((line = read_line ()) != null)
                handle_line (line);
        } catch (Error error) {
            close ();           // this is no text, or a line without end
        }
    }

    public override void closed () {
        if (name != null)
            announce ("has left");
    }

    private void handle_line (string line) {
        if (name != null) {
            tell_others (@"$name: $line");
        } else {
            name = line;
            announce ("has come");
        }
    }

    private void announce (string event) {
        print ("* %s %s\n", name, event);
        tell_others (@"* $name $event");
    }

    // A write that fails can close its socket, and that takes it out of the list: walking
    // backwards meets all the others nevertheless.
    private void tell_others (string text) {
        for (var i = server.n_connections; i > 0; i--) {
            var other = server.connections.get_item (i - 1) as Member;
            if (other == null || other == this || other.name == null)
                continue;
            try {
                other.write_string (text + "\n");
            } catch (Error error) {
                // It has just gone, or does not read: it misses this line.
            }
        }
    }
}

int main (string[] args) {
    Intl.setlocale ();
    var server = new Tisock.ServerSocket () {
        address = "127.0.0.1",
        port = args.length > 1 ? int.parse (args[1]) : 0
    };

    server.add_socket.connect (() => new Member (server));

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
