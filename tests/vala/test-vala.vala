// test-vala.vala: the library from Vala: an echo server and its clients in one program
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

const string HOST = "127.0.0.1";
const string TEXT = "Grüße, 世界";

delegate bool Predicate ();

[CCode (has_target = false)]
delegate void Body () throws Error;

// The time that meson gives a test bounds this.
void iterate_until (Predicate predicate) {
    while (!predicate ())
        MainContext.default ().iteration (true);
}

uint8[] receive (Tisock.TCPSocket socket, uint64 count) {
    iterate_until (() => socket.bytes_available >= count);

    return socket.read ((ssize_t) count);
}

class EchoSocket : Tisock.TCPSocket {
    public int number { get; construct; }
    public string events = "";

    public EchoSocket (int number) {
        Object (number: number, idle_timeout: 7000);
    }

    public override void connected () {
        events += "connected ";
    }

    public override void data_available () {
        try {
            write (read_all ());
        } catch (Error failure) {
            error_message (failure);
        }
    }

    public override bool send_progress (uint64 sent, uint64 left) {
        events += "send-progress ";
        return false;
    }

    public override void send_complete (bool user_aborted) {
        events += "send-complete ";
    }

    public override void error (Error failure) {
        events += "error ";
    }

    public override void closed () {
        events += "closed";
    }
}

class EchoServer : Tisock.ServerSocket {
    public EchoSocket? last = null;
    public Tisock.DropReason? reason = null;
    public int errors = 0;
    public bool ended = false;
    private int count = 0;

    public EchoServer () {
        Object (address: HOST);
    }

    public override Tisock.TCPSocket? add_socket () {
        return new EchoSocket (++count);
    }

    public override void accepted (Tisock.TCPSocket socket) {
        last = socket as EchoSocket;
    }

    public override void dropped (SocketAddress peer, Tisock.DropReason reason) {
        this.reason = reason;
    }

    public override void error (Error failure) {
        errors++;
    }

    public override void closed () {
        ended = true;
    }
}

void error_message (Error failure) {
    Test.message ("%s", failure.message);
    Test.fail ();
}

Tisock.TCPSocket open_socket (Tisock.ServerSocket server) throws Error {
    var socket = new Tisock.TCPSocket () {
        address = HOST,
        port = server.port
    };

    socket.open ();
    iterate_until (() => socket.is_connected);

    return socket;
}

void test_echo () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var socket = open_socket (server);
    uint8[] data = { 0, 1, 255, 0 };

    socket.write (data);
    assert_true (new Bytes (receive (socket, 4)).compare (new Bytes (data)) == 0);
    assert_cmpint (server.last.number, CompareOperator.EQ, 1);
    assert_cmpuint (server.last.idle_timeout, CompareOperator.EQ, 7000);
    assert_true (server.connections.get_item (0) == server.last);

    var peer = server.last;
    socket.close ();
    iterate_until (() => peer.events.has_suffix ("closed"));
    assert_cmpstr (peer.events, CompareOperator.EQ,
                   "connected send-progress send-complete error closed");
    server.close ();
    assert_true (server.ended);
}

void test_signals () throws Error {
    var server = new Tisock.ServerSocket () { address = HOST };
    Tisock.TCPSocket? peer = null;
    var events = "";

    server.add_socket.connect (() => { return new Tisock.TCPSocket () { liveness = 7000 }; });
    server.accepted.connect ((socket) => {
        peer = socket;
        socket.data_available.connect ((source) => { source.purge (); });
    });
    server.listen ();
    var socket = new Tisock.TCPSocket () {
        address = HOST,
        port = server.port,
        send_limit = 1,
        allow_half_open = true
    };
    socket.connected.connect (() => { events += "connected "; });
    socket.data_available.connect (() => { socket.purge (); });
    socket.send_progress.connect ((sent, left) => { return false; });
    socket.send_complete.connect ((aborted) => { events += @"complete:$aborted "; });
    socket.drained.connect (() => { events += "drained "; });
    socket.read_eof.connect (() => { events += "read-eof "; });
    socket.error.connect ((failure) => { events += "error "; });
    socket.closed.connect (() => { events += "closed"; });
    socket.open ();
    iterate_until (() => peer != null && events == "connected ");
    assert_cmpuint (peer.liveness, CompareOperator.EQ, 7000);

    socket.write (new uint8[16 << 20]);
    assert_true (socket.needs_drain);
    iterate_until (() => "complete:false" in events);
    peer.shutdown_write ();
    iterate_until (() => "read-eof" in events);
    socket.shutdown ();
    iterate_until (() => events.has_suffix ("closed"));
    assert_true (" drained " in events);
    server.close ();
}

