# test-easy-udp.py: messages to groups, as Python has them
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from support import HOST, TestCase, begin, iterate_until, main, settle
from gi.repository import GLib, Tisock

BYTES = bytes(range(256))
GROUP = 'a group of Python'


class EasyUDPTest(TestCase):
    def make_socket(self, port=0, cls=Tisock.EasyUDPSocket):
        sock = cls(multicast_interface=Tisock.NetworkInterface.lookup('lo'))
        sock.bind(port)
        self.addCleanup(sock.close)
        return sock

    def make_pair(self, cls=Tisock.EasyUDPSocket):
        one = self.make_socket()
        other = self.make_socket(one.port, cls)
        other.register(GROUP)
        return one, other

    def record(self, sock):
        messages = []
        sock.connect('received-message', lambda sock, sender, command, data:
                     messages.append((sender, command, data.get_data())))
        return messages

    def test_group(self):
        one, other = self.make_pair()
        messages = self.record(other)
        one.send_message_to_group(GROUP, 7, BYTES)
        one.send_message_bytes_to_group(GROUP, 8, GLib.Bytes.new(b'more'))
        one.send_message_to_group(GROUP, 9, bytearray(b'all'))
        iterate_until(lambda: len(messages) == 3)
        self.assertEqual(messages, [(HOST, 7, BYTES), (HOST, 8, b'more'), (HOST, 9, b'all')])

        other.unregister(GROUP)
        one.send_message_to_group(GROUP, 9, BYTES)
        settle()
        self.assertEqual(len(messages), 3)
        self.assertEqual(other.packets_ignored, 0)

    def test_individual(self):
        sock = self.make_socket()
        messages = self.record(sock)
        sock.send_message_to_individual(HOST, 1, BYTES)
        sock.send_message_bytes_to_individual(HOST, 2, GLib.Bytes.new(BYTES))
        iterate_until(lambda: len(messages) == 2)
        self.assertEqual(messages, [(HOST, 1, BYTES), (HOST, 2, BYTES)])

    def test_refused(self):
        sock = self.make_socket()
        for refused in (lambda: sock.send_message_to_individual(HOST, -1, b''),
                        lambda: sock.write_to(HOST, 1, b''),
                        lambda: sock.bind(0)):
            with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
                refused()
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            sock.send_message_to_group(GROUP, 1, bytes(65468))

    def test_waiting(self):
        one, other = self.make_pair()
        messages = self.record(other)
        for command in (1, 2, 3, 4):
            one.send_message_to_group(GROUP, command, b'data')
        self.assertEqual(other.wait_for_message(2, None, -1).get_data(), b'data')
        self.assertIsNone(other.wait_for_message(5, HOST, 0))
        self.assertEqual(other.receive_message_sync(3, HOST, -1), b'data')
        self.assertEqual(messages, [])

        finish = begin(other, 'receive_message', 4, None)
        self.assertEqual(finish().get_data(), b'data')
        settle()
        self.assertEqual(messages, [(HOST, 1, b'data')])

    def test_slot(self):
        class Member(Tisock.EasyUDPSocket):
            def do_received_message(self, sender, command, data):
                self.got = (sender, command, data.get_data())

        one, other = self.make_pair(Member)
        other.got = None
        one.send_message_to_group(GROUP, 7, BYTES)
        iterate_until(lambda: other.got)
        self.assertEqual(other.got, (HOST, 7, BYTES))

    def test_new(self):
        self.assertTrue(Tisock.EasyUDPSocket.new().share_port)


class AutoDiscoveryTest(EasyUDPTest):
    def make_member(self, port=0, cls=Tisock.AutoDiscovery):
        sock = self.make_socket(port, cls)
        sock.heartbeat_interval = 10
        sock.member_timeout = 0
        sock.joined, sock.left = [], []
        return sock

    def watch(self, sock):
        sock.connect('member-joined', lambda sock, member: sock.joined.append(member))
        sock.connect('member-left', lambda sock, member: sock.left.append(member))
        sock.register(GROUP)

    def make_members(self):
        one = self.make_member()
        other = self.make_member(one.port)
        for sock in one, other:
            self.watch(sock)
        iterate_until(lambda: len(one.joined) == len(other.joined) == 2)
        return one, other

    def test_members(self):
        one, other = self.make_members()
        self.assertEqual(one.joined[0], HOST)
        self.assertRegex(one.joined[1], f'^{HOST}#[0-9a-f]{{16}}$')
        self.assertEqual(one.get_member_list(), one.joined)
        self.assertTrue(one.update_member_list())
        iterate_until(lambda: len(one.joined) == 3)
        other.unregister(GROUP)
        iterate_until(lambda: one.left)
        self.assertEqual(one.left, one.joined[1:2])
        self.assertEqual((one.heartbeat_interval, one.member_timeout), (10, 0))

    def test_messages(self):
        one, other = self.make_members()
        messages = self.record(other)
        one.send_message(1, BYTES)
        one.send_message_bytes(2, GLib.Bytes.new(BYTES))
        one.send_message_to_individual(one.joined[1], 3, BYTES)
        iterate_until(lambda: len(messages) == 3)
        sender = other.joined[1]
        self.assertEqual(messages, [(sender, command, BYTES) for command in (1, 2, 3)])

    def test_slots(self):
        class Member(Tisock.AutoDiscovery):
            def do_member_joined(self, member):
                self.joined.append(member)

            def do_member_left(self, member):
                self.left.append(member)

        one = self.make_member(cls=Member)
        other = self.make_member(one.port)
        one.register(GROUP)
        other.register(GROUP)
        iterate_until(lambda: len(one.joined) == 2)
        other.close()
        iterate_until(lambda: one.left)
        self.assertEqual(one.left, one.joined[1:])

    def test_defaults(self):
        sock = Tisock.AutoDiscovery.new()
        self.assertEqual((sock.heartbeat_interval, sock.member_timeout), (5000, 16000))


if __name__ == '__main__':
    main()
