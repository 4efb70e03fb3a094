# test-slots.py: subclasses handle every signal by overriding its slot, programs by connecting it
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from support import EventLog, HOST, Recorder, TestCase, find_signals, iterate_until, main
from gi.repository import Gio, Tisock

# More than the system takes at once.
MUCH = bytes(16 * 1024 * 1024)


class RecordingSocket(EventLog, Tisock.TCPSocket):
    """Does by slots what a Recorder does by signals."""

    def do_connected(self):
        self.events.append(('connected',))

    def do_data_available(self):
        self.events.append(('data-available',))

    def do_send_progress(self, sent, left):
        self.events.append(('send-progress', sent, left))
        return False

    def do_send_complete(self, user_aborted):
        self.events.append(('send-complete', user_aborted))

    def do_drained(self):
        self.events.append(('drained',))

    def do_read_eof(self):
        self.events.append(('read-eof',))

    def do_draining(self):
        self.events.append(('draining',))
        return False

    def do_error(self, error):
        self.events.append(('error', error))

    def do_closed(self):
        self.events.append(('closed',))


class RecordingServer(EventLog, Tisock.ServerSocket):
    def do_add_socket(self):
        self.events.append(('add-socket',))
        return RecordingSocket()

    def do_accepted(self, socket):
        self.events.append(('accepted', socket))

    def do_dropped(self, peer, reason):
        self.events.append(('dropped', peer, reason))

    def do_error(self, error):
        self.events.append(('error', error))

    def do_closed(self):
        self.events.append(('closed',))


class SocketTest(TestCase):
    def check_life(self, socket, recorder):
        """Leads a life in which everything happens that does to a client."""
        socket.allow_half_open = True
        socket.send_limit = 1
        socket, peer = self.make_pair(socket)
        peer.write(b'data')
        iterate_until(lambda: 'data-available' in recorder.names)
        self.assertEqual(socket.read_all(), b'data')

        peer.connect('data-available', lambda peer: peer.purge())
        socket.write(MUCH)
        self.assertTrue(socket.needs_drain)
        iterate_until(lambda: 'send-complete' in recorder.names)
        sent = [event[1:] for event in recorder.events if event[0] == 'send-progress']
        self.assertEqual(sum(count for count, left in sent), len(MUCH))
        self.assertEqual(sent[-1][1], 0)
        self.assertIs(recorder.last('send-complete')[0], False)

        peer.shutdown_write()
        iterate_until(lambda: 'read-eof' in recorder.names)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            socket.open()
        self.assert_error(recorder.last('error')[0], Tisock.SocketError.INVALID_STATE)
        socket.close()

        self.assertEqual({*recorder.names, 'draining'}, set(find_signals(type(socket))))
        once = [name for name in recorder.names if name not in ('send-progress', 'send-complete')]
        self.assertEqual(once, ['connected', 'data-available', 'drained', 'read-eof', 'error',
                                'closed'])

    def test_signals(self):
        socket = Tisock.TCPSocket()
        self.check_life(socket, Recorder(socket))

    def test_slots(self):
        socket = RecordingSocket()
        self.check_life(socket, socket)

    def test_slots_of_an_accepted_socket(self):
        server = self.make_server(RecordingServer())
        socket, accepted = self.make_pair(server=server)
        self.assertIsInstance(accepted, RecordingSocket)
        socket.write(b'data')
        iterate_until(lambda: accepted.bytes_available == 4)
        accepted.purge()
        server.drain_async(0, None, None)
        iterate_until(lambda: 'closed' in accepted.names)
        self.assertEqual(accepted.names,
                         ['connected', 'data-available', 'draining', 'error', 'closed'])

    def test_a_slot_comes_after_the_handlers(self):
        socket = RecordingSocket()
        handler = socket.connect('connected', lambda socket: socket.events.append('handler'))
        self.make_pair(socket)
        self.assertEqual(socket.events, ['handler', ('connected',)])
        socket.disconnect(handler)

    def test_a_subclass_chains_up_to_its_parent(self):
        class Chaining(RecordingSocket):
            def do_data_available(self):
                super().do_data_available()
                self.data = self.read_all()

        socket, peer = self.make_pair(Chaining())
        peer.write(b'data')
        iterate_until(lambda: hasattr(socket, 'data'))
        self.assertEqual(socket.data, b'data')
        self.assertIn('data-available', socket.names)
        self.assertIn('connected', socket.names)

    def check_abort(self, socket, recorder):
        """What the system has not taken yet is dropped, and the connection goes on."""
        socket, peer = self.make_pair(socket)
        socket.write(MUCH)
        iterate_until(lambda: 'drained' in recorder.names)
        self.assertEqual(recorder.names, ['connected', 'send-progress', 'send-complete', 'drained'])
        self.assertIs(recorder.last('send-complete')[0], True)
        self.assertEqual(socket.bytes_left_to_send, 0)
        self.assertTrue(socket.is_connected)

        received = bytearray()
        peer.connect('data-available', lambda peer: received.extend(peer.read_all()))
        socket.write(b'tail')
        iterate_until(lambda: received.endswith(b'tail'))
        self.assertLess(len(received), len(MUCH))
        self.assertEqual(received.strip(b'\0'), b'tail')
        iterate_until(lambda: recorder.last('send-complete')[0] is False)

    def test_true_from_a_handler_aborts(self):
        socket = Tisock.TCPSocket()
        recorder = Recorder(socket, send_progress=lambda socket, sent, left: left > 0)
        self.check_abort(socket, recorder)

    def test_true_from_a_slot_aborts(self):
        class Aborting(RecordingSocket):
            def do_send_progress(self, sent, left):
                super().do_send_progress(sent, left)
                return left > 0

        socket = Aborting()
        self.check_abort(socket, socket)


class ServerTest(TestCase):
    def check_life(self, server, recorder, made):
        """Leads a life in which everything happens; sockets are of the class `made`."""
        server.overload_policy = Tisock.OverloadPolicy.DROP
        server.maximum_sockets_connected = 1
        self.make_server(server)
        socket, accepted = self.make_pair(server=server)
        self.assertIs(type(accepted), made)
        self.assertIs(recorder.last('accepted')[0], accepted)

        self.open_socket(server)
        iterate_until(lambda: 'dropped' in recorder.names)
        peer, reason = recorder.last('dropped')
        self.assertIsInstance(peer, Gio.InetSocketAddress)
        self.assertEqual(peer.get_address().to_string(), HOST)
        self.assertEqual(reason, Tisock.DropReason.LIMIT)

        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            server.listen()
        self.assert_error(recorder.last('error')[0], Tisock.SocketError.INVALID_STATE)
        server.close()

        self.assertEqual(recorder.names, ['add-socket', 'accepted', 'dropped', 'error', 'closed'])
        self.assertEqual(sorted(recorder.names), sorted(find_signals(type(server))))

    def test_signals(self):
        server = Tisock.ServerSocket()
        recorder = Recorder(server, add_socket=lambda server: RecordingSocket())
        self.check_life(server, recorder, RecordingSocket)

    def test_slots(self):
        server = RecordingServer()
        self.check_life(server, server, RecordingSocket)

    def test_no_slot_is_missing(self):
        for cls in (RecordingSocket, RecordingServer):
            slots = {'do_' + info.get_name()
                     for base in cls.__mro__ if base.__module__ == 'gi.repository.Tisock'
                     for info in base.__info__.get_vfuncs()}
            self.assertEqual({name for name in vars(cls) if name.startswith('do_')}, slots)


if __name__ == '__main__':
    main()