void test_text () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var socket = open_socket (server);

    socket.write_string (TEXT + "\r\nrest\n");
    iterate_until (() => socket.bytes_available == (TEXT + "\r\nrest\n").length);
    assert_cmpint (socket.look_ahead (2).length, CompareOperator.EQ, 2);
    assert_cmpstr (socket.read_line (), CompareOperator.EQ, TEXT);
    assert_cmpuint ((uint) socket.read_until ("\n".data).get_size (), CompareOperator.EQ, 4);
    assert_null (socket.read_line ());

    socket.write_bytes (new Bytes (TEXT.data));
    iterate_until (() => socket.bytes_available == TEXT.length);
    assert_cmpstr (socket.read_string (-1, null), CompareOperator.EQ, TEXT);
    assert_cmpuint ((uint) socket.read_bytes (-1).get_size (), CompareOperator.EQ, 0);
    server.close ();
    socket.close ();
}

void test_properties () throws Error {
    var socket = new Tisock.TCPSocket ();
    var count = 0;

    socket.notify["port"].connect (() => { count++; });
    socket.port = 7000;
    socket.port = 7000;
    assert_cmpint (count, CompareOperator.EQ, 1);
    assert_cmpint (socket.get_port (), CompareOperator.EQ, 7000);
    assert_cmpint (socket.handle, CompareOperator.EQ, -1);
    assert_true (socket.state == Tisock.SocketState.INITIALIZED);

    var server = new Tisock.ServerSocket ();
    server.allowed_peers = { "127.0.0.0/8", "::1" };
    server.overload_policy = Tisock.OverloadPolicy.DROP;
    assert_cmpint (server.allowed_peers.length, CompareOperator.EQ, 2);
    assert_cmpstr (server.allowed_peers[1], CompareOperator.EQ, "::1");
    assert_true (Tisock.NetworkInterface.lookup ("lo").is_loopback);
    assert_true (HOST in Tisock.NetworkInterface.lookup ("lo").addresses);
    assert_true (Tisock.NetworkInterface.watch ().get_n_items () > 0);

    socket.network_interface = Tisock.NetworkInterface.get (0);
    assert_cmpstr (socket.local_address, CompareOperator.EQ,
                   Tisock.NetworkInterface.get (0).ip_address);

    Error? announced_by_publisher = null;
    string? service_name = null;
    var publisher = new Tisock.ServicePublisher (server, "Tea", "_tisock._tcp") {
        txt_records = { "milk" }
    };
    publisher.error.connect ((failure) => { announced_by_publisher = failure; });
    try {
        publisher.publish ();
        assert_not_reached ();
    } catch (Error failure) {
        assert_cmpstr (announced_by_publisher.message, CompareOperator.EQ, failure.message);
    }
    var browser = new Tisock.ServiceBrowser (publisher.service_type, null);
    browser.added.connect ((service) => { service_name = service.name; });
    assert_false (browser.is_browsing);
    assert_true (browser.services.get_n_items () == 0);
    socket.connectable = new Tisock.Service ("Tea", browser.service_type, null);
}

void test_errors () throws Error {
    var socket = new Tisock.TCPSocket () { address = HOST };
    Error? announced = null;

    socket.error.connect ((failure) => { announced = failure; });
    try {
        socket.open ();
        assert_not_reached ();
    } catch (Tisock.SocketError.INVALID_PORT failure) {
        assert_error (announced, Tisock.SocketError.quark (), Tisock.SocketError.INVALID_PORT);
        assert_cmpstr (announced.message, CompareOperator.EQ, failure.message);
        assert_cmpint (socket.last_error_number, CompareOperator.EQ,
                       Tisock.SocketError.INVALID_PORT);
    }

    var server = new EchoServer () {
        maximum_sockets_connected = 1,
        overload_policy = Tisock.OverloadPolicy.DROP
    };
    server.listen ();
    var first = open_socket (server);
    var second = open_socket (server);
    iterate_until (() => server.reason != null);
    assert_true (server.reason == Tisock.DropReason.LIMIT);
    try {
        server.listen ();
        assert_not_reached ();
    } catch (Tisock.SocketError.INVALID_STATE failure) {
        assert_cmpint (server.errors, CompareOperator.EQ, 1);
    }
    server.close ();
    first.close ();
    second.close ();
}

