// echo-client.vala: sends a text to an echo server and waits until all of it is back
//
// Run:  echo-client HOST PORT TEXT
// Shows a client's whole life in signals: connected, data-available, error, closed.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

class EchoClient : Object {
    public string text { get; construct; }
    public bool echoed { get; private set; }

    private Tisock.TCPSocket socket = new Tisock.TCPSocket ();
    private MainLoop loop = new MainLoop ();

    public EchoClient (string text) {
        Object (text: text);
    }

    construct {
        socket.connected.connect (on_connected);
        socket.data_available.connect (on_data_available);
        // The end of a connection is reported as an error too, LOST_CONNECTION.
        socket.error.connect (error => {
            if (!echoed)
                printerr ("%s\n", error.message);
        });
        socket.closed.connect (() => {
            print ("closed\n");
            loop.quit ();
        });
    }

    public void run (string host, int port) {
        socket.address = host;
        socket.port = port;
        try {
            socket.open ();
            loop.run ();
        } catch (Error error) {
            // It failed at once, and the signal has said why.
        }
    }

    private void on_connected () {
        print ("connected\n");
        try {
            socket.write_string (text);
        } catch (Error error) {
            // The signal has said why, and that of the end follows.
        }
    }

    // TCP may deliver the text in any number of pieces: unread, they add up in the socket.
    private void on_data_available () {
        if (socket.bytes_available < text.length)
            return;

        try {
            var answer = socket.read_string (-1, null);
            echoed = answer == text;
            print ("%s\n", answer);
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        socket.shutdown ();
    }
}

int main (string[] args) {
    Intl.setlocale ();
    if (args.length != 4) {
        printerr ("Usage: %s HOST PORT TEXT\n", args[0]);
        return 1;
    }

    var client = new EchoClient (args[3]);
    client.run (args[1], int.parse (args[2]));

    return client.echoed ? 0 : 1;
}
