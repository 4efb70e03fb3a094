-- test-lgi.lua: the library in Lua, through lgi, which needs nothing of ours but the typelib
--
-- SPDX-FileCopyrightText: 2026 The tisock authors
-- SPDX-License-Identifier: LGPL-2.1-or-later

local lgi = require 'lgi'
local GLib, Tisock = lgi.GLib, lgi.require ('Tisock', '1')

local context = GLib.MainContext.default ()

local function iterate_until (predicate)
  while not predicate () do
    context:iteration (true)
  end
end

local function make_pair ()
  local server = Tisock.ServerSocket { address = '127.0.0.1' }
  local peer

  function server:on_accepted (socket)
    peer = socket
  end
  assert (server:listen ())

  local socket = Tisock.TCPSocket { address = '127.0.0.1', port = server.port }

  assert (socket:open ())
  iterate_until (function () return peer and socket.is_connected end)
  server:stop_listening ()

  return socket, peer
end

local tests = {}

function tests.echo ()
  local socket, peer = make_pair ()
  local text = ''

  function peer:on_data_available ()
    assert (self:write (self:read_all ()))
  end
  function socket:on_data_available ()
    text = text .. self:read_string (-1)
  end

  assert (socket:write_string ('Grüße'))
  iterate_until (function () return text == 'Grüße' end)
  socket:close ()
end

function tests.the_end ()
  local socket, peer = make_pair ()
  local log = {}

  function socket:on_error (failure)
    log[#log + 1] = failure:matches (Tisock.SocketError, 'LOST_CONNECTION')
  end
  function socket:on_closed ()
    log[#log + 1] = 'closed'
  end

  peer:shutdown ()
  iterate_until (function () return #log == 2 end)
  assert (log[1] == true and log[2] == 'closed')
  assert (socket.state == 'CLOSED')
end

function tests.errors ()
  local socket = Tisock.TCPSocket ()
  local done, failure = socket:write_string ('nowhere to go')

  assert (not done and failure:matches (Tisock.SocketError, 'INVALID_STATE'))
end

function tests.blocking ()
  local socket, peer = make_pair ()

  assert (socket:send_sync ('question\n', -1))
  assert (peer:receive_line_sync (-1) == 'question')
  socket:close ()
end

local names = {}

for name in pairs (tests) do
  names[#names + 1] = name
end
table.sort (names)

print ('1..' .. #names)
for i, name in ipairs (names) do
  local ok, message = xpcall (tests[name], debug.traceback)

  print ((ok and 'ok ' or 'not ok ') .. i .. ' ' .. name)
  if not ok then
    print ((tostring (message):gsub ('^', '# '):gsub ('\n', '\n# ')))
  end
end