void test_socket () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var connection = new SocketClient ().connect_to_host (HOST, (uint16) server.port);
    var socket = new Tisock.TCPSocket.from_connection (connection);
    int value;

    assert_true (socket.set_option (1, 9, 1));
    assert_true (socket.get_option (1, 9, out value));
    assert_cmpint (value, CompareOperator.EQ, 1);
    socket.write ("echo".data);
    socket.flush ();
    assert_cmpint (receive (socket, 4).length, CompareOperator.EQ, 4);
    assert_cmpint (socket.get_socket ().fd, CompareOperator.EQ, socket.handle);
    var stolen = socket.steal_socket ();
    assert_true (!socket.is_connected);
    stolen.close ();
    server.close ();
}

void assert_bytes (Bytes bytes, string expected) {
    assert_true (bytes.compare (new Bytes (expected.data)) == 0);
}

async void converse (Tisock.TCPSocket socket) throws Error {
    assert_true (yield socket.open_async ());
    assert_true (yield socket.send_async ("some".data));
    assert_bytes (yield socket.receive_async (-1), "some");
    assert_true (yield socket.send_bytes_async (new Bytes ("1234until; \n".data)));
    assert_bytes (yield socket.receive_exactly_async (4), "1234");
    assert_bytes (yield socket.receive_until_async ("; ".data), "until");
    assert_cmpstr (yield socket.receive_line_async (), CompareOperator.EQ, "");
    socket.write_string (TEXT + "\n");
    assert_true (yield socket.flush_async ());
    assert_cmpstr (yield socket.receive_line_async (), CompareOperator.EQ, TEXT);
    assert_true (yield socket.shutdown_async ());
    assert_null (yield socket.receive_line_async ());
}

void test_async () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var socket = new Tisock.TCPSocket () { address = HOST, port = server.port };
    AsyncResult? outcome = null;

    converse.begin (socket, (source, result) => { outcome = result; });
    iterate_until (() => outcome != null);
    converse.end (outcome);
    server.close ();
}

class MessageSocket : Tisock.EasyTCPSocket {
    public override void received_message (int command, Bytes data) {
        try {
            send_message_bytes (command + 1, data);
        } catch (Error failure) {
            error_message (failure);
        }
    }
}

async void ask (Tisock.EasyTCPSocket socket) throws Error {
    yield socket.open_async ();
    socket.send_message (1, TEXT.data);
    assert_bytes (yield socket.receive_message_async (2), TEXT);
}

void test_messages () throws Error {
    var server = new Tisock.ServerSocket () { address = HOST };
    server.add_socket.connect (() => new MessageSocket ());
    server.listen ();
    var socket = new Tisock.EasyTCPSocket () { address = HOST, port = server.port };
    AsyncResult? outcome = null;

    ask.begin (socket, (source, result) => { outcome = result; });
    iterate_until (() => outcome != null);
    ask.end (outcome);
    assert_null (socket.wait_for_message (3, 0));
    socket.close ();
    server.close ();
}

void test_framing () throws Error {
    var framing = new Tisock.Framing.netstring () { maximum_frame_size = 7000 };
    var server = new EchoServer ();
    server.listen ();
    var socket = new Tisock.TCPSocket () { address = HOST, port = server.port };
    size_t end;

    assert_bytes (framing.encode ("hello".data), "5:hello,");
    assert_bytes (framing.decode (new Bytes ("5:hello,".data), 0, out end), "hello");
    assert (end == 8);
    assert_true (socket.open_sync ());
    assert_true (socket.write_frame (framing, TEXT.data));
    var received = false;
    socket.data_available.connect (() => {
        try {
            var frame = socket.read_frame (framing);
            received = frame != null && frame.compare (new Bytes (TEXT.data)) == 0;
        } catch (Error failure) {
            error_message (failure);
        }
    });
    iterate_until (() => received);
    socket.close ();
    server.close ();
}

