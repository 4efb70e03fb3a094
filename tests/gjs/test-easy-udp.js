// test-easy-udp.js: messages to groups, as JavaScript has them
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertSame, assertThrows, assertTrue, begin, cleanUp, iterateUntil,
        test} from './support.js';

const BYTES = Uint8Array.from({length: 256}, (_, i) => i);
const GROUP = 'a group of JavaScript';

function makeSocket(port = 0, Class = Tisock.EasyUDPSocket) {
  const socket = new Class({multicast_interface: Tisock.NetworkInterface.lookup('lo')});

  socket.bind(port);
  cleanUp(() => socket.close());

  return socket;
}

function makePair(Class = Tisock.EasyUDPSocket) {
  const one = makeSocket();
  const other = makeSocket(one.port, Class);

  other.register(GROUP);

  return [one, other];
}

function recordMessages(socket) {
  const messages = [];

  socket.connect('received-message', (_socket, sender, command, data) =>
    messages.push([sender, command, data.toArray()]));

  return messages;
}

test('messages to a group', () => {
  const [one, other] = makePair();
  const messages = recordMessages(other);

  one.send_message_to_group(GROUP, 7, BYTES);
  one.send_message_bytes_to_group(GROUP, 8, new GLib.Bytes(BYTES));
  iterateUntil(() => messages.length === 2);
  assertEqual(messages, [[HOST, 7, BYTES], [HOST, 8, BYTES]]);

  other.unregister(GROUP);
  assertSame(other.packets_ignored, 0);
});

test('messages to an individual', () => {
  const socket = makeSocket();
  const messages = recordMessages(socket);

  socket.send_message_to_individual(HOST, 1, BYTES);
  socket.send_message_bytes_to_individual(HOST, 2, new GLib.Bytes(BYTES));
  iterateUntil(() => messages.length === 2);
  assertEqual(messages, [[HOST, 1, BYTES], [HOST, 2, BYTES]]);
});

test('what is refused', () => {
  const socket = makeSocket();

  assertThrows(Tisock.SocketError.INVALID_STATE,
               () => socket.send_message_to_individual(HOST, -1, []));
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.write_to(HOST, 1, []));
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.bind(0));
});

test('waiting for messages', () => {
  const [one, other] = makePair();
  const messages = recordMessages(other);

  for (const command of [1, 2, 3, 4])
    one.send_message_to_group(GROUP, command, BYTES);
  assertEqual(other.wait_for_message(2, null, -1).toArray(), BYTES);
  assertSame(other.wait_for_message(5, HOST, 0), null);
  assertEqual(other.receive_message_sync(3, HOST, -1, null), BYTES);

  const finish = begin(other, 'receive_message', 4, null, null);
  assertEqual(finish().toArray(), BYTES);
  iterateUntil(() => messages.length === 1);
  assertEqual(messages, [[HOST, 1, BYTES]]);
});

const Member = GObject.registerClass(class Member extends Tisock.EasyUDPSocket {
  vfunc_received_message(sender, command, data) {
    this.got = [sender, command, data.toArray()];
  }
});

test('the slot', () => {
  const [one, other] = makePair(Member);

  one.send_message_to_group(GROUP, 7, BYTES);
  iterateUntil(() => other.got !== undefined);
  assertEqual(other.got, [HOST, 7, BYTES]);
  assertTrue(Tisock.EasyUDPSocket.new().share_port);
});

function makeMember(port = 0, Class = Tisock.AutoDiscovery) {
  const member = makeSocket(port, Class);

  member.heartbeat_interval = 10;
  member.member_timeout = 0;
  member.joined = [];
  member.left = [];

  return member;
}

function makeMembers() {
  const one = makeMember();
  const members = [one, makeMember(one.port)];

  for (const member of members) {
    member.connect('member-joined', (_socket, name) => member.joined.push(name));
    member.connect('member-left', (_socket, name) => member.left.push(name));
    member.register(GROUP);
  }
  iterateUntil(() => members.every(({joined}) => joined.length === 2));

  return members;
}

test('members', () => {
  const [one, other] = makeMembers();

  assertSame(one.joined[0], HOST);
  assertTrue(one.joined[1].startsWith(`${HOST}#`));
  assertEqual(one.get_member_list(), one.joined);
  assertTrue(one.update_member_list());
  iterateUntil(() => one.joined.length === 3);
  other.unregister(GROUP);
  iterateUntil(() => one.left.length > 0);
  assertEqual(one.left, [one.joined[1]]);
});

test('messages of members', () => {
  const [one, other] = makeMembers();
  const messages = recordMessages(other);
  const sender = other.joined[1];

  one.send_message(1, BYTES);
  one.send_message_bytes(2, new GLib.Bytes(BYTES));
  one.send_message_to_individual(one.joined[1], 3, BYTES);
  iterateUntil(() => messages.length === 3);
  assertEqual(messages, [1, 2, 3].map(command => [sender, command, BYTES]));
});

const Watcher = GObject.registerClass(class Watcher extends Tisock.AutoDiscovery {
  vfunc_member_joined(name) {
    this.joined.push(name);
  }

  vfunc_member_left(name) {
    this.left.push(name);
  }
});

test('the slots of members', () => {
  const watcher = makeMember(0, Watcher);
  const other = makeMember(watcher.port);

  watcher.register(GROUP);
  other.register(GROUP);
  iterateUntil(() => watcher.joined.length === 2);
  other.close();
  iterateUntil(() => watcher.left.length > 0);
  assertEqual(watcher.left, watcher.joined.slice(1));
  assertEqual([Tisock.AutoDiscovery.new().heartbeat_interval, other.member_timeout], [5000, 0]);
});
