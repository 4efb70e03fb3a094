// fetch-async.vala: fetches a web page with HTTP/1.0 and prints it, one step after the other
//
// Run:  fetch-async HOST PORT [PATH]        (status and headers go to the standard error)
// Shows a conversation in calls that are waited for by `yield`: what they fail with is thrown.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// HTTP/1.0 ends an answer by ending the stream: then there are no bytes.
async bool fetch (string host, int port, string path) throws Error {
    var socket = new Tisock.TCPSocket () {
        address = host,
        port = port,
        timeout = 30000,
        idle_timeout = 30000
    };

    yield socket.open_async ();
    socket.write_string (@"GET $path HTTP/1.0\r\nHost: $host:$port\r\n\r\n");

    var head = yield socket.receive_until_async ("\r\n\r\n".data);
    var text = ((string) head.get_data ()).substring (0, head.length);
    var status = 0;

    printerr ("%s\n", text);
    text.scanf ("HTTP/%*s %d", out status);

    Bytes bytes;
    while ((bytes = yield socket.receive_async (-1)).get_size () > 0)
        stdout.write (bytes.get_data ());

    return status == 200;
}

int main (string[] args) {
    if (args.length < 3) {
        printerr ("Usage: %s HOST PORT [PATH]\n", args[0]);
        return 1;
    }

    var loop = new MainLoop ();
    var path = args.length > 3 ? args[3] : "/";
    var succeeded = false;

    fetch.begin (args[1], int.parse (args[2]), path, (source, result) => {
        try {
            succeeded = fetch.end (result);
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
        loop.quit ();
    });
    loop.run ();

    return succeeded ? 0 : 1;
}