void test_cancelled () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var socket = open_socket (server);
    var cancellable = new Cancellable ();
    AsyncResult? outcome = null;

    socket.receive_line_async.begin (cancellable, (source, result) => { outcome = result; });
    cancellable.cancel ();
    iterate_until (() => outcome != null);
    try {
        socket.receive_line_async.end (outcome);
        assert_not_reached ();
    } catch (IOError.CANCELLED failure) {
        assert_true (socket.is_connected);
    }
    socket.close ();
    server.close ();
}

// The peer is a socket of GIO's: a call that blocks serves no other of the library's.
void test_blocking () throws Error {
    var listener = new Socket (SocketFamily.IPV4, SocketType.STREAM, SocketProtocol.DEFAULT);
    listener.bind (new InetSocketAddress.from_string (HOST, 0), true);
    listener.listen ();
    var port = (int) ((InetSocketAddress) listener.local_address).port;
    var socket = new Tisock.TCPSocket () { address = HOST, port = port };
    var buffer = new uint8[9];

    assert_true (socket.open_sync ());
    var peer = SocketConnection.factory_create_connection (listener.accept ());
    assert_true (socket.send_sync ("some".data));
    assert_true (socket.send_bytes_sync (new Bytes ("1234;".data), 7000));
    assert_true (socket.flush_sync ());
    assert_true (peer.input_stream.read_all (buffer, null));
    assert_bytes (new Bytes (buffer), "some1234;");

    peer.output_stream.write ("some".data);
    assert_bytes (socket.receive_sync (-1), "some");
    peer.output_stream.write ("1234until; \nrest".data);
    assert_bytes (socket.receive_exactly_sync (4), "1234");
    assert_bytes (socket.receive_until_sync ("; ".data), "until");
    assert_cmpstr (socket.receive_line_sync (), CompareOperator.EQ, "");
    try {
        socket.receive_line_sync (0);
        assert_not_reached ();
    } catch (IOError.TIMED_OUT failure) {
        assert_cmpstr (socket.read_string (-1), CompareOperator.EQ, "rest");
    }

    peer.close ();
    assert_null (socket.receive_line_sync ());
    assert_true (socket.shutdown_sync ());
    listener.close ();
}

// Through a relay: the echo server's own connection is spliced to a second one.
void test_transfers () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var listener = new Tisock.TCPSocket () { address = HOST };
    listener.listen ();
    var client = new Tisock.TCPSocket () { address = HOST, port = listener.port };
    client.open ();
    iterate_until (() => client.is_connected && listener.is_connected);
    var far = open_socket (server);
    AsyncResult? moved = null;
    AsyncResult? sent = null;
    FileIOStream stream;
    var file = File.new_tmp (null, out stream);

    far.splice_to_async.begin (listener, null, (source, result) => { moved = result; });
    listener.splice_to (far);
    stream.output_stream.write ("0123456789".data);
    stream.close ();
    client.send_file_async.begin (file, 5, -1, null, (source, result) => { sent = result; });
    iterate_until (() => client.bytes_available == 5 && sent != null);
    assert_true (client.send_file_async.end (sent) == 5);
    assert_true (client.send_file_sync (file, 0, 5) == 5);
    iterate_until (() => client.bytes_available == 10);
    assert_cmpstr (client.read_string (-1), CompareOperator.EQ, "5678901234");
    client.shutdown ();
    iterate_until (() => moved != null);
    assert_true (far.splice_to_async.end (moved) == 10);
    file.delete ();
    server.close ();
}

void test_io_stream () throws Error {
    var server = new EchoServer ();
    server.listen ();
    var socket = open_socket (server);
    var stream = socket.get_io_stream ();
    var input = stream.input_stream as PollableInputStream;
    var lines = new DataInputStream (stream.input_stream);

    stream.output_stream.write_all ("one\ntwo\n".data, null);
    while (!input.is_readable ())
        MainContext.default ().iteration (false);
    assert_true (lines.read_line () == "one");
    assert_true (lines.read_line () == "two");
    stream.close ();
    iterate_until (() => !socket.is_connected);
    server.close ();
}

class EchoUDPSocket : Tisock.UDPSocket {
    public override void data_available () {
        Tisock.Datagram? datagram;

        while ((datagram = read ()) != null) {
            try {
                write (datagram);
            } catch (Error failure) {
                error_message (failure);
            }
        }
    }
}

