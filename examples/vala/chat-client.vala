// chat-client.vala: takes part in a chat; what is typed is said, what others say is printed
//
// Run:  chat-client HOST PORT NAME        (Ctrl-D leaves)
// Shows a socket and the terminal in one main loop, and how to leave without losing a word.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

class ChatClient : Tisock.TCPSocket {
    public string name { get; construct; }
    private MainLoop loop = new MainLoop ();

    public ChatClient (string host, int port, string name) {
        Object (address: host, port: port, name: name);
    }

    public bool run () {
        try {
            open ();
            loop.run ();
        } catch (Error error) {
            // It failed at once, and the signal has said why.
        }

        return state == Tisock.SocketState.CLOSED;
    }

    public override void connected () {
        print ("connected\n");
        talk.begin ();
    }

    public override void data_available () {
        try {
            string? line;
            while ((line = read_line ()) != null)
                print ("%s\n", line);
        } catch (Error error) {
            printerr ("%s\n", error.message);
            close ();
        }
    }

    // The server's or one's own orderly end is LOST_CONNECTION as well, but leaves the state
    // CLOSED.
    public override void error (Error error) {
        if (state != Tisock.SocketState.CLOSED)
            printerr ("%s\n", error.message);
    }

    public override void closed () {
        print ("closed\n");
        loop.quit ();
    }

    // At the end of the input shutdown() still sends everything that was written; close() would
    // drop it.
    private async void talk () {
        var keyboard = new DataInputStream (new UnixInputStream (0, false));

        try {
            var line = name;
            while (line != null && is_connected) {
                write_string (line + "\n");
                line = yield keyboard.read_line_utf8_async ();
            }
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        shutdown ();
    }
}

int main (string[] args) {
    Intl.setlocale ();
    if (args.length != 4) {
        printerr ("Usage: %s HOST PORT NAME\n", args[0]);
        return 1;
    }

    return new ChatClient (args[1], int.parse (args[2]), args[3]).run () ? 0 : 1;
}