void test_udp () throws Error {
    var echo = new EchoUDPSocket ();
    var socket = new Tisock.UDPSocket () { receive_limit = 1000 };
    uint8[] data = { 0, 1, 255, 0 };
    var answers = 0;

    socket.data_available.connect (() => { answers++; });
    echo.open ();
    socket.open ();
    socket.write_to (HOST, echo.port, data);
    socket.write (new Tisock.Datagram (HOST, echo.port, "text".data));
    iterate_until (() => socket.packets_available == 2);
    assert_cmpint (answers, CompareOperator.GT, 0);
    var datagram = socket.read ();
    assert_true (new Bytes (datagram.get_data ()).compare (new Bytes (data)) == 0);
    assert_cmpstr (datagram.get_address (), CompareOperator.EQ, HOST);
    assert_cmpint (datagram.get_port (), CompareOperator.EQ, echo.port);
    assert_cmpuint ((uint) socket.look_ahead ().get_bytes ().get_size (), CompareOperator.EQ, 4);
    echo.close ();
    socket.close ();
}

void test_easy_udp () throws Error {
    var loopback = Tisock.NetworkInterface.lookup ("lo");
    var one = new Tisock.EasyUDPSocket () { multicast_interface = loopback };
    var other = new Tisock.EasyUDPSocket () { multicast_interface = loopback };
    var got = "";

    other.received_message.connect ((sender, command, data) => {
        got = "%s %d".printf (sender, command);
        assert_bytes (data, TEXT);
    });
    one.bind (0);
    other.bind (one.port);
    other.register ("a group of Vala");
    one.send_message_to_group ("a group of Vala", 7, TEXT.data);
    one.send_message_to_group ("a group of Vala", 8, "text".data);
    assert_bytes (other.wait_for_message (8, HOST, -1), "text");
    iterate_until (() => got != "");
    assert_cmpstr (got, CompareOperator.EQ, HOST + " 7");
    other.unregister ("a group of Vala");
    one.close ();
    other.close ();
}

void test_auto_discovery () throws Error {
    var loopback = Tisock.NetworkInterface.lookup ("lo");
    var one = new Tisock.AutoDiscovery () {
        multicast_interface = loopback, heartbeat_interval = 10, member_timeout = 0
    };
    var other = new Tisock.AutoDiscovery () { multicast_interface = loopback };
    string[] members = {};
    var left = "";

    one.member_joined.connect ((member) => { members += member; });
    one.member_left.connect ((member) => { left = member; });
    one.bind (0);
    other.bind (one.port);
    one.register ("a group of Vala");
    other.register ("a group of Vala");
    iterate_until (() => members.length == 2);
    assert_cmpstr (members[0], CompareOperator.EQ, HOST);
    assert_cmpstr (one.get_member_list ()[1], CompareOperator.EQ, members[1]);
    other.send_message (7, "text".data);
    assert_bytes (one.wait_for_message (7, members[1], -1), "text");
    other.close ();
    iterate_until (() => left != "");
    assert_cmpstr (left, CompareOperator.EQ, members[1]);
    one.close ();
}

class Case {
    private Body body;

    public Case (Body body) {
        this.body = body;
    }

    public void run () {
        try {
            body ();
        } catch (Error failure) {
            error_message (failure);
        }
    }
}

// GTest does not own what it runs.
Case[] cases;

void add (string path, Body body) {
    cases += new Case (body);
    Test.add_data_func (path, cases[cases.length - 1].run);
}

int main (string[] args) {
    Test.init (ref args);
    add ("/vala/echo", test_echo);
    add ("/vala/signals", test_signals);
    add ("/vala/text", test_text);
    add ("/vala/properties", test_properties);
    add ("/vala/errors", test_errors);
    add ("/vala/socket", test_socket);
    add ("/vala/async", test_async);
    add ("/vala/messages", test_messages);
    add ("/vala/framing", test_framing);
    add ("/vala/cancelled", test_cancelled);
    add ("/vala/blocking", test_blocking);
    add ("/vala/transfers", test_transfers);
    add ("/vala/io-stream", test_io_stream);
    add ("/vala/udp", test_udp);
    add ("/vala/easy-udp", test_easy_udp);
    add ("/vala/auto-discovery", test_auto_discovery);

    return Test.run ();
}
